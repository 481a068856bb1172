package dev.herald.api;

/** A connection left a channel. When a connection ends, there is only {@link Disconnected}. */
public record Left(Connection connection, ChannelName channel) implements HeraldEvent {}
