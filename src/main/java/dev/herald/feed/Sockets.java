package dev.herald.feed;

import static java.lang.System.Logger.Level.ERROR;

import dev.herald.hub.OrderedDispatcher;
import jakarta.websocket.Session;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The open sockets of this server, and the clock they live by. Lives from deployment to undeployment. */
public final class Sockets implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Sockets.class.getName());
    private static final Duration TICK = Duration.ofMillis(500);
    private static final int CLOSING_THREADS = 4;

    private final FeedSettings settings;
    private final ScheduledExecutorService timer;
    private final Future<?> clock;
    /** For what may block: a server's pinging and closing. */
    private final OrderedDispatcher<TextSocket, Runnable> slowWork;

    private final Set<TextSocket> open = ConcurrentHashMap.newKeySet();

    /**
     * Starts the clock.
     *
     * @param timer may have a single thread: what it runs here does not block
     * @param executor for closing sessions, which may block; a few of its threads are used at a time
     */
    public Sockets(FeedSettings settings, ScheduledExecutorService timer, Executor executor) {
        this.settings = settings;
        this.timer = timer;
        this.slowWork =
                new OrderedDispatcher<>(executor, CLOSING_THREADS, Integer.MAX_VALUE, (socket, work) -> work.run());
        this.clock = timer.scheduleAtFixedRate(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Stops the clock and closes all sockets: the server goes down. */
    @Override
    public void close() {
        clock.cancel(false);
        open.forEach(TextSocket::goAway);
        open.clear();
    }

    TextSocket open(Session session, TextSocket.Owner owner) {
        var socket = new TextSocket(session, settings, slowWork::add, owner);
        open.add(socket);
        return socket;
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
        var unused = timer.schedule(logged, settings.resumeWindow().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        var now = System.nanoTime();
        open.removeIf(socket -> !isOpenAt(socket, now));
    }

    private static boolean isOpenAt(TextSocket socket, long now) {
        try {
            return socket.tick(now);
        } catch (RuntimeException e) {
            // It must not end the clock for the other sockets.
            LOG.log(ERROR, "a socket could not be looked after", e);
            return true;
        }
    }
}
