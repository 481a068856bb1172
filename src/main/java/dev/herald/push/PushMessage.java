package dev.herald.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What is pushed.
 *
 * @param text at most {@value #MAX_BYTES} bytes in UTF-8
 * @param topic at most 32 of {@code A-Z a-z 0-9 _ -}: a later message of the same topic takes the place of an earlier one that the
 *     service has not delivered yet (RFC 8030, 5.4)
 * @param ttl how long the service keeps it for a browser that is not there
 */
public record PushMessage(String text, String topic, Duration ttl) {

    /** The most bytes of a text: with its encryption, it has 4,096. */
    public static final int MAX_BYTES = 3_993;

    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9_-]{1,32}");

    public PushMessage {
        var bytes = text.getBytes(UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a message has " + bytes + " bytes, more than " + MAX_BYTES);
        }
        if (!TOPIC.matcher(topic).matches()) {
            throw new IllegalArgumentException("a topic is 1 to 32 letters and digits, not " + topic);
        }
    }
}
