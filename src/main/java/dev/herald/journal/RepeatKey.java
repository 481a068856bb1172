package dev.herald.journal;

import dev.herald.hub.Draft;
import java.util.Optional;

/** The key by which a repeated message is recognised: a repeat has the same one as the first message. */
record RepeatKey(String channel, String senderId, String clientId) {

    /** Empty when a draft cannot be a repeat: it has no sender or no id. */
    static Optional<RepeatKey> of(Draft draft) {
        var from = draft.from();
        var clientId = draft.clientId();
        return from == null || clientId == null
                ? Optional.empty()
                : Optional.of(new RepeatKey(draft.channel().value(), from.id(), clientId));
    }
}
