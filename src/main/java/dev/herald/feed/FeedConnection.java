package dev.herald.feed;

import static jakarta.websocket.CloseReason.CloseCodes.CANNOT_ACCEPT;
import static jakarta.websocket.CloseReason.CloseCodes.GOING_AWAY;
import static jakarta.websocket.CloseReason.CloseCodes.NORMAL_CLOSURE;
import static jakarta.websocket.CloseReason.CloseCodes.TOO_BIG;
import static jakarta.websocket.CloseReason.CloseCodes.TRY_AGAIN_LATER;
import static jakarta.websocket.CloseReason.CloseCodes.UNEXPECTED_CONDITION;
import static jakarta.websocket.CloseReason.CloseCodes.VIOLATED_POLICY;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.RefusedException;
import dev.herald.hub.Delivery;
import dev.herald.hub.DeviceName;
import dev.herald.hub.Draft;
import dev.herald.hub.ErrorCode;
import dev.herald.hub.Hub;
import dev.herald.hub.JsonGuard.HostileJsonException;
import dev.herald.hub.LimitException;
import dev.herald.hub.Member;
import dev.herald.hub.RejectedException;
import dev.herald.hub.Request;
import dev.herald.hub.Subscriber;
import dev.herald.hub.Subscription;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client of the feed: does what it says, and tells it what happens. Messages of one client are taken one at a time, as the
 * container calls; everything else may come from any thread.
 */
final class FeedConnection implements Subscriber, TextSocket.Owner {

    private static final System.Logger LOG = System.getLogger(FeedConnection.class.getName());

    /** The client reads too slowly ({@code docs/feed.md}, "Errors"). */
    static final int SLOW_READER = 4008;

    private final Connection connection;

    /** What the client calls its device, if it does. */
    private final Optional<String> deviceName;

    private final Optional<DeviceName> device;

    private final Hub hub;
    private final Sockets sockets;
    private final FeedCodec codec;
    private final TextAssembly assembly;
    private final TextSocket socket;

    /** The last message of a channel that went into the socket. */
    private volatile @Nullable Envelope lastSent;

    private volatile boolean windowIsOver;

    // Guarded by this object's monitor.
    private @Nullable Member member;
    private @Nullable String ended;

    FeedConnection(
            Connection connection,
            Optional<String> deviceName,
            Session session,
            Sockets sockets,
            FeedCodec codec,
            Hub hub) {
        this.connection = connection;
        this.deviceName = deviceName;
        this.device = deviceName.flatMap(DeviceName::read);
        this.hub = hub;
        this.sockets = sockets;
        this.codec = codec;
        this.assembly = sockets.newAssembly();
        this.socket = sockets.open(session, this);
    }

    /** Greets the client and makes it a member of the hub, if the hub has room. */
    void open() {
        say(ToClient.Connected.of(connection));
        if (deviceName.isPresent() && device.isEmpty()) {
            say(ToClient.Refusal.of(DeviceName.rejection()));
        }
        try {
            become(hub.connect(this));
        } catch (LimitException | RefusedException e) {
            sockets.warn("connections are turned away: " + e.getMessage());
            close(TRY_AGAIN_LATER.getCode(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void become(Member newMember) {
        String reason;
        synchronized (this) {
            member = newMember;
            reason = ended;
        }
        if (reason != null) {
            newMember.disconnect(reason);
        }
    }

    private synchronized Optional<Member> member() {
        return Optional.ofNullable(member);
    }

    /** Takes a part of a message. */
    void receive(String part, boolean last) {
        if (isEnded()) {
            return;
        }
        socket.heard();
        try {
            assembly.add(part, last).ifPresent(this::receive);
        } catch (TextAssembly.TooLongException e) {
            close(TOO_BIG.getCode(), "a message is at most " + assembly.maxBytes() + " bytes");
        }
    }

    private void receive(String text) {
        try {
            var request = codec.read(text);
            if (request.isEmpty()) {
                startWaiting();
                say(new ToClient.Pong("pong"));
            } else if (member().isPresent()) {
                obey(request.get(), member().get());
            }
        } catch (RejectedException e) {
            say(ToClient.Refusal.of(e));
        } catch (HostileJsonException e) {
            close(VIOLATED_POLICY.getCode(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // Not left to the container, which gives it back as if the session had failed.
            fail(e);
        }
    }

    private void obey(Request request, Member admitted) {
        if (request instanceof Request.Join join) {
            admitted.join(join).ifPresent(joined -> joined.start(s -> queue(ToClient.Joined.of(s, join.id()))));
            return;
        }
        startWaiting();
        if (request instanceof Request.Publish publish) {
            publish(admitted, publish.id(), publish.channel(), publish.event(), null, publish.json());
        } else if (request instanceof Request.Tell tell) {
            publish(admitted, tell.id(), ChannelName.ofUser(tell.to()), "private", tell.to(), tell.json());
        } else if (request instanceof Request.Leave leave) {
            var left = admitted.leave(leave);
            say(new ToClient.Left("left", leave.id(), left.value()));
        } else if (request instanceof Request.History history) {
            answer(history, admitted);
        } else if (request instanceof Request.Seen seen) {
            var own = admitted.privateChannel();
            admitted.seen(seen)
                    .whenComplete((position, failure) ->
                            answer(seen.id(), failure, () -> ToClient.Seen.of(seen.id(), own, position)));
        }
    }

    /** A page may be large. When it does not fit into the queue, the client is told so, as it can ask again. */
    private void answer(Request.History request, Member reader) {
        var page = codec.write(reader.history(request), request.id());
        if (!socket.offer(new Frame.Text(page))) {
            throw new RejectedException(
                    ErrorCode.OVERLOADED,
                    request.id(),
                    "too much waits for you already; ask again when you have read it");
        }
        socket.flush();
    }

    private void publish(
            Member sender, @Nullable String id, ChannelName channel, String event, @Nullable String to, String json) {
        hub.receive(sender, new Draft(channel, event, connection.person(), to, json, id))
                .whenComplete((receipt, failure) -> answer(id, failure, () -> ToClient.Ack.of(id, receipt)));
    }

    /** Who gave no id is told only of failures. */
    private void answer(@Nullable String id, @Nullable Throwable failure, Supplier<ToClient> ack) {
        if (failure == null) {
            if (id != null) {
                say(ack.get());
            }
            return;
        }
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            say(ToClient.Refusal.of(
                    new RejectedException(ErrorCode.of(refused.reason()), id, String.valueOf(refused.getMessage()))));
        } else if (cause instanceof RejectedException rejected) {
            say(ToClient.Refusal.of(rejected));
        } else {
            fail(cause);
        }
    }

    /** Starts what has waited for the client to resume it; from then on nothing waits. */
    void startWaiting() {
        if (!windowIsOver) {
            windowIsOver = true;
            member().ifPresent(m ->
                    m.waiting().forEach(subscription -> subscription.start(s -> queue(ToClient.Joined.of(s, null)))));
        }
    }

    private void say(ToClient message) {
        if (!queue(message)) {
            fellBehind();
        }
        socket.flush();
    }

    private boolean queue(ToClient message) {
        return socket.offer(new Frame.Text(codec.write(message)));
    }

    /** A binary message came. */
    void receiveBinary() {
        close(CANNOT_ACCEPT.getCode(), "the feed speaks text");
    }

    /** The peer answered a ping. */
    void pong(ByteBuffer payload) {
        socket.pong(payload);
    }

    /** The container says that something is wrong with the session. */
    void containerFailed(Throwable cause) {
        if (TextSocket.isBroken(cause)) {
            lost("connection lost");
        } else {
            fail(cause);
        }
    }

    private void fail(Throwable cause) {
        LOG.log(ERROR, "connection " + connection.id() + " is closed for a mistake of the server's own", cause);
        close(UNEXPECTED_CONDITION.getCode(), "the server made a mistake; come back");
    }

    /** The session is closed, by whomever. */
    void closed(String reason) {
        socket.markClosed();
        end(reason);
    }

    /** Ended before it is closed: a server may call back from its close, and the first reason counts. */
    private void close(int code, String reason) {
        end(reason);
        socket.close(code, reason);
    }

    private void end(String reason) {
        synchronized (this) {
            if (ended != null) {
                return;
            }
            ended = reason;
        }
        LOG.log(DEBUG, () -> "connection " + connection.id() + " ended: " + reason);
        member().ifPresent(m -> m.disconnect(reason));
    }

    private synchronized boolean isEnded() {
        return ended != null;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public Optional<DeviceName> device() {
        return device;
    }

    @Override
    public boolean offer(Delivery delivery) {
        return socket.offer(new Frame.Delivered(delivery, codec));
    }

    @Override
    public boolean replay(Delivery delivery) {
        return socket.offerToHalf(new Frame.Delivered(delivery, codec));
    }

    @Override
    public boolean announce(Subscription subscription) {
        return queue(ToClient.Joined.of(subscription, null));
    }

    @Override
    public void end(boolean transportToo) {
        close(NORMAL_CLOSURE.getCode(), "ended by the application");
    }

    @Override
    public void flush() {
        socket.flush();
    }

    @Override
    public void fellBehind() {
        var last = lastSent;
        end("slow reader");
        socket.close(SLOW_READER, last == null ? "" : FeedCodec.position(last));
    }

    @Override
    public void sent(Frame frame) {
        if (frame instanceof Frame.Delivered delivered && delivered.message().position() != null) {
            lastSent = delivered.message();
        }
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
    public void lost(String reason) {
        close(GOING_AWAY.getCode(), reason);
    }
}
