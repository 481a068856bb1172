package dev.herald.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.SparingExecutor;
import dev.herald.concurrent.Watched;
import dev.herald.nonblocking.SlowBodies;
import dev.herald.outbox.OutboundBudget;
import dev.herald.random.RandomIds;
import java.security.Principal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one Engine.IO server, and the clock that checks their deadlines. Lives from deployment to undeployment.
 *
 * <p>Thread-safe: the container's threads open and find sessions, the clock's thread ticks, any thread closes. Callers must not
 * hold a session's monitor. No lock is held here while a session or the application is called.
 */
public final class EngineServer implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(EngineServer.class.getName());

    /** The longest time between two ticks. Short heartbeats need shorter ones. */
    private static final Duration TICK = Duration.ofMillis(250);

    /** How long a waiting GET is held once a WebSocket has probed: as the reference server does. */
    private static final Duration NOOP_PAUSE = Duration.ofMillis(100);

    private static final int SID_BYTES = 20;

    /** How many threads may wait for clients that do not take their answers. */
    private static final int MAX_ANSWERING = 64;

    private final EngineSettings settings;
    private final Application application;
    private final ScheduledExecutorService timer;
    private final Executor answering;
    private final OutboundBudget budget;
    private final Supplier<String> ids;
    private final Future<?> clock;
    private final ConcurrentMap<String, EngineSession> sessions = new ConcurrentHashMap<>();
    /** Has one permit for each session that may still be opened. */
    private final Semaphore room;

    private final SlowBodies slowBodies;
    private final Watched<WebSocketTransport> sockets = new Watched<>("a WebSocket", WebSocketTransport::tick);
    private final LimitedLog turnedAway = new LimitedLog(LOG);
    private volatile boolean down;

    /** What is served by these sessions. */
    @FunctionalInterface
    public interface Application {

        /**
         * A client has a session.
         *
         * @param principal the principal of its first request; {@code null} when it has none
         * @return hears what comes from the client
         */
        EngineListener accept(EngineSession session, @Nullable Principal principal);

        /** As above, with more about the client. */
        default EngineListener accept(EngineSession session, @Nullable Principal principal, Caller caller) {
            return accept(session, principal);
        }
    }

    /**
     * What a client's first request says of its program.
     *
     * @param userAgent the header {@code User-Agent}; empty when there is none
     * @param isPage whether it has the header {@code Origin}, as the requests of web pages do
     */
    public record Caller(String userAgent, boolean isPage) {

        /** A client that says nothing of itself. */
        public static final Caller UNKNOWN = new Caller("", false);
    }

    /** As the other constructors, with a budget and ids of its own. */
    public EngineServer(
            EngineSettings settings, Application application, ScheduledExecutorService timer, Executor executor) {
        this(settings, application, timer, executor, new OutboundBudget(OutboundBudget.ofHeap(), executor));
    }

    /** As the other constructor, with ids of its own. */
    public EngineServer(
            EngineSettings settings,
            Application application,
            ScheduledExecutorService timer,
            Executor executor,
            OutboundBudget budget) {
        this(settings, application, timer, executor, budget, () -> RandomIds.ofBytes(SID_BYTES));
    }

    /**
     * Starts the clock.
     *
     * @param timer may have a single thread: what it runs here does not block
     * @param executor for what may wait for a client
     * @param budget counts the bytes that wait for clients; while it is spent, no new clients are taken
     * @param ids makes the id of each new session: a secret of at least 20 random bytes, in characters that a URL may have
     */
    public EngineServer(
            EngineSettings settings,
            Application application,
            ScheduledExecutorService timer,
            Executor executor,
            OutboundBudget budget,
            Supplier<String> ids) {
        this.settings = settings;
        this.application = application;
        this.timer = timer;
        this.answering = new SparingExecutor(executor, MAX_ANSWERING);
        this.budget = budget;
        this.ids = ids;
        this.room = new Semaphore(settings.maxSessions());
        this.slowBodies = new SlowBodies(settings.maxPosts(), settings.postTimeout());
        var heartbeat = Math.min(
                settings.pingInterval().toMillis(), settings.pingTimeout().toMillis());
        var tick = Math.max(1, Math.min(TICK.toMillis(), heartbeat / 10));
        this.clock = timer.scheduleAtFixedRate(() -> tick(System.nanoTime()), tick, tick, TimeUnit.MILLISECONDS);
    }

    EngineSettings settings() {
        return settings;
    }

    OutboundBudget budget() {
        return budget;
    }

    /** The bodies of requests on their way; this server has their clock. */
    public SlowBodies slowBodies() {
        return slowBodies;
    }

    /**
     * Runs a task that may wait for a client, on one of the container's threads; on the calling thread when the container gives
     * none.
     */
    void execute(Runnable task) {
        answering.execute(task);
    }

    /** A new session for a client that says nothing of itself. */
    Optional<EngineSession> open(String transport, @Nullable Principal principal, boolean isProven) {
        return open(transport, principal, isProven, Caller.UNKNOWN);
    }

    /**
     * Opens a session, unless there are too many already or the budget is spent.
     *
     * @param isProven whether the client has shown that it is the principal
     */
    Optional<EngineSession> open(String transport, @Nullable Principal principal, boolean isProven, Caller caller) {
        if (budget.isSpent()) {
            // The budget itself warns the operator.
            budget.relieve();
            return Optional.empty();
        }
        if (!room.tryAcquire()) {
            turnedAway.log(
                    WARNING,
                    "clients are turned away (503): there are " + settings.maxSessions()
                            + " Engine.IO sessions, as many as herald.connections.max allows");
            return Optional.empty();
        }
        var session = new EngineSession(ids.get(), principal, isProven, this, transport, System.nanoTime());
        sessions.put(session.sid(), session);
        try {
            session.listen(application.accept(session, principal, caller));
        } catch (RuntimeException | Error e) {
            session.share().close();
            forget(session);
            throw e;
        }
        if (down) {
            session.close(CloseReason.SERVER_SHUTTING_DOWN);
        }
        return Optional.of(session);
    }

    /** A session that is open, or closed with a last answer for its client's next poll. */
    Optional<EngineSession> find(String sid) {
        var session = Optional.ofNullable(sessions.get(sid));
        session.ifPresent(one -> one.expire(System.nanoTime()));
        return session.filter(one -> !one.isOver());
    }

    /** Forgets a session that is over. */
    void forget(EngineSession session) {
        if (sessions.remove(session.sid(), session)) {
            room.release();
        }
    }

    /** Checks the deadlines of a WebSocket until it is gone. It may outlive its session. */
    void watch(WebSocketTransport socket) {
        sockets.add(socket);
    }

    /** How many sessions there are. */
    public int size() {
        return sessions.size();
    }

    void afterNoopPause(Runnable task) {
        try {
            var unused = timer.schedule(task, NOOP_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(DEBUG, "the server goes down; nothing waits any more", e);
        }
    }

    /** Stops the clock and ends all sessions: the server goes down. */
    @Override
    public void close() {
        down = true;
        clock.cancel(false);
        sessions.values().forEach(EngineServer::goDown);
        slowBodies.close();
    }

    private static void goDown(EngineSession session) {
        try {
            session.close(CloseReason.SERVER_SHUTTING_DOWN);
        } catch (RuntimeException | Error e) {
            // The others are told nevertheless.
            LOG.log(WARNING, "an Engine.IO session could not be closed as the server goes down", e);
        }
    }

    void tick(long now) {
        sessions.values().stream()
                .filter(session -> !isOpen(() -> session.tick(now)))
                .forEach(this::forget);
        sockets.tick(now);
        isOpen(() -> {
            slowBodies.tick(now);
            return true;
        });
    }

    private static boolean isOpen(BooleanSupplier tick) {
        try {
            return tick.getAsBoolean();
        } catch (RuntimeException | Error e) {
            // It must not stop the clock for the other sessions.
            LOG.log(ERROR, "the deadlines of an Engine.IO session could not be checked", e);
            return true;
        }
    }
}
