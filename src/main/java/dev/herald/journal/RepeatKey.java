package dev.herald.journal;

import dev.herald.hub.Draft;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key by which a repeated message is recognised: a repeat has the same one as the first message.
 *
 * @param senderId {@code null} for the application
 */
record RepeatKey(String channel, @Nullable String senderId, String clientId) {

    /** Empty when a draft cannot be a repeat: it has no id. */
    static Optional<RepeatKey> of(Draft draft) {
        var from = draft.from();
        var clientId = draft.clientId();
        return clientId == null
                ? Optional.empty()
                : Optional.of(new RepeatKey(draft.channel().value(), from == null ? null : from.id(), clientId));
    }
}
