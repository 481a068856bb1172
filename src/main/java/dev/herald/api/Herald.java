package dev.herald.api;

import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Herald, for beans: inject it to send, and to ask who is there.
 *
 * <pre>{@code
 * @Inject Herald herald;
 * …
 * herald.publish(new ChannelName("orders"), "placed", Json.createObjectBuilder().add("number", 7).build());
 * }</pre>
 *
 * <p>All methods may be called from any thread and do not wait: neither for a recipient nor for the log. A stage that is
 * returned completes with the receipt once the message is in the log, or exceptionally with {@link RefusedException}, in which
 * case nothing was published. It completes on one of the container's threads, so dependent stages may wait. Data that no client
 * could read (a string with half a surrogate pair, more than 256 levels) causes an {@link IllegalArgumentException}. Messages
 * that one thread publishes to one channel keep the order of the calls.
 *
 * <p><b>Transactions.</b> What is published inside a JTA transaction ({@link #news}, {@link #tell}, {@link #publish}, {@link
 * Broadcast#emit}, {@link ToChannel}, {@link ToPerson}, {@link ToConnection#send}) goes out after the commit, in the order of the
 * calls. Until then nobody gets it, and the stage is not complete: who waits for it inside the transaction waits for ever. After a
 * rollback nobody gets it, and the stage fails with {@code ROLLED_BACK}. One transaction takes at most 10,000 messages of 16
 * million characters together; the next one is an {@link IllegalStateException}. {@link #send}, and what a {@link Peer} does, happen
 * at once.
 */
public interface Herald {

    /** Publishes {@code news} for everyone. */
    CompletionStage<Receipt> news(JsonValue data);

    /** Publishes {@code private} to one person: all connections of that person get it, now or when they come back. */
    CompletionStage<Receipt> tell(String personId, JsonValue data);

    /**
     * Publishes to a channel: all who joined it get the event.
     *
     * @param event 1 to 128 characters; not a name that Socket.IO reserves, nor, in channels that clients of the feed can be
     *     in, one that the feed reserves
     * @throws IllegalArgumentException when the event's name is not allowed
     */
    CompletionStage<Receipt> publish(ChannelName channel, String event, JsonValue data);

    /**
     * Sends an event to a single connection of this node. The event is not logged; if the connection ends first, it is lost. For a
     * connection of any node there is {@link #connection}.
     *
     * @return whether the connection is open here and takes messages; this does not mean that the client got the event
     * @throws IllegalArgumentException when the event's name is not allowed
     */
    boolean send(String connectionId, String event, JsonValue data);

    /**
     * Publishes objects to a channel.
     *
     * @throws IllegalArgumentException when there can be no channel of this name
     */
    default ToChannel channel(String name) {
        return channel(new ChannelName(name));
    }

    /** Publishes objects to a channel. */
    ToChannel channel(ChannelName name);

    /**
     * Sends objects to one person.
     *
     * @throws IllegalArgumentException when there can be no person with this id
     */
    ToPerson person(String id);

    /** A single connection, in any namespace and on any node: to send to it, ask it, make it join, and disconnect it. */
    ToConnection connection(String id);

    /**
     * The client of an open connection of this node, in any namespace: to send to it, ask it, make it join, and disconnect it, at once.
     * For one of any node there is {@link #connection}.
     */
    Optional<Peer> peer(String connectionId);

    /** An event for everyone in a namespace of Socket.IO, {@code "/"} for the main one, or in some of its rooms. */
    Broadcast in(String namespace);

    /** The latest messages of a channel that are still kept, oldest first, at most {@code limit} of them. */
    List<Envelope> latest(ChannelName channel, int limit);

    /**
     * Ends all connections of a person, on all nodes and in all namespaces, because the person has signed out: their clients are told
     * {@code unauthorized}, and do not come back by themselves. May wait for their sockets. When an HTTP session ends, its
     * connections end without this. Whoever observes {@link SignedOut} is told before this returns.
     *
     * @throws RuntimeException what such an observer throws, such as a {@link RefusedException} of the board's when its database does not
     *     answer; the connections end all the same
     */
    void signOut(String personId);

    /** The people who are connected in the main namespace, in the order of their first connections. */
    List<Person> people();

    /** How many people are connected in the main namespace: a person with several connections counts once. */
    int countPeople();

    /** Whether a person has an open connection in the main namespace. */
    boolean isOnline(String personId);

    /** The people who are in a channel, in the order in which they joined it. */
    List<Person> people(ChannelName channel);

    /**
     * Whether the client of an open connection may do something in a channel of the main namespace, as would be decided if it asked for
     * it now: by the {@link ChannelPolicy}, the setting {@code herald.policy}, and what holds everywhere. For handlers that do for a
     * client what it could not do by itself, such as to show it old messages.
     *
     * @param channel an open one, or a person's private one: for {@link Action#PUBLISH} anybody's, else the client's own
     * @return completes on any thread, which must not be made to wait; false also when the connection is not there any more, and
     *     when the policy does not answer in time
     */
    CompletionStage<Boolean> may(String connectionId, Action action, ChannelName channel);

    /**
     * A right in a channel was taken away from a person, or given: what the {@link ChannelPolicy} has decided for the person's
     * connections is asked anew. Those that may not be in the channel any more leave it, also if a bean has put them in, and the
     * clients are told with the event {@code left}, which has a code and a sentence.
     */
    void revoke(String personId, ChannelName channel);

    /** As above, for all channels. */
    void revoke(String personId);

    /** The open connections of the main namespace on this node, in the order in which they were opened. */
    List<Connection> connections();

    /** The open connections of a namespace on this node, in the order in which they were opened. */
    List<Connection> connections(String namespace);

    /** The open connections of the main namespace on all nodes, as {@link Broadcast#connections}. */
    default CompletionStage<AllConnections> allConnections() {
        return allConnections(Connection.MAIN);
    }

    /** The open connections of a namespace on all nodes, as {@link Broadcast#connections}. */
    default CompletionStage<AllConnections> allConnections(String namespace) {
        return in(namespace).connections();
    }
}
