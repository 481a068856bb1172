package dev.herald.hub;

import dev.herald.api.Envelope;
import dev.herald.api.Position;
import java.util.List;

/**
 * What a log answers to "what came before this offset?".
 *
 * @param messages the newest first, without a gap between them
 * @param head the position of the last message in the channel at the time of the answer
 */
public record Page(List<Envelope> messages, Position head) {

    public Page {
        messages = List.copyOf(messages);
    }
}
