package dev.herald.journal;

import dev.herald.hub.Draft;
import java.util.Optional;

/** What a repeat has in common with the first message. */
record RepeatKey(String channel, String senderId, String clientId) {

    /** Empty when a draft is never a repeat: nobody sends it, or it has no id. */
    static Optional<RepeatKey> of(Draft draft) {
        var from = draft.from();
        var clientId = draft.clientId();
        return from == null || clientId == null
                ? Optional.empty()
                : Optional.of(new RepeatKey(draft.channel().value(), from.id(), clientId));
    }
}
