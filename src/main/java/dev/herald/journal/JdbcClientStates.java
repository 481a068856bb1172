package dev.herald.journal;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.RefusedException;
import dev.herald.hub.ClientStates;
import dev.herald.hub.LogUnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Clients' states in a database, each under the hash of its secret. So nobody can use a copy of the database to come back as
 * somebody else. Any number of nodes may use the same database.
 *
 * <p>A "life" is one run of a server. Each state belongs to the life that its client is connected to. Each life writes a sign
 * of life from time to time. When a life has been silent for longer than clients may be away, its states are deleted, by one node for all. While a
 * client is away, nothing is written for it.
 *
 * <p>Threads: any thread may put and remove, even while it holds a lock. {@link #take} waits for the database, so its callers
 * hold no lock. The stages complete on the one thread that writes.
 */
public final class JdbcClientStates implements ClientStates, AutoCloseable {

    /** How often this life writes a sign of life. */
    static final Duration SIGN_INTERVAL = Duration.ofSeconds(10);

    /** A life may be silent for so much longer than its clients may be away. */
    static final Duration GRACE = Duration.ofSeconds(30);

    /** How many states are deleted in one transaction. */
    static final int PURGED_TOGETHER = 500;

    /** How long the writer keeps its thread when there is nothing to write. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** How long {@link #close} waits until everything is written. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    /** How many states may be in doubt. When there are more, a client whose state could not be taken may begin anew. */
    private static final int MAX_IN_DOUBT = 20_000;

    private static final int BATCH = 256;
    private static final int BATCH_SIZE = 4 * 1024 * 1024;

    private static final System.Logger LOG = System.getLogger(JdbcClientStates.class.getName());

    private final String node = UUID.randomUUID().toString();
    private final DataSources database;
    private final long patience;
    private final Clock clock;
    private final Executor executor;
    private final Housekeeping housekeeping;
    private final Writer<Waiting> writer;
    private final Future<?> timer;

    /** Whether this life is in the database, where the others see it. */
    private volatile boolean begun;

    /** Written before {@code begun}. */
    private volatile long begunAt;

    /**
     * Whether the operator was told that another server uses this database. Only one thread at a time writes signs of life.
     */
    private volatile boolean toldOfOthers;

    private final AtomicBoolean signing = new AtomicBoolean();

    /** States that may belong to this life although no client has them: the database failed while they were taken. */
    private final Set<String> inDoubt = ConcurrentHashMap.newKeySet();

    /** Whether the last attempt to write failed. */
    private final AtomicBoolean failing = new AtomicBoolean();

    /** @param state {@code null} when it is to be removed */
    private record Waiting(String id, @Nullable String state, CompletableFuture<Void> stage) {

        int size() {
            return state == null ? 0 : state.length();
        }
    }

    /**
     * The states in a database whose {@linkplain Schema tables} are there.
     *
     * @param database should be a pool whose connections fail within a known time when the database does not answer
     * @param window how long clients may be away
     * @param clock gives the time of the signs of life; the clocks of all nodes agree to a few seconds
     * @param threads one of these writes as long as states wait; the stages complete on it
     * @param housekeeping says who deletes what is left of lives that are over
     * @param waiting how many states may wait
     * @param waitingSize the most text that may wait, in characters
     */
    public JdbcClientStates(
            DataSources database,
            Duration window,
            Clock clock,
            Threads threads,
            Housekeeping housekeeping,
            int waiting,
            long waitingSize) {
        this.housekeeping = housekeeping;
        this.toldOfOthers = housekeeping.isShared();
        this.database = database;
        this.patience = window.plus(GRACE).toMillis();
        this.clock = clock;
        this.executor = threads.executor();
        this.writer = new Writer<>(
                threads,
                new Writer.Bounds(waiting, waitingSize, BATCH, BATCH_SIZE, Duration.ZERO, LINGER),
                Waiting::size,
                this::write,
                this::refuse);
        this.timer = threads.timer()
                .scheduleAtFixedRate(
                        this::signLater, SIGN_INTERVAL.toMillis(), SIGN_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The key of a state in the database. The secret cannot be found from it. */
    private static String id(String secret) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    // Writing.

    @Override
    public CompletionStage<Void> put(String secret, String state) {
        return JdbcLog.isStorable(state)
                ? offer(new Waiting(id(secret), state, new CompletableFuture<>()))
                : CompletableFuture.failedStage(unavailable("the database holds neither U+0000 nor broken Unicode"));
    }

    @Override
    public void remove(String secret) {
        var unused = offer(new Waiting(id(secret), null, new CompletableFuture<>()));
    }

    private CompletionStage<Void> offer(Waiting waiting) {
        inDoubt.remove(waiting.id());
        if (writer.offer(waiting)) {
            return waiting.stage();
        }
        return CompletableFuture.failedStage(unavailable(
                writer.isClosed() ? "the server goes down" : "too many clients' states wait for the database"));
    }

    private void write(List<Waiting> batch) {
        Set<String> taken;
        try {
            taken = commit(batch);
        } catch (SQLException | RuntimeException | Error e) {
            failed(e);
            refuse(batch);
            return;
        }
        succeeded();
        complete(batch, taken);
    }

    private static void complete(List<Waiting> batch, Set<String> taken) {
        for (var waiting : batch) {
            if (taken.contains(waiting.id())) {
                waiting.stage().completeExceptionally(unavailable("another server has this client now"));
            } else {
                waiting.stage().complete(null);
            }
        }
    }

    private void refuse(List<Waiting> batch) {
        for (var waiting : batch) {
            waiting.stage().completeExceptionally(unavailable("the database cannot take the state now; try again"));
        }
    }

    private static RefusedException unavailable(String why) {
        return new RefusedException(LOG_UNAVAILABLE, why);
    }

    /** Writes the last state of each client. Returns those that belong to another life. */
    private Set<String> commit(List<Waiting> batch) throws SQLException {
        var states = new TreeMap<String, String>();
        var removed = new TreeSet<String>();
        for (var waiting : batch) {
            if (waiting.state() == null) {
                states.remove(waiting.id());
                removed.add(waiting.id());
            } else {
                states.put(waiting.id(), waiting.state());
                removed.remove(waiting.id());
            }
        }
        begin();
        return Transaction.of(database.writing(), connection -> {
            var taken = states.isEmpty() ? Set.<String>of() : StateTables.write(connection, node, states);
            if (!removed.isEmpty()) {
                StateTables.delete(connection, node, removed);
            }
            return taken;
        });
    }

    // Reading.

    @Override
    public Optional<String> take(String secret) {
        var id = id(secret);
        try {
            begin();
            return takeOver(id);
        } catch (SQLException e) {
            throw new LogUnavailableException("the clients' states cannot be read", e);
        }
    }

    @Override
    public boolean areShared() {
        return housekeeping.isShared();
    }

    private Optional<String> takeOver(String id) throws SQLException {
        var mayBeMine = false;
        try (var connection = database.reading().getConnection()) {
            var found =
                    StateTables.read(connection, id).filter(row -> !row.node().equals(node) || inDoubt.remove(id));
            mayBeMine = found.isPresent();
            var isMine = found.isPresent()
                    && (found.get().node().equals(node) || StateTables.take(connection, id, found.get(), node));
            return isMine ? found.map(StateTables.Row::state) : Optional.empty();
        } catch (SQLException | RuntimeException e) {
            if (mayBeMine && inDoubt.size() < MAX_IN_DOUBT) {
                inDoubt.add(id);
            }
            throw e;
        }
    }

    // Lives.

    /**
     * Registers this life before it has states. All other lives count as alive from now: while no server ran, none could write
     * a sign of life.
     */
    private void begin() throws SQLException {
        if (begun) {
            return;
        }
        try (var connection = database.writing().getConnection()) {
            StateTables.signAll(connection, clock.millis());
            sign(connection);
            begunAt = clock.millis();
            begun = true;
        }
    }

    private void sign(Connection connection) throws SQLException {
        try {
            StateTables.sign(connection, node, clock.millis());
        } catch (SQLException e) {
            if (!Failures.isConstraint(e)) { // another thread was first
                throw e;
            }
        }
    }

    private void signLater() {
        if (signing.compareAndSet(false, true)) {
            try {
                executor.execute(this::sign);
            } catch (RuntimeException | Error e) {
                signing.set(false);
                failed(e);
            }
        }
    }

    /** Writes a sign of life. The housekeeper also deletes the states of lives that have been silent for too long. */
    private void sign() {
        try {
            begin();
            signAndPurge();
            succeeded();
        } catch (SQLException | RuntimeException | Error e) {
            failed(e);
        } finally {
            signing.set(false);
        }
    }

    private void signAndPurge() throws SQLException {
        try (var connection = database.writing().getConnection()) {
            sign(connection);
            tellOfOthers(connection);
            if (!housekeeping.isMine().getAsBoolean()) {
                return;
            }
            var since = clock.millis() - patience;
            for (var silent : StateTables.silent(connection, since)) {
                while (StateTables.purge(connection, silent, PURGED_TOGETHER) > 0) {
                    LOG.log(DEBUG, "states of clients are deleted that did not come back");
                }
                StateTables.forget(connection, silent, since);
            }
        }
    }

    /** When this life began, it wrote a sign for all others. One with a later sign is alive. */
    private void tellOfOthers(Connection connection) throws SQLException {
        if (!toldOfOthers && StateTables.isAnotherSigning(connection, node, begunAt + SIGN_INTERVAL.toMillis() / 2)) {
            toldOfOthers = true;
            LOG.log(
                    WARNING,
                    "another Herald uses this database too: they have one history, but what is published at one reaches the clients of"
                            + " the other only with its own next message, or when they come back. If that is not wanted, set herald.cluster=on"
                            + " for both, or herald.data.dir or herald.datasource.url of one of them");
        }
    }

    private void failed(Throwable cause) {
        if (writer.isClosed()) {
            LOG.log(DEBUG, "clients' states are not written as Herald goes down", cause);
        } else if (failing.compareAndSet(false, true)) {
            LOG.log(
                    ERROR,
                    "the database takes no clients' states; who connects now will not outlive this server",
                    cause);
        }
    }

    private void succeeded() {
        if (failing.compareAndSet(true, false)) {
            LOG.log(INFO, "the database takes clients' states again");
        }
    }

    /** Takes no more states, writes no more signs of life, and waits a limited time until the waiting states are written. */
    @Override
    public void close() {
        timer.cancel(false);
        writer.close(CLOSE_PATIENCE);
    }
}
