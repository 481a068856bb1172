package dev.herald.api;

/** A connection joined a channel. Its own two, {@code news} and the private one, come with {@link Connected} instead. */
public record Joined(Connection connection, ChannelName channel) implements HeraldEvent {}
