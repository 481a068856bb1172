package dev.herald.socketio;

import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Position;
import dev.herald.api.UnansweredException;
import dev.herald.engine.CloseReason;
import dev.herald.engine.EnginePacket;
import dev.herald.engine.EngineSession;
import dev.herald.engine.Outgoing;
import dev.herald.hub.Delivery;
import dev.herald.hub.DeviceName;
import dev.herald.hub.EventName;
import dev.herald.hub.Member;
import dev.herald.hub.Subscriber;
import dev.herald.hub.Subscription;
import dev.herald.json.JsonGuard;
import dev.herald.json.JsonGuard.HostileJsonException;
import dev.herald.json.JsonGuard.MalformedJsonException;
import dev.herald.request.ErrorCode;
import dev.herald.request.RawRequest;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.Disconnect;
import dev.herald.socketio.SocketIoPacket.Event;
import dev.herald.socketio.SocketIoPacket.Refused;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One client in one namespace: what the reference calls a socket. Does what it says, and tells it what happens. Packets of one
 * client come one at a time; everything else may come from any thread.
 */
final class SocketIoClient implements Subscriber {

    private static final System.Logger LOG = System.getLogger(SocketIoClient.class.getName());
    private static final JsonProvider JSON = JsonProvider.provider();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SID_BYTES = 15;

    /** How many packets may come before the client knows that it is connected. */
    private static final int MAX_EARLY = 256;

    private final Connection connection;
    private final Optional<DeviceName> device;
    private final SocketIoConnection carrier;
    private final EngineSession session;
    private final SocketIoServer server;
    private final EventDialect dialect;
    private final PendingAnswers answers;
    private final RecordKeeper keeper;
    private final RequestHandler requests;

    /** Held from the first word of the end to the last: who waits for it finds everything ended. Taken before all other locks. */
    private final Object ending = new Object();

    /** Why it has ended; {@code null} before. Guarded by "ending". */
    private @Nullable String endReason;

    private boolean mayReturn;

    private volatile @Nullable Member member;

    // Guarded by this object's monitor, which is taken under the channels' locks: under it, packets are only queued.
    private final Progress progress;
    private boolean connected;
    private boolean closed;
    /** Whether it is told what it has missed before it is told that it is connected. */
    private boolean hearsBefore;

    private @Nullable List<Outgoing> early;

    /**
     * @param pid by which the client may come back; {@code null} when it may not
     * @param isBare whether its events have the sender's arguments only
     */
    SocketIoClient(
            Connection connection,
            @Nullable String pid,
            boolean isBare,
            Progress progress,
            Optional<DeviceName> device,
            SocketIoConnection carrier,
            SocketIoServer server) {
        this.connection = connection;
        this.progress = progress;
        this.device = device;
        this.carrier = carrier;
        this.session = carrier.session();
        this.server = server;
        this.dialect = server.dialect(connection.namespace(), isBare);
        this.answers = new PendingAnswers(server.settings().pendingAnswers());
        this.keeper = new RecordKeeper(pid, server.recoveries());
        this.requests = new RequestHandler(this, server.requests());
        progress.number(ChannelName.ofNamespace(connection.namespace()));
    }

    /** An id as clients are given, which is no secret. */
    static String newSid() {
        var bytes = new byte[SID_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A packet as Engine.IO carries it. */
    static Outgoing packets(SocketIoPacket packet) {
        var encoded = SocketIoCodec.encode(packet);
        var packets = new ArrayList<EnginePacket>(1 + encoded.attachments().size());
        packets.add(new EnginePacket.Message(encoded.text()));
        encoded.attachments().forEach(bytes -> packets.add(new EnginePacket.Binary(bytes)));
        return Outgoing.of(packets);
    }

    // The beginning.

    /** The hub has admitted it. If it has ended already, by a bean that heard of it or with its connection, it leaves the hub again. */
    void become(Member admitted) {
        synchronized (ending) {
            synchronized (this) {
                if (connection.isMain()) {
                    progress.number(admitted.privateChannel());
                }
            }
            member = admitted;
            var pid = keeper.pid();
            if (endReason != null) {
                leaveHub(admitted, endReason);
            } else if (pid != null) {
                server.recoveries().connected(pid, this);
            }
        }
        keeper.work();
    }

    SocketIoServer server() {
        return server;
    }

    /** What it is in the hub. */
    Member member() {
        var admitted = member;
        if (admitted == null) {
            throw new IllegalStateException(
                    "packets come when the client knows that it is connected, and so is a member");
        }
        return admitted;
    }

    /**
     * Tells a new client that it is connected, once it is kept, and then what happens from now on. One that cannot be kept is not
     * told by what it may come back.
     *
     * @param auth what it said of itself: its {@code device}, and in {@code resume} where it asks to go on
     * @param unkeptPid told to a client that is not kept; {@code null} for none
     */
    void begin(JsonObject auth, @Nullable String unkeptPid) {
        var resumed = new ArrayList<Runnable>();
        if (connection.isMain()) {
            if (auth.containsKey("device") && device.isEmpty()) {
                resumed.add(() -> complain("device", Reply.Rejected.ofDevice()));
            }
            if (auth.containsKey("resume")) {
                resumed.addAll(resume(auth.getOrDefault("resume", JsonValue.NULL)));
            }
        }
        var waiting = member().waiting();
        afterKeeping(failure -> {
            if (failure != null) {
                keeper.giveUp();
            }
            sayConnected(unkeptPid);
            resumed.forEach(Runnable::run);
            waiting.forEach(subscription ->
                    subscription.start(started -> started.outcome().since() == null || sayJoined(started)));
        });
    }

    /**
     * Tells a client that is back what it has missed, and then that it is connected as before; once it is kept as it is now.
     *
     * @param isBack called when it is so
     * @param otherwise called when it cannot be kept; it has heard nothing then, and has ended
     */
    void goOn(Runnable isBack, Runnable otherwise) {
        var waiting = member().waiting();
        afterKeeping(failure -> {
            if (failure != null) {
                if (end("it could not be kept", false)) {
                    otherwise.run();
                }
                return;
            }
            isBack.run();
            synchronized (this) {
                hearsBefore = true;
            }
            waiting.forEach(subscription -> subscription.start(started -> true));
            sayConnected();
        });
    }

    // Being kept for a later life of the server.

    /**
     * Has the client kept as it is now, for a later life of the server, and then goes on with what makes this known.
     *
     * @param then is given why it could not be kept, or {@code null}; by any thread, this one included, which holds no lock
     */
    void afterKeeping(Consumer<@Nullable Throwable> then) {
        var unused = keeper.keep(this::record).whenComplete((nothing, failure) -> {
            try {
                then.accept(failure);
                session.flush();
            } catch (RuntimeException e) {
                // By whichever thread: not left to others, who would not close it.
                LOG.log(ERROR, "connection " + connection.id() + " is closed for a mistake of the server's own", e);
                session.close(CloseReason.FORCED_CLOSE);
            }
        });
    }

    /** How the client is now; {@code null} when it has ended. */
    private @Nullable ClientRecord record() {
        var begins = member().places();
        synchronized (this) {
            return closed ? null : record(begins);
        }
    }

    private ClientRecord record(Map<ChannelName, Position> begins) {
        return new ClientRecord(connection, carrier.isProven(), begins, progress.numbers(begins.keySet()));
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
        synchronized (this) {
            progress.spoil();
            send("error", Replies.error(e, event), progress.now());
        }
    }

    @Override
    public void wasPutIn(Subscription subscription) {
        if (member == null) {
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
        if (member == null) {
            return; // it is not kept yet
        }
        afterKeeping(failure -> {
            if (failure != null) {
                warnOfLoss("leave");
            }
        });
    }

    // What the client is told first.

    /** The first call counts. */
    private void sayConnected() {
        sayConnected(null);
    }

    private void sayConnected(@Nullable String unkeptPid) {
        var json = JSON.createObjectBuilder().add("sid", connection.id());
        var pid = keeper.pid() == null ? unkeptPid : keeper.pid();
        if (pid != null) {
            json.add("pid", pid);
        }
        var connect = new Connect(connection.namespace(), json.build().toString());
        boolean isQueued;
        synchronized (this) {
            if (connected || closed) {
                return;
            }
            connected = true;
            isQueued = session.offer(packets(connect));
            if (early != null) {
                isQueued = isQueued && early.stream().allMatch(session::offer);
                early = null;
            }
        }
        if (!isQueued) {
            fellBehind();
        }
    }

    /** Joins the channels that it asks for. Returns what is to be done when it knows that it is connected: tell it so, channel by channel. */
    private List<Runnable> resume(JsonValue resume) {
        if (!(read(resume) instanceof JsonObject places)) {
            var e = new Reply.Rejected(ErrorCode.MALFORMED, "resume is an object of channels");
            return List.of(() -> complain("resume", e));
        }
        var resumed = new ArrayList<Runnable>();
        places.forEach((channel, since) -> {
            var join = JSON.createObjectBuilder().add("channel", channel).add("since", since);
            var reply = server.requests().handle(member(), new RawRequest(Request.JOIN, join.build()));
            resumed.add(() -> {
                var unused = reply.thenAccept(this::resumed);
            });
        });
        return resumed;
    }

    /** The Java client has only texts in its {@code auth}: then the text is the object's. */
    private static JsonValue read(JsonValue resume) {
        if (!(resume instanceof JsonString text)) {
            return resume;
        }
        try {
            JsonGuard.check(text.getString());
            return EventArguments.parse(text.getString());
        } catch (MalformedJsonException | HostileJsonException e) {
            return JsonValue.NULL;
        }
    }

    private void resumed(Reply reply) {
        if (reply instanceof Reply.Joined joined) {
            joined.subscription().start(this::sayJoined);
        } else if (reply instanceof Reply.Rejected rejected) {
            complain("resume", rejected);
        }
    }

    /** Where the client is in a channel that it asked to go on in. Who is made to join a room by the application is not told. */
    private boolean sayJoined(Subscription subscription) {
        return send("joined", Replies.joined(subscription));
    }

    // What the client says.

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

    // What the client is told.

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
        return enqueue(packets(packet));
    }

    private synchronized boolean enqueue(Outgoing packets) {
        return !closed && (connected ? session.offer(packets) : hold(packets));
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
        return queue(delivery, session::offer);
    }

    @Override
    public boolean replay(Delivery delivery) {
        return queue(delivery, session::offerToHalf);
    }

    @Override
    public boolean offerIfIdle(Delivery delivery) {
        return queue(delivery, session::offerIfIdle);
    }

    private synchronized boolean queue(Delivery delivery, Predicate<Outgoing> queue) {
        if (closed) {
            return false;
        }
        var message = delivery.message();
        var channel = message.channel();
        var position = message.position();
        if (channel == null || position == null) {
            var needsOffset = keeper.pid() != null && dialect.endsInText(message);
            var packets = packets(delivery, needsOffset ? progress.now() : null);
            return connected ? queue.test(packets) : hold(packets);
        }
        var packets = packets(delivery, keeper.pid() == null ? null : progress.after(channel, position));
        if (!((connected || hearsBefore) ? queue.test(packets) : hold(packets))) {
            return false;
        }
        progress.advance(channel, position);
        return true;
    }

    /** What comes while the client is being connected follows the word that it is, but for what it has missed. */
    private boolean hold(Outgoing packets) {
        var held = early;
        if (held == null) {
            held = new ArrayList<>();
            early = held;
        }
        return held.size() < MAX_EARLY && held.add(packets);
    }

    /** Written when it is sent: not under a channel's lock. */
    private Outgoing packets(Delivery delivery, @Nullable String offset) {
        return Outgoing.later(
                delivery.size(), () -> delivery.as(dialect).packets(keeper.pid() == null ? null : offset));
    }

    @Override
    public synchronized void left(ChannelName channel) {
        progress.forget(channel);
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
        var arguments = EventArguments.fromHub(json);
        var array = new StringBuilder("[").append(EventArguments.quoted(event));
        arguments.texts().forEach(text -> array.append(',').append(text));
        var packet = new Event(
                connection.namespace(),
                question.ackId(),
                event,
                array.append(']').toString(),
                arguments.attachments());
        if (!enqueue(packet)) {
            answers.fail(question.ackId(), "the client's queue is full");
        }
        server.watch(carrier);
        session.flush();
        return question.answer();
    }

    @Override
    public void flush() {
        synchronized (this) {
            if (!connected) {
                return;
            }
        }
        session.flush();
    }

    void resume() {
        var admitted = member;
        if (admitted != null) {
            admitted.resume();
        }
    }

    // The end.

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

    /**
     * Ends it as the application wishes, and queues that for the client, who then does not come back by itself.
     *
     * @return false when it had ended before
     */
    boolean dismiss() {
        sayConnected();
        if (!end("server namespace disconnect", false)) {
            return false;
        }
        carrier.remove(this);
        carrier.send(packets(new Disconnect(connection.namespace())));
        return true;
    }

    /** Who has ended takes nothing any more, and that is no reason to close what carries others, too. */
    @Override
    public void fellBehind() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        session.close(CloseReason.SLOW_READER);
    }

    /** The client is back on another connection, so this one is dead; waits until all of it has ended. */
    void replace() {
        end("replaced by its own return", true);
        session.close(CloseReason.REPLACED);
    }

    /** Whether its client has been told that it is connected, and so may speak. */
    synchronized boolean isConnected() {
        return connected;
    }

    /**
     * Ends the client: the first call counts, and others wait for it.
     *
     * @param mayReturn whether it may come back and go on where it was
     * @return whether this was the first call
     */
    boolean end(String reason, boolean mayReturn) {
        synchronized (ending) {
            if (endReason != null) {
                return false;
            }
            endReason = reason;
            this.mayReturn = mayReturn;
            synchronized (this) {
                closed = true;
            }
            var admitted = member;
            if (admitted != null) {
                leaveHub(admitted, reason);
            }
        }
        keeper.work();
        answers.end("the connection has ended: " + reason);
        return true;
    }

    private void leaveHub(Member admitted, String reason) {
        var begins = admitted.disconnect(reason);
        if (!mayReturn) {
            keeper.noteForgotten();
            return;
        }
        ClientRecord last;
        synchronized (this) {
            last = record(begins);
        }
        keeper.suspend(
                last, new Recoveries.Suspended(connection, carrier.isProven(), begins, progress, System.nanoTime()));
    }

    /** Looks at the clock; false when no answers are due. */
    boolean tick(long now) {
        return answers.tick(now);
    }
}
