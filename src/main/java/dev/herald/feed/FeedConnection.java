package dev.herald.feed;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.ConnectionState;
import dev.herald.api.Envelope;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.RefusedException;
import dev.herald.hub.Delivery;
import dev.herald.hub.DeviceName;
import dev.herald.hub.Hub;
import dev.herald.hub.LimitException;
import dev.herald.hub.Link;
import dev.herald.hub.Member;
import dev.herald.hub.Subscriber;
import dev.herald.hub.Subscription;
import dev.herald.request.ErrorCode;
import dev.herald.request.RawRequest;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import dev.herald.request.Requests;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One client of the feed: does what it says, and tells it what happens. The container brings the messages of one client one at
 * a time; any thread may call the other methods. What only queues, as {@link #offer} does, may be called with any lock held;
 * what writes or closes is called with none.
 */
final class FeedConnection implements Subscriber, TextSocket.Owner {

    private static final System.Logger LOG = System.getLogger(FeedConnection.class.getName());

    /** The client reads too slowly ({@code docs/feed.md}, "Errors"). */
    static final int SLOW_READER = 4008;

    /** The client is not signed in any more. */
    static final int UNAUTHORIZED = 4401;

    private static final String SERVER_MISTAKE = "the server made a mistake; come back";

    /** A client that sends this only wants an answer. */
    private static final String PING = "ping";

    /** How it is known; with all that was learnt when it was examined, as soon as it is admitted. */
    private volatile Connection connection;

    /** The name of the client's device, if it has given one. */
    private final Optional<String> deviceName;

    private final Optional<DeviceName> device;

    private final Hub hub;
    private final Requests requests;
    private final Sockets sockets;
    private final FeedCodec codec;
    private final TextAssembly assembly;
    private final TextSocket socket;

    /** The last message of a channel that went into the socket. */
    private volatile @Nullable Envelope lastSent;

    private volatile boolean windowIsOver;

    private final EarlyRequests early = new EarlyRequests();

    // Guarded by this object's monitor.
    private @Nullable Member member;
    private @Nullable String ended;

    FeedConnection(
            PersonPrincipal visitor,
            FeedQuery query,
            Session session,
            Sockets sockets,
            FeedCodec codec,
            Hub hub,
            Requests requests) {
        this.connection = new Connection(UUID.randomUUID().toString(), visitor.person());
        this.deviceName = query.device();
        this.device = deviceName.flatMap(DeviceName::read);
        this.hub = hub;
        this.requests = requests;
        this.sockets = sockets;
        this.codec = codec;
        this.assembly = sockets.newAssembly();
        this.socket = sockets.open(session, query.takesLists(), this);
    }

    /** The attempt has been examined: greets the client, or tells it why it may not connect. */
    void open(ConnectionAttempt attempt) {
        var refusal = attempt.refusal();
        if (refusal.isPresent()) {
            LOG.log(
                    DEBUG,
                    () -> attempt.person().id() + " may not connect to the feed: "
                            + refusal.get().message());
            say(ToClient.Refusal.of(refusal.get()));
            close(CloseCodes.VIOLATED_POLICY.getCode(), "refused");
        } else if (!isEnded()) {
            var state = new ConnectionState(attempt.principal(), attempt.attributes());
            connection = new Connection(connection.id(), attempt.person(), Connection.MAIN, state);
            admit();
            early.open();
            sockets.afterResumeWindow(this::startWaiting);
        }
    }

    /** Greets the client and makes it a member of the hub, if the hub has room. */
    private void admit() {
        say(ToClient.Connected.of(connection));
        if (deviceName.isPresent() && device.isEmpty()) {
            say(ToClient.Refusal.of(null, Reply.Rejected.ofDevice()));
        }
        if (sockets.areFull()) {
            close(CloseCodes.TRY_AGAIN_LATER.getCode(), "too much waits for other clients; come back later");
            return;
        }
        try {
            become(hub.connect(this));
        } catch (LimitException | RefusedException e) {
            sockets.warn("connections are turned away: " + e.getMessage());
            close(CloseCodes.TRY_AGAIN_LATER.getCode(), String.valueOf(e.getMessage()));
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
        requests.logins().watch(newMember);
        if (reason != null) {
            newMember.disconnect(reason);
        }
    }

    private synchronized Optional<Member> member() {
        return Optional.ofNullable(member);
    }

    /** Takes a part of a message. */
    void receive(String part, boolean last) {
        socket.whileReading(() -> take(part, last));
    }

    private void take(String part, boolean last) {
        if (isEnded()) {
            return;
        }
        socket.heard();
        try {
            assembly.add(part, last).ifPresent(this::receive);
        } catch (TextAssembly.TooLongException e) {
            close(CloseCodes.TOO_BIG.getCode(), "a message is at most " + assembly.maxBytes() + " bytes");
        }
    }

    private void receive(String text) {
        String id = null;
        try {
            var message = codec.read(text);
            id = RawRequest.id(message);
            var request = RawRequest.of(message);
            var answered = id;
            if (!early.pass(() -> obey(request, answered))) {
                close(CloseCodes.VIOLATED_POLICY.getCode(), "too much came before you were admitted");
            }
        } catch (RejectedException e) {
            say(ToClient.Refusal.of(id, e.reply()));
        } catch (RuntimeException e) {
            // Handled here: the container would report it as a failure of the session.
            fail(e);
        }
    }

    private void obey(RawRequest request, @Nullable String id) {
        if (!Request.JOIN.equals(request.event())) {
            startWaiting();
        }
        if (PING.equals(request.event())) {
            say(new ToClient.Pong("pong"));
            return;
        }
        member().ifPresent(admitted -> {
            var unused = requests.handle(admitted, request).thenAccept(reply -> tell(reply, id));
        });
    }

    /** Handles failures here: the thread that completed the reply would lose them. */
    private void tell(Reply reply, @Nullable String id) {
        try {
            answer(reply, id);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void answer(Reply reply, @Nullable String id) {
        if (reply instanceof Reply.Joined joined) {
            joined.subscription().start(s -> queue(ToClient.Joined.of(s, id)));
        } else if (reply instanceof Reply.Opened opened) {
            opened.subscription().start(s -> queue(new ToClient.OfDocument("doc:opened", id, opened.json())));
        } else if (reply instanceof Reply.History history) {
            answer(history, id);
        } else if (reply instanceof Reply.Rejected rejected && rejected.code() == ErrorCode.SERVER_ERROR) {
            close(CloseCodes.UNEXPECTED_CONDITION.getCode(), SERVER_MISTAKE);
        } else {
            ToClient.answer(reply, id).ifPresent(this::say);
        }
    }

    /** A page may be large. When it does not fit into the queue, the client is told so, and can ask again. */
    private void answer(Reply.History history, @Nullable String id) {
        if (!socket.offer(new Frame.Text(codec.write(new ToClient.History(id, history.page()))))) {
            say(ToClient.Refusal.of(id, Reply.Rejected.ofFullQueue()));
        }
        socket.flush();
    }

    /** Starts the subscriptions that have waited for the client to resume them. */
    void startWaiting() {
        if (!windowIsOver) {
            windowIsOver = true;
            member().ifPresent(m -> m.waiting()
                    .forEach(subscription -> requests.rooms()
                            .admit(
                                    m,
                                    subscription,
                                    () -> subscription.start(s -> queue(ToClient.Joined.of(s, null))))));
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
        socket.whileReading(() -> close(CloseCodes.CANNOT_ACCEPT.getCode(), "the feed speaks text"));
    }

    /** The peer answered a ping. */
    void pong(ByteBuffer payload) {
        socket.whileReading(() -> socket.pong(payload));
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
        close(CloseCodes.UNEXPECTED_CONDITION.getCode(), SERVER_MISTAKE);
    }

    /** The session is closed, by whomever. */
    void closed(String reason) {
        socket.markClosed();
        end(reason);
    }

    /**
     * The end is noted before the session is closed, because a server may call back while it closes, and the first reason
     * counts.
     */
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
        return socket.offer(new Frame.Delivered(delivery, codec, false));
    }

    @Override
    public boolean replay(Delivery delivery) {
        return socket.offerToHalf(new Frame.Delivered(delivery, codec, true));
    }

    @Override
    public boolean announce(Subscription subscription) {
        // Clients of the feed do not know the room of their own connection.
        return subscription.channel().isOfConnection() || queue(ToClient.Joined.of(subscription, null));
    }

    @Override
    public void wasExpelled(ChannelName channel, String code, String sentence) {
        say(new ToClient.Left("left", null, channel.value(), code, sentence));
    }

    @Override
    public void signOut(String code, String sentence) {
        say(ToClient.Refusal.ofConnection(code, sentence));
        close(UNAUTHORIZED, code);
    }

    @Override
    public void mustComeBack(String why) {
        close(CloseCodes.TRY_AGAIN_LATER.getCode(), why);
    }

    @Override
    public void end(boolean transportToo) {
        close(CloseCodes.NORMAL_CLOSURE.getCode(), "ended by the application");
    }

    @Override
    public Link link() {
        return new Link("feed", socket.waitingBytes());
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
        close(CloseCodes.GOING_AWAY.getCode(), reason);
    }
}
