package dev.herald.http;

import static java.lang.System.Logger.Level.ERROR;

import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.concurrent.SparingExecutor;
import dev.herald.concurrent.Watched;
import dev.herald.nonblocking.SlowBodies;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What all requests of the HTTP API share: threads for what may wait, and the clock that checks deadlines. Lives from deployment
 * to undeployment. Thread-safe; nobody who calls holds a lock.
 */
public final class HttpServer implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    private static final Duration TICK = Duration.ofMillis(500);

    /** How many threads read the log for requests. */
    private static final int READING_THREADS = 4;

    /** How many requests may wait for such a thread. */
    private static final int WAITING_READS = 1_000;

    /** How many threads may wait for clients that do not take their answers. */
    private static final int MAX_ANSWERING = 64;

    private final HttpSettings settings;
    private final Executor answering;
    private final Future<?> clock;
    private final SlowBodies slowBodies;
    private final OrderedDispatcher<Object, Runnable> reads;
    private final Watched<Exchange> waiting = new Watched<>("a request by HTTP", (exchange, now) -> {
        exchange.tick(now);
        return true;
    });

    /**
     * Starts the clock.
     *
     * @param timer may have a single thread: what it runs here does not block
     * @param executor for what may wait for the log or for a client
     */
    public HttpServer(HttpSettings settings, ScheduledExecutorService timer, Executor executor) {
        this.settings = settings;
        this.answering = new SparingExecutor(executor, MAX_ANSWERING);
        this.slowBodies = new SlowBodies(settings.maxPosts(), settings.postTimeout());
        this.reads = new OrderedDispatcher<>(executor, READING_THREADS, WAITING_READS, (key, work) -> work.run());
        this.clock = timer.scheduleAtFixedRate(
                () -> tick(System.nanoTime()), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Takes a single request; its caller calls {@link Exchange#end} when it has done what there is to do. */
    public Exchange begin(HttpServletRequest request, HttpServletResponse response) {
        return new Exchange(this, request, response);
    }

    HttpSettings settings() {
        return settings;
    }

    SlowBodies slowBodies() {
        return slowBodies;
    }

    /** Runs what may wait for a client, on one of the container's threads; on the calling one when the container gives none. */
    void execute(Runnable task) {
        answering.execute(task);
    }

    /** Runs what waits for the log on one of a few threads; false when too much waits already. */
    boolean read(Runnable task) {
        if (reads.isFull()) {
            return false;
        }
        reads.add(task, task);
        return true;
    }

    /** Checks the deadline of a request until it is answered. */
    void watch(Exchange exchange) {
        waiting.add(exchange);
    }

    void forget(Exchange exchange) {
        waiting.remove(exchange);
    }

    void tick(long now) {
        try {
            slowBodies.tick(now);
        } catch (RuntimeException | Error e) {
            // It must not stop the clock.
            LOG.log(ERROR, "the deadlines of slow bodies could not be checked", e);
        }
        waiting.tick(now);
    }

    /** Stops the clock, and tells everybody who waits: the server goes down. */
    @Override
    public void close() {
        clock.cancel(false);
        slowBodies.close();
        waiting.endAll(Exchange::goAway);
    }
}
