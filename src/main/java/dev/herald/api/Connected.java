package dev.herald.api;

/**
 * A connection is open.
 *
 * @param first whether its person had no other connection
 */
public record Connected(Connection connection, boolean first) implements HeraldEvent {}
