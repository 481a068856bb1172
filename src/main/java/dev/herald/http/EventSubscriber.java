package dev.herald.http;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.ConnectionState;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.hub.Delivery;
import dev.herald.hub.LimitException;
import dev.herald.hub.Link;
import dev.herald.hub.Member;
import dev.herald.hub.Subscriber;
import dev.herald.hub.Subscription;
import dev.herald.request.ErrorCode;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One listener: a connection that only hears. It joins its channels, and when all may be joined, its request becomes a stream.
 * The request's thread calls {@link #begin}; any thread may call the other methods, holding no lock unless the hub says so.
 */
final class EventSubscriber implements Subscriber, EventStream.Owner {

    private static final System.Logger LOG = System.getLogger(EventSubscriber.class.getName());
    private static final JsonProvider JSON = JsonProvider.provider();

    /** How long a browser waits before it comes back, in milliseconds. */
    private static final EventFrame.Line RETRY = new EventFrame.Line("retry: 2000\n");

    private final EventStreams streams;
    private final Exchange exchange;
    private final PersonPrincipal visitor;

    /** How it is known; with all that was learnt when it was examined, as soon as it is admitted. */
    private volatile Connection connection;

    private final List<ChannelName> channels;
    private final Map<ChannelName, Position> since;
    private final EventStream stream;

    // Guarded by this object's monitor.
    private @Nullable Member member;
    private @Nullable String ended;

    EventSubscriber(
            EventStreams streams, Exchange exchange, List<ChannelName> channels, Map<ChannelName, Position> since) {
        this.streams = streams;
        this.exchange = exchange;
        this.visitor = exchange.visitor();
        this.connection = new Connection(UUID.randomUUID().toString(), visitor.person());
        this.channels = channels;
        this.since = since;
        this.stream = streams.newStream(new EventWriter(channels, since), exchange.request(), this);
    }

    /** Asks whether it may connect. */
    void begin() {
        exchange.await(() -> close("connection lost"));
        var attempt = new ConnectionAttempt(visitor, Connection.MAIN);
        streams.admission().examine(attempt, () -> examined(attempt));
    }

    private void examined(ConnectionAttempt attempt) {
        var refusal = attempt.refusal();
        if (refusal.isPresent()) {
            refuse(Problem.of(refusal.get()));
        } else {
            var state = new ConnectionState(attempt.principal(), attempt.attributes());
            connection = new Connection(connection.id(), attempt.person(), Connection.MAIN, state);
            join();
        }
    }

    /** Becomes a member of the hub, if it has room, and asks for its channels. */
    private void join() {
        if (hasEnded()) {
            return;
        }
        try {
            var joining = streams.hub().connectToNone(this);
            become(joining);
            var replies = channels.stream()
                    .map(channel -> streams.requests()
                            .handle(joining, new Request.Join(channel, since.get(channel)))
                            .toCompletableFuture())
                    .toList();
            var unused = CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                    .thenRun(() ->
                            answer(replies.stream().map(CompletableFuture::join).toList()));
        } catch (LimitException | RefusedException e) {
            streams.warn("listeners are turned away: " + e.getMessage());
            refuse(new Problem(503, "overloaded", String.valueOf(e.getMessage())));
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void become(Member newMember) {
        String reason;
        synchronized (this) {
            member = newMember;
            reason = ended;
        }
        streams.requests().logins().watch(newMember);
        if (reason != null) {
            newMember.disconnect(reason);
        }
    }

    /** Handles failures here: the thread that completed the replies would lose them. */
    private void answer(List<Reply> replies) {
        try {
            for (var reply : replies) {
                if (reply instanceof Reply.Rejected rejected) {
                    refuse(Problem.of(rejected));
                    return;
                }
            }
            open(replies);
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private void open(List<Reply> replies) throws IOException {
        var request = exchange.becomeStream();
        if (request.isEmpty()) {
            close("answered otherwise");
            return;
        }
        var response = exchange.response();
        response.setStatus(200);
        response.setContentType("text/event-stream;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store, no-transform");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Accel-Buffering", "no");
        stream.offer(RETRY);
        stream.open(request.get());
        for (var reply : replies) {
            if (reply instanceof Reply.Joined joined) {
                joined.subscription().start(this::announce);
            }
        }
    }

    private void refuse(Problem problem) {
        exchange.refuse(problem);
        close("refused");
    }

    private void fail(Throwable cause) {
        LOG.log(ERROR, "connection " + connection.id() + " is closed for a mistake of the server's own", cause);
        exchange.refuse(Problem.of(Reply.Rejected.ofMistake(ErrorCode.SERVER_ERROR)));
        close("a mistake of the server's own");
    }

    /** Ends at once: the client is gone, or comes back for what it misses. */
    private void close(String reason) {
        ended(reason);
        stream.cut();
    }

    /** The membership ends. The first reason counts. */
    private void ended(String reason) {
        Optional<Member> admitted;
        synchronized (this) {
            if (ended != null) {
                return;
            }
            ended = reason;
            admitted = Optional.ofNullable(member);
        }
        LOG.log(DEBUG, () -> "connection " + connection.id() + " ended: " + reason);
        admitted.ifPresent(one -> one.disconnect(reason));
    }

    private synchronized boolean hasEnded() {
        return ended != null;
    }

    private synchronized Optional<Member> member() {
        return Optional.ofNullable(member);
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean offer(Delivery delivery) {
        return stream.offer(new EventFrame.Delivered(delivery, false));
    }

    @Override
    public boolean replay(Delivery delivery) {
        return stream.offerToHalf(new EventFrame.Delivered(delivery, true));
    }

    @Override
    public boolean announce(Subscription subscription) {
        // Listeners do not know the room of their own connection.
        return subscription.channel().isOfConnection() || stream.offer(beginning(subscription));
    }

    private EventFrame.Begins beginning(Subscription subscription) {
        var channel = subscription.channel();
        var outcome = subscription.outcome();
        var reason = outcome.reason();
        var event = reason == null ? EventWriter.JOINED : EventWriter.GAP;
        var json = JSON.createObjectBuilder()
                .add("event", event)
                .add("channel", channel.value())
                .add("recovered", outcome.recovered());
        if (reason != null) {
            json.add("reason", reason.name().toLowerCase(Locale.ROOT));
        }
        json.add("head", outcome.head().offset()).add("epoch", outcome.head().epoch());
        var last = since.get(channel);
        var position = outcome.recovered() && last != null ? last : outcome.head();
        return new EventFrame.Begins(event, json.build().toString(), channel, position);
    }

    @Override
    public void wasTakenOut(ChannelName channel) {
        if (!channel.isOfConnection()) {
            sayLeft(channel, leaving(channel));
        }
    }

    @Override
    public void wasExpelled(ChannelName channel, String code, String sentence) {
        sayLeft(channel, leaving(channel).add("code", code).add("message", sentence));
    }

    private static JsonObjectBuilder leaving(ChannelName channel) {
        return JSON.createObjectBuilder().add("event", EventWriter.LEFT).add("channel", channel.value());
    }

    private void sayLeft(ChannelName channel, JsonObjectBuilder json) {
        if (!stream.offer(new EventFrame.Ends(json.build().toString(), channel))) {
            fellBehind();
        }
        stream.flush();
    }

    @Override
    public void end(boolean transportToo) {
        ended("ended by the application");
        stream.close(EventWriter.GOODBYE);
    }

    @Override
    public Link link() {
        return new Link("sse", stream.waitingBytes());
    }

    @Override
    public void flush() {
        stream.flush();
    }

    @Override
    public void fellBehind() {
        close("slow reader");
    }

    @Override
    public void drained() {
        member().ifPresent(Member::resume);
    }

    @Override
    public void stalled() {
        fellBehind();
    }

    @Override
    public void lost() {
        close("connection lost");
    }

    @Override
    public void over() {
        streams.complete(this);
    }

    /** Completes the request. May wait for the client. */
    void complete() {
        stream.complete();
    }

    boolean tick(long now) {
        return stream.tick(now);
    }

    /** The server goes down: the stream ends, and the client comes back. */
    void goAway() {
        ended("the server goes down");
        stream.end();
    }
}
