package dev.herald.socketio;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.UnansweredException;
import dev.herald.engine.CloseReason;
import dev.herald.engine.EngineSession;
import dev.herald.hub.Delivery;
import dev.herald.hub.DeviceName;
import dev.herald.hub.EventName;
import dev.herald.hub.Link;
import dev.herald.hub.Member;
import dev.herald.hub.Subscriber;
import dev.herald.hub.Subscription;
import dev.herald.request.ErrorCode;
import dev.herald.request.Reply;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.Disconnect;
import dev.herald.socketio.SocketIoPacket.Event;
import dev.herald.socketio.SocketIoPacket.Refused;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client in one namespace: what the reference calls a socket. Does what it says, and tells it what happens. Packets of one
 * client come one at a time; everything else may come from any thread.
 */
final class SocketIoClient implements Subscriber {

    private static final System.Logger LOG = System.getLogger(SocketIoClient.class.getName());

    private final Connection connection;
    private final Optional<DeviceName> device;
    private final SocketIoConnection carrier;
    private final EngineSession session;
    private final SocketIoServer server;
    private final PendingAnswers answers;
    private final RecordKeeper keeper;
    private final RequestHandler requests;

    private final ClientQueue queue;
    private final HubMembership membership;

    /**
     * @param pid by which the client may come back; {@code null} when it may not
     * @param isBare whether its events have the sender's arguments only
     */
    SocketIoClient(
            Connection connection,
            @Nullable String pid,
            boolean isBare,
            RecoveryOffsets offsets,
            Optional<DeviceName> device,
            SocketIoConnection carrier,
            SocketIoServer server) {
        this.connection = connection;
        this.device = device;
        this.carrier = carrier;
        this.session = carrier.session();
        this.server = server;
        this.answers = new PendingAnswers(server.settings().pendingAnswers());
        this.keeper = new RecordKeeper(pid, server.recoveries());
        var dialect = server.dialect(connection.namespace(), isBare);
        this.queue = new ClientQueue(session, dialect, offsets, () -> keeper.pid() != null);
        this.membership = new HubMembership(connection, carrier.isProven(), queue, offsets, keeper);
        this.requests = new RequestHandler(this, server.requests());
        queue.number(ChannelName.ofNamespace(connection.namespace()));
    }

    /** The hub has admitted it. If it has ended already, by a bean that heard of it or with its connection, it leaves the hub again. */
    void become(Member admitted) {
        membership.begin(admitted, () -> {
            var pid = keeper.pid();
            if (pid != null) {
                server.recoveries().connected(pid, this);
            }
            server.requests().logins().watch(admitted);
        });
    }

    SocketIoServer server() {
        return server;
    }

    /** What it is in the hub. */
    Member member() {
        return membership.member();
    }

    /** It may not come back, as it cannot be kept. */
    void giveUpReturn() {
        keeper.giveUp();
    }

    /** What it missed may go before the word that it is connected: it is back. */
    void letMissedPass() {
        queue.letMissedPass();
    }

    /**
     * Has the client kept as it is now, for a later life of the server, and then goes on with what makes this known.
     *
     * @param then is given why it could not be kept, or {@code null}; by any thread, this one included, which holds no lock
     */
    void afterKeeping(Consumer<@Nullable Throwable> then) {
        var unused = keeper.keep(membership::record).whenComplete((nothing, failure) -> {
            try {
                then.accept(failure);
                session.flush();
            } catch (RuntimeException | Error e) {
                // Handled here, whichever thread it is: others would not close the connection.
                LOG.log(ERROR, "connection " + connection.id() + " is closed for a mistake of the server's own", e);
                session.close(CloseReason.FORCED_CLOSE);
            }
        });
    }

    /** Whether a later life of the server would find the client in a channel. */
    boolean isKeptIn(ChannelName channel) {
        return keeper.isKeptIn(channel);
    }

    /**
     * The application has changed where the client is, and a later life of the server would not know of it. So the client is given an
     * offset that only this life can read, before it hears anything of the change.
     */
    private void warnOfLoss(String event) {
        keeper.unkeep();
        var e = new Reply.Rejected(
                ErrorCode.LOG_UNAVAILABLE, "your rooms are not kept now; after a crash you begin anew");
        send("error", Replies.error(e, event), queue.spoilOffsets());
    }

    @Override
    public void wasPutIn(Subscription subscription) {
        if (membership.memberIfAdmitted() == null) {
            return; // it begins with the others
        }
        afterKeeping(failure -> {
            if (failure != null) {
                warnOfLoss("join");
            }
            subscription.start(this::announce);
        });
    }

    @Override
    public void wasTakenOut(ChannelName channel) {
        if (membership.memberIfAdmitted() == null) {
            return; // it is not kept yet
        }
        afterKeeping(failure -> {
            if (failure != null) {
                warnOfLoss("leave");
            }
        });
    }

    @Override
    public void wasExpelled(ChannelName channel, String code, String sentence) {
        afterKeeping(failure -> {
            if (failure != null) {
                warnOfLoss("leave");
            }
            send("left", Replies.expelled(channel, code, sentence));
        });
    }

    @Override
    public void mustComeBack(String why) {
        LOG.log(DEBUG, () -> "connection " + connection.id() + " is closed, to come back later: " + why);
        session.close(CloseReason.FORCED_CLOSE);
    }

    /** The first call counts. */
    void sayConnected(@Nullable String unkeptPid) {
        var pid = keeper.pid() == null ? unkeptPid : keeper.pid();
        if (!queue.connect(new Connect(connection.namespace(), Replies.connected(connection, pid)))) {
            fellBehind();
        }
    }

    /** Where the client is in a channel that it asked to go on in. Who is made to join a room by the application is not told. */
    boolean sayJoined(Subscription subscription) {
        return send("joined", Replies.joined(subscription));
    }

    /** Takes an event. */
    void receive(Event event) {
        requests.receive(event);
    }

    /** Takes an answer. */
    void receive(Ack ack) {
        answers.answer(ack.ackId(), EventArguments.toHub(EventArguments.split(ack.json()), ack.attachments()));
    }

    /** Takes an event or an answer whose data is refused: who waits for an acknowledgement gets that as one. */
    void refuse(Refused refused) {
        var e = new Reply.Rejected(ErrorCode.MALFORMED, refused.why());
        if (refused.packet() instanceof Event event) {
            requests.reject(event, e);
        } else if (refused.packet() instanceof Ack ack) {
            answers.fail(ack.ackId(), "the client's answer is not taken: " + refused.why());
            complain(null, e);
        }
    }

    /**
     * Tells of an error that nobody asked to have acknowledged.
     *
     * @param event which event is wrong; {@code null} when that is not known
     */
    void complain(@Nullable String event, Reply.Rejected e) {
        send("error", Replies.error(e, event));
        session.flush();
    }

    /** An event of Herald's own, past the hub. */
    private boolean send(String event, String json) {
        return send(event, json, null);
    }

    private boolean send(String event, String json, @Nullable String offset) {
        var array = "[" + EventArguments.quoted(event) + "," + json + (offset == null ? "]" : ",\"" + offset + "\"]");
        return enqueue(new Event(connection.namespace(), null, event, array, List.of()));
    }

    /** Queues a packet for it; false when there is no room, or it has ended. */
    boolean enqueue(SocketIoPacket packet) {
        return queue.offer(packet);
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
    public void attributesChanged() {
        if (membership.memberIfAdmitted() != null) {
            afterKeeping(failure -> {}); // the operator is told of a failure
        }
    }

    @Override
    public boolean offer(Delivery delivery) {
        return queue.offer(delivery, session::offer);
    }

    @Override
    public boolean replay(Delivery delivery) {
        return queue.offer(delivery, session::offerToHalf);
    }

    @Override
    public boolean offerIfIdle(Delivery delivery) {
        return queue.offer(delivery, session::offerIfIdle);
    }

    @Override
    public void left(ChannelName channel) {
        queue.left(channel);
    }

    /** The feed's own words are no words of this protocol. */
    @Override
    public boolean isReserved(String event) {
        return EventName.isReservedBySocketIo(event);
    }

    @Override
    public CompletionStage<String> ask(String event, String json, Duration patience) {
        PendingAnswers.Question question;
        try {
            question = answers.ask(patience);
        } catch (UnansweredException e) {
            return CompletableFuture.failedStage(e);
        }
        if (!enqueue(EventArguments.event(connection.namespace(), question.ackId(), event, json))) {
            answers.fail(question.ackId(), "the client's queue is full");
        }
        server.watch(carrier);
        session.flush();
        return question.answer();
    }

    @Override
    public void flush() {
        if (queue.isConnected()) {
            session.flush();
        }
    }

    void resume() {
        var admitted = membership.memberIfAdmitted();
        if (admitted != null) {
            admitted.resume();
        }
    }

    /** The connection may carry clients whose logins go on, and so stays; this one cannot come back by the login that is over. */
    @Override
    public void signOut(String code, String sentence) {
        send("error", Replies.error(new Reply.Rejected(ErrorCode.UNAUTHORIZED, code, sentence, null), null));
        end(false);
    }

    @Override
    public void end(boolean transportToo) {
        if (!dismiss()) {
            return;
        }
        if (transportToo) {
            carrier.endAll();
        }
        session.flush();
    }

    @Override
    public Link link() {
        return new Link(session.transportName(), session.waitingBytes());
    }

    /**
     * Ends it as the application wishes, and queues that for the client, who then does not come back by itself.
     *
     * @return false when it had ended before
     */
    boolean dismiss() {
        sayConnected(null);
        if (!end("server namespace disconnect", false)) {
            return false;
        }
        carrier.remove(this);
        carrier.send(ClientQueue.packets(new Disconnect(connection.namespace())));
        return true;
    }

    /**
     * A client that has ended takes nothing more. That is no reason to close the connection, which may carry other clients.
     */
    @Override
    public void fellBehind() {
        if (!queue.isClosed()) {
            session.close(CloseReason.SLOW_READER);
        }
    }

    /** The client is back on another connection, so this one is dead; waits until all of it has ended. */
    void replace() {
        end("replaced by its own return", true);
        session.close(CloseReason.REPLACED);
    }

    /** The client is back on another node; as {@link #replace} otherwise. */
    void leaveToAnotherNode() {
        keeper.leaveToAnotherNode();
        replace();
    }

    /** Whether its client has been told that it is connected, and so may speak. */
    boolean isConnected() {
        return queue.isConnected();
    }

    /**
     * Ends the client: the first call counts, and others wait for it.
     *
     * @param mayReturn whether it may come back and go on where it was
     * @return whether this was the first call
     */
    boolean end(String reason, boolean mayReturn) {
        if (!membership.end(reason, mayReturn)) {
            return false;
        }
        answers.end("the connection has ended: " + reason);
        return true;
    }

    /** Looks at the clock; false when no answers are due. */
    boolean tick(long now) {
        return answers.tick(now);
    }
}
