package dev.herald.push;

import java.time.Duration;

/**
 * What is pushed, and where to.
 *
 * @param contact {@code mailto:} or {@code https:}, where push services find who operates the board; may be empty
 * @param texts of which messages the text leaves this server, encrypted for the browser
 * @param ttl how long a push service keeps a message for a browser that is not there
 */
public record PushSettings(PushServices services, String contact, Texts texts, Duration ttl) {

    /** Of which messages the text is pushed; of the others it is told who wrote, and where. */
    public enum Texts {
        NONE,
        PRIVATE,
        ALL
    }

    /** Whether the text of a message is pushed. */
    public boolean shows(boolean isPrivate) {
        return texts == Texts.ALL || (texts == Texts.PRIVATE && isPrivate);
    }
}
