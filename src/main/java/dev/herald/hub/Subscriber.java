package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.UnansweredException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One client's connection, as the hub sees it: a bounded queue that its transport empties. Thread-safe; no method waits or
 * throws. Whoever makes a message checks it before, so that none has a name or JSON that a client cannot take.
 *
 * <p>Once its queue has room again after a refused {@link #offer} or {@link #replay}, a subscriber calls {@link Member#resume()}.
 */
public interface Subscriber {

    /** Who is connected. */
    Connection connection();

    /** Which of its person's devices this is, if it says so. */
    default Optional<DeviceName> device() {
        return Optional.empty();
    }

    /** How it is served now. */
    default Link link() {
        return new Link("", 0);
    }

    /**
     * Queues a message. Called under a channel's lock: it only computes and queues, and writes nothing.
     *
     * @return false when the queue has no room for it; then it has changed nothing
     */
    boolean offer(Delivery delivery);

    /**
     * Queues a message that the client has missed. A client may have missed much: so this leaves some of the queue free for live
     * messages and answers. Otherwise as {@link #offer}.
     */
    default boolean replay(Delivery delivery) {
        return offer(delivery);
    }

    /**
     * Queues a message only if nothing waits: for messages that are of no use when they come late. Otherwise as {@link #offer}.
     */
    default boolean offerIfIdle(Delivery delivery) {
        return offer(delivery);
    }

    /**
     * Queues for the client how a subscription begins that it has not requested. Called under a lock.
     *
     * @return false when there is no room
     */
    default boolean announce(Subscription subscription) {
        return true;
    }

    /**
     * The application has put the connection into a channel. The subscriber must start the subscription. Called outside all
     * locks.
     */
    default void wasPutIn(Subscription subscription) {
        subscription.start(this::announce);
    }

    /** The application has taken the connection out of a channel. Called after {@link #left}, outside all locks. */
    default void wasTakenOut(ChannelName channel) {
        // Most have nothing to do about it.
    }

    /**
     * The connection may not be in a channel, or not any more, and has left it. The subscriber tells its client. Called after {@link
     * #left}, outside all locks.
     */
    default void wasExpelled(ChannelName channel, String code, String sentence) {
        wasTakenOut(channel);
    }

    /**
     * Nobody can say now whether the connection may be in a channel. Closes the connection in such a way that its client comes back
     * to where it was. Called outside all locks.
     *
     * @param why a sentence for people
     */
    default void mustComeBack(String why) {
        fellBehind();
    }

    /** The connection has left the channel: nothing more of it is offered. Called under a lock. */
    default void left(ChannelName channel) {
        // Most keep nothing for a channel.
    }

    /** Whether its client could mistake an event of this name for one of the server itself, or of its own library. */
    default boolean isReserved(String event) {
        return EventName.isReserved(event);
    }

    /** Sends an event and asks for an answer, as {@link dev.herald.api.Peer#request}. */
    default CompletionStage<String> ask(String event, String json, Duration patience) {
        return CompletableFuture.failedStage(new UnansweredException("this client's protocol has no answers"));
    }

    /**
     * Ends the connection because the application wants so.
     *
     * @param transportToo whether the transport is closed even if it carries more connections than this
     */
    void end(boolean transportToo);

    /** What the application keeps with the connection has changed. Called outside all locks. */
    default void attributesChanged() {
        // Most are not kept for a later life of the server.
    }

    /**
     * Ends the connection because its client is not signed in any more.
     *
     * @param code what is wrong, as clients are told it
     * @param sentence for people
     */
    default void signOut(String code, String sentence) {
        end(false);
    }

    /** Writes what waits, if the socket is free. Called after one or more offers, outside all locks. */
    void flush();

    /** The client reads too slowly to stay: a message that it should have got is not in its queue. Closes the connection. */
    void fellBehind();
}
