package dev.herald.boardstore;

import dev.herald.api.ChannelName;

/**
 * A channel of the board's.
 *
 * @param topic what it is about; empty when nobody has said
 * @param members how many people are in it, connected or not
 */
public record BoardChannel(ChannelName name, String topic, int members) {

    /** The longest topic, in characters. */
    public static final int MAX_TOPIC = 250;
}
