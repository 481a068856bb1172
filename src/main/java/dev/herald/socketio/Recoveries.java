package dev.herald.socketio;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Position;
import dev.herald.concurrent.LimitedLog;
import dev.herald.hub.ClientStates;
import dev.herald.random.RandomIds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The clients that may come back and go on where they were, each by its private id ("Connection state recovery"): those that
 * are connected, whose connections may be dead without the server's knowing, and those that are away. Any thread may call,
 * holding no lock of this package, as clients' states may be asked of a database; the clock's thread ticks.
 */
final class Recoveries {

    private static final System.Logger LOG = System.getLogger(Recoveries.class.getName());
    private static final int ID_BYTES = 20;

    /** The pattern of our own ids. Other ids need not be looked up in the database. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{27}");

    /** The outcome of a client's attempt to recover. */
    enum Outcome {
        /** Nothing is missing. */
        RECOVERED,
        /** The private id is not known: never given, the window is over, the client had left by itself, or it was not kept. */
        UNKNOWN,
        /** The private id is somebody else's, or another namespace's. */
        FOREIGN,
        /** The offset is malformed: Herald never gave it. */
        MALFORMED,
        /** It may not be in one of its channels any more. */
        FORBIDDEN,
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
            RecoveryOffsets offsets,
            long since) {}

    /** How often the operator is told at the most that states are not kept, and that they are not deleted. */
    private static final Duration WARNING_INTERVAL = Duration.ofMinutes(1);

    private final Duration window;
    private final int max;
    private final ClientStates states;
    private final Consumer<String> tellOthers;
    private final Map<String, SocketIoClient> connected = new ConcurrentHashMap<>();

    /** The same clients, by the ids of their connections. */
    private final Map<String, SocketIoClient> byConnection = new ConcurrentHashMap<>();

    private final Map<Outcome, LongAdder> outcomes = new ConcurrentHashMap<>();

    /** The server goes down: what is forgotten here is not forgotten in a later life. */
    private volatile boolean ending;

    private final LimitedLog unkept = new LimitedLog(LOG, WARNING_INTERVAL);
    private final LimitedLog undeleted = new LimitedLog(LOG, WARNING_INTERVAL);

    // Guarded by this object's monitor. In the order of going.
    private final Map<String, Suspended> away = new LinkedHashMap<>();

    /**
     * @param states where clients are kept that outlive the server
     * @param tellOthers tells other nodes the id of a connection that goes on here; it does not wait
     */
    Recoveries(Duration window, int max, ClientStates states, Consumer<String> tellOthers) {
        this.window = window;
        this.max = max;
        this.states = states;
        this.tellOthers = tellOthers;
    }

    /** An id that cannot be guessed, for a client to come back with. */
    String newId() {
        return RandomIds.ofBytes(ID_BYTES);
    }

    void connected(String pid, SocketIoClient client) {
        connected.put(pid, client);
        byConnection.put(client.connection().id(), client);
    }

    private void disconnected(String pid) {
        var client = connected.remove(pid);
        if (client != null) {
            byConnection.remove(client.connection().id(), client);
        }
    }

    /**
     * Another node says that it has a client now: its connection here is not alive any more, and is ended. If that word is late, and the
     * client is here again, it comes back once more and goes on: it is remembered here as one that is away.
     */
    void goesOnElsewhere(String connectionId) {
        var ghost = byConnection.get(connectionId);
        if (ghost != null) {
            ghost.leaveToAnotherNode();
        }
    }

    /**
     * Keeps a client for a later life of the server.
     *
     * @return as {@link ClientStates#put}
     */
    CompletionStage<Void> keep(String pid, ClientRecord client) {
        return put(pid, client).whenComplete((kept, failure) -> {
            if (failure != null) {
                unkept.log(
                        WARNING,
                        "clients' states are not stored, so that after a crash they begin anew; see whether the database takes them: "
                                + failure.getMessage());
            }
        });
    }

    /** What throws has not stored it. */
    private CompletionStage<Void> put(String pid, ClientRecord client) {
        try {
            return states.put(pid, client.text());
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** The client is gone for good. */
    void forget(String pid) {
        disconnected(pid);
        unkeep(pid);
    }

    /** A later life of the server will not know the client. */
    void unkeep(String pid) {
        if (ending) {
            return;
        }
        try {
            states.remove(pid);
        } catch (RuntimeException e) {
            undeleted.log(
                    WARNING,
                    "the state of a client that is gone could not be deleted; it is after the recovery window: "
                            + e.getMessage());
        }
    }

    /** The server goes down. From now on no stored client is deleted. */
    void close() {
        ending = true;
    }

    /**
     * The client is away, and may come back.
     *
     * @return another client for which there is no place any more; the caller is to {@linkplain #unkeep unkeep} it
     */
    Optional<String> suspend(String pid, Suspended state) {
        Optional<String> displaced;
        synchronized (this) {
            away.put(pid, state);
            displaced = away.size() > max ? Optional.of(removeEldest()) : Optional.empty();
        }
        disconnected(pid);
        return displaced;
    }

    private String removeEldest() {
        var eldest = away.keySet().iterator();
        var pid = eldest.next();
        eldest.remove();
        return pid;
    }

    /**
     * Takes the state of a client that comes back. If its old connection is still there, on any node, it is not alive any more, and is
     * ended; that of another node after its heartbeat, if the bus loses the word.
     *
     * @throws RuntimeException when it may be in a state that cannot be read now
     */
    Optional<Suspended> claim(String pid, long now) {
        // What another server knows is newer than what this one remembers. Read first, as it may fail.
        var isElsewhere = states.areShared() && ID.matcher(pid).matches();
        var elsewhere = isElsewhere ? take(pid, now) : Optional.<Suspended>empty();
        var ghost = connected.get(pid);
        if (ghost != null) {
            ghost.replace();
        }
        Suspended state;
        synchronized (this) {
            state = away.remove(pid);
        }
        if (elsewhere.isPresent()) {
            tellOthers.accept(elsewhere.get().connection().id());
            return elsewhere;
        }
        if (state != null && isOver(state, now)) {
            unkeep(pid);
            return Optional.empty();
        }
        return state == null && !isElsewhere && ID.matcher(pid).matches() ? take(pid, now) : Optional.ofNullable(state);
    }

    /** From an earlier life of the server. */
    private Optional<Suspended> take(String pid, long now) {
        return states.take(pid)
                .flatMap(ClientRecord::read)
                .map(client -> new Suspended(
                        client.connection(),
                        client.isProven(),
                        client.begins(),
                        RecoveryOffsets.of(client.numbers()),
                        now));
    }

    private boolean isOver(Suspended state, long now) {
        return now - state.since() > window.toNanos();
    }

    /** Forgets those whose time is over. */
    void tick(long now) {
        var over = new ArrayList<String>();
        synchronized (this) {
            for (var eldest = away.entrySet().iterator(); eldest.hasNext(); ) {
                var client = eldest.next();
                if (!isOver(client.getValue(), now)) {
                    break;
                }
                over.add(client.getKey());
                eldest.remove();
            }
        }
        over.forEach(this::unkeep);
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
