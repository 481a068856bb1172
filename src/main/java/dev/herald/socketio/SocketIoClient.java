package dev.herald.socketio;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.api.UnansweredException;
import dev.herald.engine.CloseReason;
import dev.herald.engine.EnginePacket;
import dev.herald.engine.EngineSession;
import dev.herald.engine.Outgoing;
import dev.herald.hub.Delivery;
import dev.herald.hub.DeviceName;
import dev.herald.hub.Draft;
import dev.herald.hub.ErrorCode;
import dev.herald.hub.JsonGuard;
import dev.herald.hub.JsonGuard.HostileJsonException;
import dev.herald.hub.JsonGuard.MalformedJsonException;
import dev.herald.hub.Member;
import dev.herald.hub.RejectedException;
import dev.herald.hub.Request;
import dev.herald.hub.Subscriber;
import dev.herald.hub.Subscription;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.Disconnect;
import dev.herald.socketio.SocketIoPacket.Event;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
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

    /** Held from the first word of the end to the last: who waits for it finds everything ended. Taken before all other locks. */
    private final Object ending = new Object();

    /** Why it has ended; {@code null} before. Guarded by "ending". */
    private @Nullable String endReason;

    private boolean mayReturn;

    /**
     * Held from reading how the client is to having it kept, so that the last that is kept is the newest. Taken before the locks of
     * members and channels.
     */
    private final Object keeping = new Object();

    /** What was kept last, or is being kept; {@code null} before. Guarded by "keeping". */
    private @Nullable ClientRecord kept;

    // Guarded by "keeping".
    private long puts;

    /** The latest of these that succeeded, and the channels in it. */
    private long latestKept;

    private Set<ChannelName> keptChannels = Set.of();

    /** By which the client may come back; {@code null} when it may not. Changes only before the client is told. */
    private volatile @Nullable String pid;

    private volatile @Nullable Member member;

    // Guarded by this object's monitor, which is taken under the channels' locks: under it, packets are only queued.
    private final Progress progress;
    private boolean connected;
    private boolean closed;
    /** Whether it is told what it has missed before it is told that it is connected. */
    private boolean hearsBefore;

    private @Nullable List<Outgoing> early;

    /** @param pid by which the client may come back; {@code null} when it may not */
    SocketIoClient(
            Connection connection,
            @Nullable String pid,
            Progress progress,
            Optional<DeviceName> device,
            SocketIoConnection carrier,
            SocketIoServer server) {
        this.connection = connection;
        this.pid = pid;
        this.progress = progress;
        this.device = device;
        this.carrier = carrier;
        this.session = carrier.session();
        this.server = server;
        this.dialect = server.dialect(connection.namespace());
        this.answers = new PendingAnswers(server.settings().pendingAnswers());
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
            if (endReason != null) {
                leaveHub(admitted, endReason);
            } else if (pid != null) {
                server.recoveries().connected(pid, this);
            }
        }
    }

    private Member member() {
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
     */
    void begin(JsonObject auth) {
        var resumed = new ArrayList<Runnable>();
        if (connection.isMain()) {
            if (auth.containsKey("device") && device.isEmpty()) {
                resumed.add(() -> complain("device", DeviceName.rejection()));
            }
            if (auth.containsKey("resume")) {
                resumed.addAll(resume(auth.getOrDefault("resume", JsonValue.NULL)));
            }
        }
        var waiting = member().waiting();
        afterKeeping(failure -> {
            if (failure != null) {
                cannotReturn();
            }
            sayConnected();
            resumed.forEach(Runnable::run);
            waiting.forEach(subscription ->
                    subscription.start(started -> started.outcome().since() == null || sayJoined(started)));
        });
    }

    private void cannotReturn() {
        var unkept = pid;
        pid = null;
        if (unkept != null) {
            server.recoveries().forget(unkept);
        }
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
    private void afterKeeping(Consumer<@Nullable Throwable> then) {
        var unused = keep().whenComplete((nothing, failure) -> {
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

    private CompletionStage<Void> keep() {
        var admitted = member();
        synchronized (keeping) {
            var begins = admitted.places();
            ClientRecord record;
            synchronized (this) {
                if (closed) {
                    return CompletableFuture.completedStage(null);
                }
                record = record(begins);
            }
            return keep(record);
        }
    }

    private ClientRecord record(Map<ChannelName, Position> begins) {
        return new ClientRecord(connection, carrier.isProven(), begins, progress.numbers(begins.keySet()));
    }

    private CompletionStage<Void> keep(ClientRecord record) {
        kept = record;
        var number = ++puts;
        var secret = pid;
        var stage = secret == null
                ? CompletableFuture.<Void>completedStage(null)
                : server.recoveries().keep(secret, record);
        return stage.whenComplete((nothing, failure) -> {
            synchronized (keeping) {
                if (failure == null && number > latestKept) {
                    latestKept = number;
                    keptChannels = record.begins().keySet();
                }
            }
        });
    }

    /** Whether a later life of the server would find the client in a channel. */
    private boolean isKeptIn(ChannelName channel) {
        synchronized (keeping) {
            return keptChannels.contains(channel);
        }
    }

    /**
     * The application has changed where the client is, and a later life of the server would not know of it. So the client is given an
     * offset that only this life can read, before it hears anything of the change.
     */
    private void warnOfLoss(String event) {
        unkeep();
        var e = new RejectedException(
                ErrorCode.LOG_UNAVAILABLE, null, "your rooms are not kept now; after a crash you begin anew");
        synchronized (this) {
            progress.spoil();
            send("error", error(e, event), progress.now());
        }
    }

    private void unkeep() {
        var secret = pid;
        if (secret != null) {
            server.recoveries().unkeep(secret);
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
        var json = JSON.createObjectBuilder().add("sid", connection.id());
        var secret = pid;
        if (secret != null) {
            json.add("pid", secret);
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
            var e = new RejectedException(ErrorCode.MALFORMED, null, "resume is an object of channels");
            return List.of(() -> complain("resume", e));
        }
        var resumed = new ArrayList<Runnable>();
        places.forEach((channel, since) -> {
            try {
                var words = new Request.Words("join", channel, null, null, position(since), "null");
                member().join((Request.Join) words.request())
                        .ifPresent(joined -> resumed.add(() -> joined.start(this::sayJoined)));
            } catch (RejectedException e) {
                resumed.add(() -> complain("resume", e));
            }
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

    private static Position position(JsonValue since) {
        try {
            return Position.of(since);
        } catch (IllegalArgumentException e) {
            throw new RejectedException(ErrorCode.SINCE_INVALID, null, "resume: " + e.getMessage());
        }
    }

    /** Where the client is in a channel that it asked to go on in. Who is made to join a room by the application is not told. */
    private boolean sayJoined(Subscription subscription) {
        return send("joined", joined(subscription));
    }

    private static String joined(Subscription subscription) {
        var outcome = subscription.outcome();
        var json = JSON.createObjectBuilder()
                .add("channel", subscription.channel().value())
                .add("recovered", outcome.recovered());
        if (outcome.reason() != null) {
            json.add("reason", outcome.reason().name().toLowerCase(Locale.ROOT));
        }
        if (outcome.since() != null) {
            json.add("since", outcome.since().offset());
        }
        return json.add("head", outcome.head().offset())
                .add("epoch", outcome.head().epoch())
                .build()
                .toString();
    }

    // What the client says.

    /** Takes an event. */
    void receive(Event event) {
        var answer = event.ackId() == null ? Answer.NONE : new OneAnswer(event.ackId());
        try {
            var all = EventArguments.split(event.json());
            var arguments = all.subList(1, all.size());
            var request = connection.isMain()
                    ? ChannelRequests.read(event.name(), arguments, event.attachments())
                    : Optional.<Request>empty();
            if (request.isPresent()) {
                obey(event.name(), request.get(), answer);
            } else {
                var json = EventArguments.toHub(arguments, event.attachments());
                server.hub().hand(member(), event.name(), json, answer);
            }
        } catch (RejectedException e) {
            reject(event.name(), e, answer);
        }
    }

    private void obey(String event, Request request, Answer answer) {
        if (request instanceof Request.Join join) {
            member().join(join).ifPresent(joined -> begin(event, joined, answer));
        } else if (request instanceof Request.Leave leave) {
            var left = member().leave(leave);
            afterKeeping(failure -> {
                if (failure == null) {
                    answer.give(JSON.createObjectBuilder()
                            .add("channel", left.value())
                            .build()
                            .toString());
                } else {
                    reject(event, rejection(failure), answer);
                }
            });
        } else if (request instanceof Request.History history) {
            answer(history, answer);
        } else if (request instanceof Request.Seen seen) {
            seen(event, seen, answer);
        } else if (request instanceof Request.Publish publish) {
            publish(
                    event,
                    new Draft(publish.channel(), event, connection.person(), null, publish.json(), publish.id()),
                    answer);
        } else if (request instanceof Request.Tell tell) {
            publish(
                    event,
                    new Draft(
                            ChannelName.ofUser(tell.to()),
                            event,
                            connection.person(),
                            tell.to(),
                            tell.json(),
                            tell.id()),
                    answer);
        }
    }

    /** A page may be large. When it does not fit into the queue, the client is told so, as it can ask again. */
    private void answer(Request.History request, Answer answer) {
        if (!(answer instanceof OneAnswer one)) {
            throw new RejectedException(
                    ErrorCode.HISTORY_INVALID, null, "history comes as an acknowledgement: give a callback");
        }
        var history = member().history(request);
        var json = "{\"channel\":" + EventArguments.quoted(history.channel().value())
                + ",\"messages\":" + history.messagesJson()
                + ",\"head\":" + history.head().offset()
                + ",\"epoch\":" + EventArguments.quoted(history.head().epoch()) + "}";
        if (!one.queueAsItIs(json)) {
            throw new RejectedException(
                    ErrorCode.OVERLOADED, null, "too much waits for you already; ask again when you have read it");
        }
        session.flush();
    }

    /**
     * Once the client is kept with it, answers that it has joined, and lets the channel's messages come. It may be kept with an
     * earlier begin, if it starts over: after a crash it gets more than it asked for then.
     */
    private void begin(String event, Subscription joined, Answer answer) {
        afterKeeping(failure -> {
            if (failure == null || isKeptIn(joined.channel())) {
                joined.start(subscription -> announce(subscription, answer));
                // If it has ended meanwhile, it was not announced.
                if (member().channels().contains(joined.channel())) {
                    answer.give(joined(joined));
                } else {
                    var left = "channel " + joined.channel() + " was left again meanwhile";
                    answer.give(answer(new RejectedException(ErrorCode.NOT_JOINED, null, left)));
                }
            } else {
                member().takeBack(joined);
                reject(event, rejection(failure), answer);
                // It may be kept with the channel after all: nobody knows.
                afterKeeping(again -> {});
            }
        });
    }

    /** Called under a lock: nothing is written. */
    private static boolean announce(Subscription subscription, Answer answer) {
        return !(answer instanceof OneAnswer one) || one.queue(joined(subscription));
    }

    private void seen(String event, Request.Seen request, Answer answer) {
        var own = member().privateChannel();
        member().seen(request).whenComplete((seen, failure) -> {
            if (failure == null) {
                answer.give(JSON.createObjectBuilder()
                        .add("channel", own.value())
                        .add("offset", seen.offset())
                        .add("epoch", seen.epoch())
                        .build()
                        .toString());
            } else {
                reject(event, rejection(failure), answer);
            }
        });
    }

    private void publish(String event, Draft draft, Answer answer) {
        server.hub().receive(member(), draft).whenComplete((receipt, failure) -> {
            if (failure == null) {
                answer.give(receipt.json());
            } else {
                reject(event, rejection(failure), answer);
            }
        });
    }

    private RejectedException rejection(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            return new RejectedException(ErrorCode.of(refused.reason()), null, String.valueOf(refused.getMessage()));
        }
        if (cause instanceof RejectedException rejected) {
            return rejected;
        }
        LOG.log(ERROR, "a message of connection " + connection.id() + " was not published", cause);
        return new RejectedException(ErrorCode.SERVER_ERROR, null, "the server made a mistake; try again");
    }

    /** Who asked for an answer gets the error as one; everybody else as an event. */
    private void reject(String event, RejectedException e, Answer answer) {
        LOG.log(
                DEBUG,
                () -> "connection " + connection.id() + " is answered "
                        + e.code().code() + ": " + e.getMessage());
        if (!answer.give(answer(e))) {
            complain(event, e);
        }
    }

    private static String answer(RejectedException e) {
        return JSON.createObjectBuilder().add("error", error(e)).build().toString();
    }

    private void complain(String event, RejectedException e) {
        send("error", error(e, event));
        session.flush();
    }

    private static String error(RejectedException e, String event) {
        return JSON.createObjectBuilder(error(e)).add("event", event).build().toString();
    }

    private static JsonObject error(RejectedException e) {
        return JSON.createObjectBuilder()
                .add("code", e.code().code())
                .add("message", String.valueOf(e.getMessage()))
                .build();
    }

    /** An event of Herald's own, past the hub. */
    private boolean send(String event, String json) {
        return send(event, json, null);
    }

    private boolean send(String event, String json, @Nullable String offset) {
        var array = "[" + EventArguments.quoted(event) + "," + json + (offset == null ? "]" : ",\"" + offset + "\"]");
        return enqueue(packets(new Event(connection.namespace(), null, event, array, List.of())));
    }

    private synchronized boolean enqueue(Outgoing packets) {
        return !closed && (connected ? session.offer(packets) : hold(packets));
    }

    /** Takes an answer. */
    void receive(Ack ack) {
        answers.answer(ack.ackId(), EventArguments.toHub(EventArguments.split(ack.json()), ack.attachments()));
    }

    /** The answer to one event; the first counts. */
    private final class OneAnswer implements Answer {

        private final long ackId;
        private final AtomicBoolean given = new AtomicBoolean();

        OneAnswer(long ackId) {
            this.ackId = ackId;
        }

        @Override
        public boolean give(String json) {
            if (!given.compareAndSet(false, true)) {
                return false;
            }
            if (!enqueueAnswer(json)) {
                fellBehind();
            }
            session.flush();
            return true;
        }

        /** Queues the answer, unless it is given; false when there is no room for it. */
        boolean queue(String json) {
            return !given.compareAndSet(false, true) || enqueueAnswer(json);
        }

        private boolean enqueueAnswer(String json) {
            var arguments = EventArguments.fromHub(json);
            var array = "[" + String.join(",", arguments.texts()) + "]";
            return enqueue(packets(new Ack(connection.namespace(), ackId, array, arguments.attachments())));
        }

        /** Queues an answer in which bytes stay what they are in JSON; false when there is no room for it. */
        boolean queueAsItIs(String json) {
            return enqueue(packets(new Ack(connection.namespace(), ackId, "[" + json + "]", List.of())));
        }
    }

    // What the client is told.

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
            var needsOffset = pid != null && dialect.endsInText(message);
            var packets = packets(delivery, needsOffset ? progress.now() : null);
            return connected ? queue.test(packets) : hold(packets);
        }
        var packets = packets(delivery, pid == null ? null : progress.after(channel, position));
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
        return Outgoing.later(delivery.size(), () -> delivery.as(dialect).packets(pid == null ? null : offset));
    }

    @Override
    public synchronized void left(ChannelName channel) {
        progress.forget(channel);
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
        if (!enqueue(packets(packet))) {
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
        sayConnected();
        if (!end("server namespace disconnect", false)) {
            return;
        }
        carrier.remove(this);
        if (!session.offer(packets(new Disconnect(connection.namespace())))) {
            session.close(CloseReason.SLOW_READER);
        }
        session.flush();
        if (transportToo) {
            session.close(CloseReason.FORCED_CLOSE);
        }
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
        answers.end("the connection has ended: " + reason);
        return true;
    }

    private void leaveHub(Member admitted, String reason) {
        var begins = admitted.disconnect(reason);
        var secret = pid;
        if (secret == null) {
            return;
        }
        // Whoever has it kept at this moment is waited for, and nobody does after this.
        synchronized (keeping) {
            if (!mayReturn) {
                server.recoveries().forget(secret);
                return;
            }
            ClientRecord last;
            synchronized (this) {
                last = record(begins);
            }
            if (kept != null && !last.equals(kept)) {
                var unused = keep(last).whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        unkeep();
                    }
                });
            }
        }
        server.recoveries()
                .suspend(
                        secret,
                        new Recoveries.Suspended(connection, carrier.isProven(), begins, progress, System.nanoTime()));
    }

    /** Looks at the clock; false when no answers are due. */
    boolean tick(long now) {
        return answers.tick(now);
    }
}
