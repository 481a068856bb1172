package dev.herald.api;

/**
 * A connection is gone.
 *
 * @param reason why, in a few words for people, for example {@code closed by the client} or {@code ping timeout}
 * @param last whether its person has no other connection
 */
public record Disconnected(Connection connection, String reason, boolean last) implements HeraldEvent {}
