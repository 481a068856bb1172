package dev.herald.feed;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.concurrent.Watched;
import dev.herald.outbox.OutboundBudget;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The open sockets of this server, and the clock that checks their deadlines. Lives from deployment to undeployment. Any thread may call,
 * holding no lock; the timer's thread ticks, and does not wait. */
public final class Sockets implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Sockets.class.getName());
    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration WARNING_PAUSE = Duration.ofSeconds(10);
    private static final int PINGING_THREADS = 8;
    private static final int CLOSING_THREADS = 4;

    private final FeedSettings settings;
    private final OutboundBudget budget;
    private final ScheduledExecutorService timer;
    private final Future<?> clock;
    // Pinging and closing may block on some servers. Separate dispatchers, so that neither delays the other.
    private final OrderedDispatcher<TextSocket, Runnable> pings;
    private final OrderedDispatcher<TextSocket, Runnable> closings;

    private volatile boolean down;
    private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - WARNING_PAUSE.toNanos());
    private final Watched<TextSocket> open = new Watched<>("a socket", TextSocket::tick);

    /** As the other constructor does, with a budget of its own for what waits for its clients. */
    public Sockets(FeedSettings settings, ScheduledExecutorService timer, Executor executor) {
        this(settings, timer, executor, new OutboundBudget(OutboundBudget.ofHeap(), executor));
    }

    /**
     * Starts the clock.
     *
     * @param timer may have a single thread: what it runs here does not block
     * @param executor for pinging and closing, which may block; a few of its threads are used at a time
     * @param budget counts the bytes that wait for clients; while it is spent, no new clients are taken
     */
    public Sockets(FeedSettings settings, ScheduledExecutorService timer, Executor executor, OutboundBudget budget) {
        this.budget = budget;
        this.settings = settings;
        this.timer = timer;
        this.pings =
                new OrderedDispatcher<>(executor, PINGING_THREADS, Integer.MAX_VALUE, (socket, work) -> work.run());
        this.closings =
                new OrderedDispatcher<>(executor, CLOSING_THREADS, Integer.MAX_VALUE, (socket, work) -> work.run());
        this.clock = timer.scheduleAtFixedRate(
                () -> open.tick(System.nanoTime()), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Stops the clock and closes all sockets: the server goes down. */
    @Override
    public void close() {
        down = true;
        clock.cancel(false);
        open.endAll(TextSocket::goAway);
    }

    /** @param takesLists as for {@link TextSocket} */
    TextSocket open(Session session, boolean takesLists, TextSocket.Owner owner) {
        var socket = new TextSocket(session, takesLists, settings, budget, pings::add, closings::add, owner);
        open.add(socket);
        if (down) {
            socket.close(CloseReason.CloseCodes.GOING_AWAY.getCode(), "the server goes down");
        }
        return socket;
    }

    /** Whether the budget is spent, so that no more clients can be taken. */
    boolean areFull() {
        if (budget.isSpent()) {
            budget.relieve();
            return true;
        }
        return false;
    }

    TextAssembly newAssembly() {
        return new TextAssembly(settings.maxMessageBytes());
    }

    void afterResumeWindow(Runnable task) {
        Runnable logged = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(ERROR, "a connection's channels could not be started", e);
            }
        };
        try {
            var unused = timer.schedule(logged, settings.resumeWindow().toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(DEBUG, "the server goes down; nothing waits any more", e);
            logged.run();
        }
    }

    /** Warns the operator of what may happen to very many connections at once: one line in {@link #WARNING_PAUSE}. */
    void warn(String sentence) {
        var now = System.nanoTime();
        var last = warnedAt.get();
        if (now - last >= WARNING_PAUSE.toNanos() && warnedAt.compareAndSet(last, now)) {
            LOG.log(WARNING, sentence);
        }
    }
}
