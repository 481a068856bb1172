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
 * case nothing was published. It completes on one of the container's threads, so that what is done then may wait for something. Data that no client could read (a string with half a surrogate pair, more than 64 levels) is an
 * {@link IllegalArgumentException}. Messages that one thread publishes to one channel keep the order of the calls.
 */
public interface Herald {

    /** Publishes {@code news} for everyone. */
    CompletionStage<Receipt> news(JsonValue data);

    /** Publishes {@code private} to one person: all connections of that person get it, now or when they come back. */
    CompletionStage<Receipt> tell(String personId, JsonValue data);

    /**
     * Publishes to a channel: all who joined it get the event.
     *
     * @param event 1 to 128 characters; not one of the names that Socket.IO keeps for itself, nor, where clients of the feed are, those of the feed
     * @throws IllegalArgumentException when the event's name is not allowed
     */
    CompletionStage<Receipt> publish(ChannelName channel, String event, JsonValue data);

    /**
     * Sends an event to a single connection, past all channels: not logged, and gone when the connection is.
     *
     * @return whether there is such a connection here and it takes messages; that is no promise that the peer got it
     * @throws IllegalArgumentException when the event's name is not allowed
     */
    boolean send(String connectionId, String event, JsonValue data);

    /** The other end of an open connection, in whichever namespace: to send to it, ask it, have it join, and end it. */
    Optional<Peer> peer(String connectionId);

    /** An event for everyone in a namespace of Socket.IO, {@code "/"} for the main one, or in some of its rooms. */
    Broadcast in(String namespace);

    /** The latest messages of a channel that are still kept, oldest first, at most {@code limit} of them. */
    List<Envelope> latest(ChannelName channel, int limit);

    /** The people who are connected in the main namespace, in the order of their first connections. */
    List<Person> people();

    /** How many people are connected in the main namespace: two connections of one person count once. */
    int countPeople();

    /** Whether a person has an open connection in the main namespace. */
    boolean isOnline(String personId);

    /** The people who are in a channel, in the order in which they joined it. */
    List<Person> people(ChannelName channel);

    /** The open connections of the main namespace, in the order in which they were opened. */
    List<Connection> connections();

    /** The open connections of a namespace, in the order in which they were opened. */
    List<Connection> connections(String namespace);
}
