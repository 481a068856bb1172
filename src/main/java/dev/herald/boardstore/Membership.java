package dev.herald.boardstore;

import dev.herald.api.ChannelName;

/**
 * Somebody is in a channel.
 *
 * @param muted whether what is said there is not to be counted or told
 */
public record Membership(ChannelName channel, boolean muted) {}
