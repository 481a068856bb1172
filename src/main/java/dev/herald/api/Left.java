package dev.herald.api;

/** A connection left a channel by its own wish; leaving with the connection is {@link Disconnected} alone. */
public record Left(Connection connection, ChannelName channel) implements HeraldEvent {}
