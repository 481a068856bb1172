package dev.herald.push;

import static java.lang.System.Logger.Level.WARNING;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.concurrent.Pause;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives messages to push services (RFC 8030), each up to {@value #ATTEMPTS} times. It is best effort: what waits here is lost with the
 * server, and so is what comes while too much waits.
 *
 * <p>Any thread may push, with any lock held that the outcome's listener does not take: pushing never waits. A few threads of the executor
 * send, holding no lock: the messages of one device one after the other, those of several side by side.
 */
public final class PushSender implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(PushSender.class.getName());

    /** How often a message is tried in all. */
    static final int ATTEMPTS = 3;

    /** How long one attempt may take. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    /** The longest pause that a service may ask for; after a longer one, the message is old. */
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** How many threads send, and how many of them to one service: one that is slow leaves threads for the others. */
    private static final int THREADS = 6;

    private static final int THREADS_OF_SERVICE = 3;

    private final PushServices services;
    private final String contact;
    private final PushServices.Resolver resolver;
    private final Clock clock;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final OrderedDispatcher<String, Job> dispatcher;
    private final WaitingList waiting = new WaitingList();
    private final Pace pace;
    private final LimitedLog drops = new LimitedLog(LOG);
    private final LimitedLog failures = new LimitedLog(LOG);

    private volatile boolean closed;
    private volatile @Nullable HttpClient client;

    /** What became of a message. */
    public enum Outcome {
        /** The service has it. */
        TAKEN,
        /** The browser takes no messages any more, or they must not be sent to its service: forget the device. */
        GONE,
        /** The service did not take it. */
        FAILED
    }

    private record Job(
            PushDevice device,
            PushMessage message,
            VapidKeys keys,
            Consumer<Outcome> listener,
            WaitingList.Place place,
            int attempt) {

        Job next() {
            return new Job(device, message, keys, listener, place, attempt + 1);
        }
    }

    /**
     * A sender for these services.
     *
     * @param contact as {@link VapidKeys} signs it; may be empty
     * @param timer may have a single thread: what it runs here does not block
     * @param executor lends threads that wait for the services
     */
    public PushSender(
            PushServices services, String contact, Clock clock, ScheduledExecutorService timer, Executor executor) {
        this(services, contact, InetAddress::getAllByName, clock, timer, executor);
    }

    PushSender(
            PushServices services,
            String contact,
            PushServices.Resolver resolver,
            Clock clock,
            ScheduledExecutorService timer,
            Executor executor) {
        this.services = services;
        this.contact = contact;
        this.resolver = resolver;
        this.clock = clock;
        this.pace = new Pace(clock);
        this.timer = timer;
        this.executor = executor;
        this.dispatcher = new OrderedDispatcher<>(executor, THREADS, WaitingList.MAX, (lane, job) -> send(job));
    }

    /**
     * Sends a message, if not too many wait already, and the device was not told too much lately.
     *
     * @param listener is told what became of it, on a thread that may wait; not when it was dropped, a later one of its topic takes its place, or the server goes down
     * @return false when it was dropped
     */
    public boolean push(PushDevice device, PushMessage message, VapidKeys keys, Consumer<Outcome> listener) {
        if (closed || !pace.take(device.endpoint())) {
            return false;
        }
        var place = waiting.enter(device, message.topic());
        if (place.isEmpty()) {
            drops.log(WARNING, "push services are too slow for what is to be pushed: messages are not pushed");
            return false;
        }
        add(new Job(device, message, keys, listener, place.get(), 1));
        return true;
    }

    /** All of one device in the same lane, of which each service has a few. */
    private void add(Job job) {
        var lane = Math.floorMod(job.device().endpoint().hashCode(), THREADS_OF_SERVICE);
        dispatcher.add(job.place().service() + " " + lane, job);
    }

    /** How many messages wait or are on their way. */
    int waiting() {
        return waiting.size();
    }

    private void send(Job job) {
        if (closed || !waiting.isLatest(job.place())) {
            waiting.leave(job.place());
            return;
        }
        var answer = PushAnswer.NONE;
        try {
            var address = job.device().address();
            if (!services.allowNow(address, resolver)) {
                failures.log(
                        WARNING,
                        "nothing is pushed to " + address.getHost()
                                + ", as it is not in herald.push.services or has no public address; the device is forgotten");
                end(job, Outcome.GONE);
                return;
            }
            answer = ask(job);
        } catch (InterruptedException e) {
            // The container takes its thread back.
            Thread.currentThread().interrupt();
        } catch (IOException | TimeoutException e) {
            failures.log(
                    WARNING,
                    "a push service cannot be reached: "
                            + job.device().address().getHost() + ": " + e);
        } catch (RuntimeException | Error e) {
            end(job, Outcome.FAILED);
            throw e;
        }
        goOn(job, answer);
    }

    private void goOn(Job job, PushAnswer answer) {
        var pause = answer.pause(job.attempt(), clock.instant());
        if (answer.isTaken()) {
            end(job, Outcome.TAKEN);
        } else if (answer.isGone()) {
            end(job, Outcome.GONE);
        } else if (answer.isPassing() && job.attempt() < ATTEMPTS && pause.compareTo(LONGEST_PAUSE) <= 0 && !closed) {
            later(job.next(), pause);
        } else {
            failures.log(
                    WARNING,
                    "the push service " + job.device().address().getHost() + " did not take a message: " + answer);
            end(job, Outcome.FAILED);
        }
    }

    private void later(Job job, Duration pause) {
        try {
            Pause.then(timer, pause, () -> add(job));
        } catch (RuntimeException e) {
            // The container goes down.
            waiting.leave(job.place());
        }
    }

    private void end(Job job, Outcome outcome) {
        waiting.leave(job.place());
        job.listener().accept(outcome);
    }

    private PushAnswer ask(Job job) throws IOException, InterruptedException, TimeoutException {
        var message = job.message();
        var address = job.device().address();
        var body = MessageEncryption.encrypt(message.text().getBytes(UTF_8), job.device());
        var request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Authorization", job.keys().authorization(address, contact, clock.instant()))
                .header("Content-Encoding", "aes128gcm")
                .header("Content-Type", "application/octet-stream")
                .header("TTL", Long.toString(message.ttl().toSeconds()))
                .header("Topic", message.topic())
                .header("Urgency", "high")
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        var answer = client().sendAsync(request, response -> new IgnoredBody());
        try {
            return PushAnswer.of(answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    /** Made when there is the first message, as it has a thread of its own. It follows no redirection. */
    private HttpClient client() {
        var made = client;
        if (made == null) {
            synchronized (this) {
                made = client;
                if (made == null) {
                    made = HttpClient.newBuilder()
                            .connectTimeout(CONNECT_TIMEOUT)
                            .followRedirects(HttpClient.Redirect.NEVER)
                            .executor(executor)
                            .build();
                    client = made;
                }
            }
        }
        return made;
    }

    /** Drops what waits. */
    @Override
    public void close() {
        closed = true;
    }
}
