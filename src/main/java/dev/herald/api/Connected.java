package dev.herald.api;

/**
 * A connection is open. Those of the main namespace, and those of the others with {@link Namespace}, are counted apart.
 *
 * @param first whether its person had no other connection
 * @param people how many people were connected with it
 */
public record Connected(Connection connection, boolean first, int people) implements HeraldEvent {}
