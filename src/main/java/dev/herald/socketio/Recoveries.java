package dev.herald.socketio;

import static java.lang.System.Logger.Level.INFO;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Position;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The clients that may come back and go on where they were, each by its private id ("Connection state recovery"): those that are
 * connected, whose connections may be dead without the server's knowing, and those that are away. Thread-safe.
 */
final class Recoveries {

    private static final System.Logger LOG = System.getLogger(Recoveries.class.getName());
    private static final int ID_BYTES = 20;

    /** What came of a client's wish to go on where it was. */
    enum Outcome {
        /** Nothing is missing. */
        RECOVERED,
        /** The private id is not known: never given, the window is over, or the client had left by itself. */
        UNKNOWN,
        /** The private id is somebody else's, or another namespace's. */
        FOREIGN,
        /** The offset is none. */
        MALFORMED,
        /** Messages are missing. */
        GAP
    }

    /**
     * A client that is away.
     *
     * @param isProven whether its person was
     * @param begins the channels that it was in, each with the place before the first message that it was to get there
     * @param since when it went, by {@link System#nanoTime}
     */
    record Suspended(
            Connection connection,
            boolean isProven,
            Map<ChannelName, Position> begins,
            Progress progress,
            long since) {}

    private final Duration window;
    private final int max;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, SocketIoClient> connected = new ConcurrentHashMap<>();
    private final Map<Outcome, LongAdder> outcomes = new ConcurrentHashMap<>();

    // Guarded by this object's monitor. In the order of going.
    private final Map<String, Suspended> away = new LinkedHashMap<>();

    Recoveries(Duration window, int max) {
        this.window = window;
        this.max = max;
    }

    /** An id that cannot be guessed, for a client to come back with. */
    String newId() {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    void connected(String pid, SocketIoClient client) {
        connected.put(pid, client);
    }

    /** The client is gone for good. */
    void forget(String pid) {
        connected.remove(pid);
    }

    /** The client is away, and may come back. */
    void suspend(String pid, Suspended state) {
        synchronized (this) {
            away.put(pid, state);
            if (away.size() > max) {
                removeEldest();
            }
        }
        connected.remove(pid);
    }

    private void removeEldest() {
        var eldest = away.keySet().iterator();
        eldest.next();
        eldest.remove();
    }

    /**
     * Takes the state of a client that comes back. If its old connection is still there, it is not alive any more, and is ended.
     */
    Optional<Suspended> claim(String pid, long now) {
        var ghost = connected.get(pid);
        if (ghost != null) {
            ghost.replace();
        }
        synchronized (this) {
            return Optional.ofNullable(away.remove(pid)).filter(state -> !isOver(state, now));
        }
    }

    private boolean isOver(Suspended state, long now) {
        return now - state.since() > window.toNanos();
    }

    /** Forgets those whose time is over. */
    synchronized void tick(long now) {
        for (Iterator<Suspended> eldest = away.values().iterator(); eldest.hasNext(); ) {
            if (!isOver(eldest.next(), now)) {
                return;
            }
            eldest.remove();
        }
    }

    /**
     * Counts an outcome, and tells the operator of those that lose something.
     *
     * @param who the id of the client's person
     */
    void count(Outcome outcome, String who, @Nullable String why) {
        outcomes.computeIfAbsent(outcome, o -> new LongAdder()).increment();
        if (outcome != Outcome.RECOVERED) {
            LOG.log(
                    INFO,
                    () -> "a client of " + who + " could not go on where it was, and begins anew: "
                            + outcome.name().toLowerCase(Locale.ROOT) + (why == null ? "" : ", " + why));
        }
    }

    /** How often each came out. */
    Map<Outcome, Long> outcomes() {
        var counts = new EnumMap<Outcome, Long>(Outcome.class);
        outcomes.forEach((outcome, count) -> counts.put(outcome, count.sum()));
        return counts;
    }
}
