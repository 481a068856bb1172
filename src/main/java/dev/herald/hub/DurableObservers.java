package dev.herald.hub;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.concurrent.LimitedLog;
import dev.herald.hub.Cursors.Unseen;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells {@linkplain DurableObserver durable observers} of what is in the log, in the order of each channel, and keeps where they are. Of
 * several nodes one does it. When two do it for a moment, both may tell of a message, but only one moves the observer on, and the other
 * one stops there.
 *
 * <p>The timer's thread only asks for threads. One of the executor's looks for messages, up to {@value #LANES} call observers; they
 * wait for the database and the observers, and hold no lock. Any thread may close it.
 */
public final class DurableObservers implements AutoCloseable {

    /** How often the log is looked at, and so how late a message may come. */
    static final Duration LOOK = Duration.ofMillis(250);

    /** How many channels are served side by side. */
    static final int LANES = 4;

    /** How many messages of a channel are told before others have their turn. */
    static final int TURN = 64;

    /** How many channels are looked at together. */
    private static final int PAGE = 100;

    /** After an observer has thrown; twice as long each further time. */
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Of how many channels it is remembered that their observer has thrown; those beyond are tried at each look. */
    private static final int MAX_PAUSED = 1_000;

    /** Instead of an offset: another node moves the observer. */
    private static final long ELSEWHERE = -1;

    /** How long going down waits for observers that are called. */
    private static final Duration LAST_CALLS = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(DurableObservers.class.getName());

    private final Log log;
    private final Cursors cursors;
    private final List<DurableObserver> observers;
    private final BooleanSupplier isMine;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final LongSupplier nanoTime;

    private final AtomicBoolean looking = new AtomicBoolean();
    private final Semaphore free = new Semaphore(LANES);
    private final Set<Place> busy = ConcurrentHashMap.newKeySet();
    private final Map<Place, Pause> paused = new ConcurrentHashMap<>();

    /** Where the next look begins, for each observer that is known to the database. Used by the thread that looks. */
    private final Map<String, String> next = new ConcurrentHashMap<>();

    private final LimitedLog failures = new LimitedLog(LOG);
    private final LimitedLog gaps = new LimitedLog(LOG);
    private volatile boolean failing;
    private volatile boolean closed;
    private volatile @Nullable Future<?> ticking;

    /** An observer in a channel. */
    private record Place(String observer, ChannelName channel) {

        @Override
        public String toString() {
            return observer + " in " + channel;
        }
    }

    /** An observer has thrown at the message after {@code seen}. */
    private record Pause(long seen, Duration length, long until, String why) {}

    /**
     * Observers that are not called yet.
     *
     * @param isMine whether it is this node that calls them now; asked often
     * @param executor lends one thread to look and {@value #LANES} to call
     * @param timer may have a single thread: what it runs here does not wait
     * @throws IllegalArgumentException when one names a channel that is not durable
     */
    public DurableObservers(
            Log log,
            Cursors cursors,
            List<DurableObserver> observers,
            BooleanSupplier isMine,
            Executor executor,
            ScheduledExecutorService timer,
            LongSupplier nanoTime) {
        this.log = log;
        this.cursors = cursors;
        this.observers = List.copyOf(observers);
        this.isMine = isMine;
        this.executor = executor;
        this.timer = timer;
        this.nanoTime = nanoTime;
        observers.forEach(this::requireDurable);
    }

    private void requireDurable(DurableObserver observer) {
        var channel = observer.channels();
        if (!channel.isOpen() && log.kind(new ChannelName(channel.text())) != ChannelKind.DURABLE) {
            throw new IllegalArgumentException("the durable observer " + observer.name() + " observes the channel "
                    + channel + ", which is not durable; see herald.channels.memory and herald.channels.volatile");
        }
    }

    /** Begins. Called once. Without observers nothing happens. */
    public void open() {
        if (!observers.isEmpty()) {
            ticking = timer.scheduleWithFixedDelay(this::ask, LOOK.toMillis(), LOOK.toMillis(), MILLISECONDS);
        }
    }

    /** Has somebody look for messages, unless somebody does. */
    private void ask() {
        if (!isMine.getAsBoolean()) {
            // Another node knows better now.
            paused.clear();
            return;
        }
        if (closed || !looking.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(this::look);
        } catch (RuntimeException e) {
            looking.set(false);
            LOG.log(DEBUG, "no thread is free to look for durable observers; the next tick asks again", e);
        }
    }

    private void look() {
        try {
            observers.forEach(this::look);
            failing = false;
        } catch (RuntimeException | Error e) {
            if (!failing && !closed) {
                LOG.log(
                        WARNING,
                        () -> "durable observers wait, and the log is looked at again and again: " + e.getMessage());
            }
            LOG.log(DEBUG, "the log cannot be looked at for durable observers", e);
            failing = true;
        } finally {
            looking.set(false);
        }
    }

    private void look(DurableObserver observer) {
        var after = next.get(observer.name());
        if (after == null) {
            cursors.begin(observer.name(), observer.channels(), observer.fromBeginning());
            after = "";
        }
        // What is read of a channel that is served meanwhile is old.
        var served = Set.copyOf(busy);
        var page = cursors.unseen(observer.name(), observer.channels(), after, PAGE);
        for (var unseen : page) {
            if (closed || !isMine.getAsBoolean() || !begin(observer, unseen, served)) {
                break;
            }
            after = unseen.channel().value();
        }
        var last = page.isEmpty() ? after : page.get(page.size() - 1).channel().value();
        // From the beginning again, once the end was reached.
        next.put(observer.name(), page.size() < PAGE && last.equals(after) ? "" : after);
    }

    /** Serves a channel on a thread of its own, unless it was served already; false when no thread is free. */
    private boolean begin(DurableObserver observer, Unseen unseen, Set<Place> served) {
        var place = new Place(observer.name(), unseen.channel());
        var pause = paused.get(place);
        if (pause != null && pause.seen() == unseen.seen() && nanoTime.getAsLong() - pause.until() < 0) {
            return true;
        }
        if (served.contains(place)) {
            return true;
        }
        if (!free.tryAcquire()) {
            return false;
        }
        busy.add(place);
        try {
            executor.execute(() -> serve(observer, unseen, place));
            return true;
        } catch (RuntimeException e) {
            end(place);
            throw e;
        }
    }

    private void serve(DurableObserver observer, Unseen unseen, Place place) {
        var isEmpty = true;
        try {
            var seen = passGap(observer, unseen);
            var messages = messages(unseen, seen);
            isEmpty = messages.isEmpty() || !tellAll(observer, place, seen, messages);
        } catch (RuntimeException | Error e) {
            failures.log(WARNING, "the durable observer " + place + " waits: " + e.getMessage());
            LOG.log(DEBUG, "a durable observer waits", e);
        } finally {
            end(place);
        }
        if (!isEmpty) {
            ask();
        }
    }

    private void end(Place place) {
        busy.remove(place);
        free.release();
    }

    private List<Envelope> messages(Unseen unseen, long seen) {
        if (seen == ELSEWHERE) {
            return List.of();
        }
        var replay = log.since(unseen.channel(), new Position(unseen.epoch(), seen), TURN);
        // A gap has come about just now: the next look knows it.
        return replay instanceof Replay.Complete complete ? complete.messages() : List.of();
    }

    /** Returns where the observer is: further on, when the next messages are not kept any more; or that another node moves it. */
    private long passGap(DurableObserver observer, Unseen unseen) {
        var before = unseen.firstKept() - 1;
        if (unseen.seen() >= before) {
            return unseen.seen();
        }
        if (!cursors.move(observer.name(), unseen.channel(), unseen.seen(), before)) {
            return ELSEWHERE;
        }
        if (!unseen.isNew()) {
            gaps.log(
                    WARNING,
                    "the durable observer " + observer.name() + " has missed the messages " + (unseen.seen() + 1)
                            + " to " + before + " of channel " + unseen.channel()
                            + ", as retention has removed them before they were observed");
        }
        return before;
    }

    /** Returns whether all were observed, here. */
    private boolean tellAll(DurableObserver observer, Place place, long begin, List<Envelope> messages) {
        var seen = begin;
        for (var message : messages) {
            if (closed || !isMine.getAsBoolean()) {
                return false;
            }
            try {
                observer.call().accept(message);
            } catch (RuntimeException | Error e) {
                pause(place, seen, e);
                return false;
            }
            paused.remove(place);
            var offset = Objects.requireNonNull(message.position()).offset();
            if (!cursors.move(place.observer(), place.channel(), seen, offset)) {
                LOG.log(DEBUG, () -> place + " goes on at another node");
                return false;
            }
            seen = offset;
        }
        return true;
    }

    private void pause(Place place, long seen, Throwable thrown) {
        if (closed) {
            LOG.log(DEBUG, () -> place + " failed as the application goes down", thrown);
            return;
        }
        var last = paused.get(place);
        var length = last == null || last.seen() != seen
                ? FIRST_PAUSE
                : shorter(last.length().multipliedBy(2));
        if (last != null || paused.size() < MAX_PAUSED) {
            paused.put(place, new Pause(seen, length, nanoTime.getAsLong() + length.toNanos(), thrown.toString()));
        }
        failures.logTracedOnce(
                WARNING,
                () -> "the durable observer " + place.observer() + " has failed at message " + (seen + 1)
                        + " of channel " + place.channel() + "; it is called again after " + length.toSeconds()
                        + " s, and what follows in the channel waits (to go on without the message, call skip of the MBean DurableObservers): "
                        + thrown,
                thrown);
    }

    private static Duration shorter(Duration length) {
        return length.compareTo(LONGEST_PAUSE) < 0 ? length : LONGEST_PAUSE;
    }

    /** For each observer how many messages it has not seen. Waits for the database. */
    public Map<String, Long> behind() {
        var behind = new TreeMap<String, Long>();
        for (var observer : observers) {
            behind.put(observer.name(), cursors.behind(observer.name(), observer.channels()));
        }
        return behind;
    }

    /** What observers wait for at this node, as they have thrown: by {@code "observer in channel"}. */
    public Map<String, String> failing() {
        var all = new TreeMap<String, String>();
        paused.forEach(
                (place, pause) -> all.put(place.toString(), "message " + (pause.seen() + 1) + ": " + pause.why()));
        return all;
    }

    /**
     * Goes on without the message at which an observer has thrown here. Waits for the database.
     *
     * @return false when it waits for none in this channel
     */
    public boolean skip(String observer, ChannelName channel) {
        var place = new Place(observer, channel);
        var pause = paused.get(place);
        if (pause == null || !cursors.move(observer, channel, pause.seen(), pause.seen() + 1)) {
            return false;
        }
        paused.remove(place);
        LOG.log(
                WARNING,
                () -> "message " + (pause.seen() + 1) + " of channel " + channel
                        + " is skipped for the durable observer " + observer + ", as an operator says");
        ask();
        return true;
    }

    /** Calls no observer any more, and waits a little for those that are called. */
    @Override
    public void close() {
        closed = true;
        var last = ticking;
        if (last != null) {
            last.cancel(false);
        }
        try {
            if (free.tryAcquire(LANES, LAST_CALLS.toMillis(), MILLISECONDS)) {
                free.release(LANES);
            } else {
                LOG.log(
                        WARNING,
                        "the application goes down while durable observers are called; they are called again with the same messages");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
