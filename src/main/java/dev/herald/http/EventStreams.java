package dev.herald.http;

import static dev.herald.request.ErrorCode.SINCE_INVALID;
import static dev.herald.request.ErrorCode.TOO_MANY_CHANNELS;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.concurrent.Watched;
import dev.herald.hub.Hub;
import dev.herald.nonblocking.GrizzlyConnection;
import dev.herald.outbox.OutboundBudget;
import dev.herald.request.Admission;
import dev.herald.request.RawRequest;
import dev.herald.request.RejectedException;
import dev.herald.request.Requests;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.ServletRequest;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The open streams of Server-Sent Events, and the clock that checks their deadlines. Lives from deployment to undeployment.
 * The requests' threads open streams, the clock's thread ticks, any thread ends them; nobody who calls holds a lock.
 */
public final class EventStreams implements AutoCloseable {

    /** The most channels of one stream. */
    static final int MAX_CHANNELS = 20;

    private static final System.Logger LOG = System.getLogger(EventStreams.class.getName());
    private static final JsonProvider JSON = JsonProvider.provider();
    private static final Duration TICK = Duration.ofMillis(500);
    private static final int CLOSING_THREADS = 4;

    private final HttpSettings settings;
    private final Hub hub;
    private final Requests requests;
    private final Admission admission;
    private final OutboundBudget budget;
    private final Future<?> clock;
    // Completing a request may wait for its client on some servers.
    private final OrderedDispatcher<Object, Runnable> closings;
    private final LimitedLog warnings = new LimitedLog(LOG);
    private final Watched<EventSubscriber> open = new Watched<>("a stream", EventSubscriber::tick);
    private volatile boolean down;

    /**
     * Starts the clock.
     *
     * @param budget counts the bytes that wait for listeners; while it is spent, no new ones are taken
     * @param timer may have a single thread: what it runs here does not block
     * @param executor for ending requests, which may block; a few of its threads are used at a time
     */
    public EventStreams(
            HttpSettings settings,
            Hub hub,
            Requests requests,
            Admission admission,
            OutboundBudget budget,
            ScheduledExecutorService timer,
            Executor executor) {
        this.settings = settings;
        this.hub = hub;
        this.requests = requests;
        this.admission = admission;
        this.budget = budget;
        this.closings =
                new OrderedDispatcher<>(executor, CLOSING_THREADS, Integer.MAX_VALUE, (stream, work) -> work.run());
        this.clock = timer.scheduleAtFixedRate(
                () -> tick(System.nanoTime()), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Lets whoever asks listen to channels, or refuses all if one is refused. Called by the request's own thread.
     *
     * @param channels as they are named; none for {@code news}
     * @param lastEventId the id of the last event that the client has; {@code null} when it comes anew
     */
    public void listen(Exchange exchange, List<String> channels, @Nullable String lastEventId) {
        if (budget.isSpent()) {
            budget.relieve();
            exchange.refuse(new Problem(503, "overloaded", "too much waits for other clients; come back later"));
            return;
        }
        EventSubscriber subscriber;
        try {
            var own = exchange.asker().privateChannel();
            subscriber = new EventSubscriber(this, exchange, named(channels, own), places(lastEventId));
        } catch (RejectedException e) {
            exchange.refuse(Problem.of(e.reply()));
            return;
        }
        open.add(subscriber);
        subscriber.begin();
        if (down) {
            subscriber.goAway();
        }
    }

    private static List<ChannelName> named(List<String> channels, ChannelName own) {
        if (channels.size() > MAX_CHANNELS) {
            throw new RejectedException(TOO_MANY_CHANNELS, "one stream has at most " + MAX_CHANNELS + " channels");
        }
        var names = new LinkedHashSet<ChannelName>();
        for (var name : channels) {
            var field = JSON.createObjectBuilder().add("channel", name).build();
            names.add(new RawRequest("", field).channel(own));
        }
        return names.isEmpty() ? List.of(ChannelName.NEWS) : List.copyOf(names);
    }

    private static Map<ChannelName, Position> places(@Nullable String lastEventId) {
        try {
            return lastEventId == null ? Map.of() : EventId.read(lastEventId);
        } catch (IllegalArgumentException e) {
            throw new RejectedException(SINCE_INVALID, "Last-Event-ID: " + e.getMessage());
        }
    }

    Hub hub() {
        return hub;
    }

    Requests requests() {
        return requests;
    }

    Admission admission() {
        return admission;
    }

    EventStream newStream(EventWriter text, ServletRequest request, EventStream.Owner owner) {
        return new EventStream(settings, budget, text, GrizzlyConnection.below(request), owner);
    }

    /** Ends a request whose stream is over. */
    void complete(EventSubscriber subscriber) {
        open.remove(subscriber);
        if (down) {
            subscriber.complete();
        } else {
            closings.add(subscriber, subscriber::complete);
        }
    }

    /** Warns the operator of what may happen to very many at once. */
    void warn(String sentence) {
        warnings.log(WARNING, sentence);
    }

    /** How many streams are open. */
    int size() {
        return open.size();
    }

    void tick(long now) {
        open.tick(now);
    }

    /** Stops the clock and ends all streams, whose clients come back: the server goes down. */
    @Override
    public void close() {
        down = true;
        clock.cancel(false);
        open.endAll(EventSubscriber::goAway);
    }
}
