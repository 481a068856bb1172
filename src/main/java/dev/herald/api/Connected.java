package dev.herald.api;

/**
 * A connection is open. Observers without {@link Namespace} get those of the main namespace. People are counted in each
 * namespace by itself.
 *
 * @param first whether its person had no other connection
 * @param people how many people were connected with it
 * @param peer its client: to send something to it, and to make it join rooms
 */
public record Connected(Connection connection, boolean first, int people, Peer peer) implements HeraldEvent {}
