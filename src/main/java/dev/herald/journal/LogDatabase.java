package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.Pause;
import dev.herald.hub.LogUnavailableException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The log's database, from the first attempt to open it until the end. It is opened as soon as it answers: its tables are
 * brought up to date, and its settings are checked for whether committed data is safe. Before that, and whenever it does not
 * answer, calls for {@linkplain #sources() connections} fail at once, so nobody waits for a database that is gone. Only a few
 * readers have a connection at one time; the others wait for their turn.
 *
 * <p>Threads: any thread may call any method. Most methods wait for the database, so callers hold no lock.
 */
public final class LogDatabase implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(LogDatabase.class.getName());

    /** How long after a failure the next attempt is made. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** How long the first connection may take. */
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(20);

    /** How long a reader waits for its turn while others read. */
    private static final Duration TURN_PATIENCE = Duration.ofSeconds(3);

    /** How long {@link #close} waits for readers. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final DataSource target;
    private final Supplier<String> name;
    private final IntSupplier connections;
    private final Opening opening;
    private final Threads threads;
    private final Turns turns = new Turns(TURN_PATIENCE);
    private final DataSources sources = new DataSources(new Gate(true), new Gate(false));

    /**
     * How a database is opened.
     *
     * @param strict whether a database that may lose committed data is refused; otherwise there is only a warning
     * @param newEpoch random, 1 to 64 characters: no other log may ever have had it; used when the database is new, or restored
     * @param restored names the backup that was restored last, 1 to 64 characters; the first opening with a name gives all
     *     channels the new epoch
     */
    public record Opening(boolean strict, String newEpoch, Optional<String> restored) {

        public Opening {
            if (restored.stream().anyMatch(name -> name.isEmpty() || name.length() > 64)) {
                throw new IllegalArgumentException("herald.log.restored is not 1 to 64 characters");
            }
        }
    }

    private enum State {
        CLOSED,
        OPEN,
        /** It may lose committed data, and {@link Opening#strict} forbids that. */
        REFUSED,
        ENDED
    }

    /** Written under this object's monitor. */
    private volatile State state = State.CLOSED;

    /** The last failure; {@code null} while the database answers. */
    private volatile @Nullable SQLException failure;

    private volatile long failedAt;

    /** Whether a thread is trying whether the database answers again. */
    private final AtomicBoolean trying = new AtomicBoolean();

    /**
     * Not opened yet.
     *
     * @param database where connections come from; each call returns or fails within a known time
     * @param name of the database, for people
     * @param connections the most connections to ask for at one time
     * @param threads one is borrowed for each further attempt to open the database
     */
    public LogDatabase(DataSource database, String name, int connections, Opening opening, Threads threads) {
        this(database, () -> name, () -> connections, opening, threads);
    }

    private LogDatabase(
            DataSource database, Supplier<String> name, IntSupplier connections, Opening opening, Threads threads) {
        this.target = database;
        this.name = name;
        this.connections = connections;
        this.opening = opening;
        this.threads = threads;
    }

    /** The database that is configured. The settings are read when it is opened. */
    public static LogDatabase configured(Opening opening, Threads threads) {
        var database = new HeraldDataSource();
        return new LogDatabase(database, database::name, database::connections, opening, threads);
    }

    /**
     * Opens the database now, or, if it does not answer, later on another thread. Called once.
     *
     * @throws IllegalArgumentException when a setting is wrong
     */
    public void open() {
        var opened = name();
        LOG.log(DEBUG, () -> "the database " + opened + " is being opened");
        tryToOpen();
    }

    private void tryToOpen() {
        if (state != State.CLOSED) {
            return;
        }
        try {
            awaitFirstConnection();
            H2File.setUp(target);
            Schema.prepare(target, opening.newEpoch());
            opening.restored().ifPresent(this::renew);
            var weakness = Durability.weakness(target);
            weakness.ifPresent(this::warn);
            opened(weakness.isPresent() && opening.strict() ? State.REFUSED : State.OPEN);
        } catch (SQLException | RuntimeException e) {
            notOpened(e);
        }
    }

    /**
     * Waits longer than a pool does: H2 opens its file with the first connection, which takes its time on a busy machine. A pool that
     * knows why there is no connection says so, and then there is nothing to wait for.
     */
    private void awaitFirstConnection() throws SQLException {
        var began = System.nanoTime();
        while (true) {
            try (var connection = target.getConnection()) {
                connection.getMetaData();
                return;
            } catch (SQLTransientConnectionException e) {
                if (e.getCause() != null
                        || state == State.ENDED
                        || System.nanoTime() - began > FIRST_PATIENCE.toNanos()) {
                    throw e;
                }
                LOG.log(DEBUG, "the database has not given its first connection yet", e);
            }
        }
    }

    private void opened(State next) {
        failure = null;
        turns.begin(forReading());
        if (!begin(next)) {
            // It has ended meanwhile.
            closeTarget();
        } else if (next == State.OPEN) {
            LOG.log(INFO, "the log is in " + name());
        }
    }

    private synchronized boolean begin(State next) {
        var isClosed = state == State.CLOSED;
        state = isClosed ? next : state;
        return isClosed;
    }

    private synchronized State end() {
        var last = state;
        state = State.ENDED;
        return last;
    }

    private void notOpened(Exception e) {
        if (state == State.ENDED) {
            LOG.log(DEBUG, "the database was not opened before the end", e);
            closeTarget();
        } else {
            failed(e);
            tryLater();
        }
    }

    /**
     * The connections that are left for readers: five are kept for the writers of messages, clients' states, devices, leases and who is
     * where.
     */
    private int forReading() {
        return Math.max(1, connections.getAsInt() - 5);
    }

    private void tryLater() {
        Pause.then(threads.timer(), RETRY, this::tryOnAnotherThread);
    }

    private void tryOnAnotherThread() {
        try {
            threads.executor().execute(this::tryToOpen);
        } catch (RuntimeException | Error e) {
            LOG.log(DEBUG, "no thread is free to open the database", e);
            tryLater();
        }
    }

    private void renew(String restored) {
        if (Schema.renew(target, opening.newEpoch(), restored)) {
            LOG.log(
                    WARNING,
                    "the log is taken for the backup \"" + restored
                            + "\", as herald.log.restored says, and has a new epoch: "
                            + "clients that were here before are told that messages may be missing");
        }
    }

    private void warn(String weakness) {
        if (opening.strict()) {
            LOG.log(
                    ERROR,
                    "no durable message is taken, as herald.durability=strict: " + name() + " " + weakness
                            + ". Mend that, and start Herald anew");
        } else {
            LOG.log(WARNING, "acknowledged messages can be lost: " + name() + " " + weakness);
        }
    }

    private void failed(Exception e) {
        if (state == State.ENDED) {
            LOG.log(DEBUG, "the database was closed meanwhile", e);
        } else if (failure == null && e instanceof LogUnavailableException && e.getCause() == null) {
            LOG.log(
                    ERROR,
                    "the database " + name() + " is not used yet, and durable messages are refused until it is: "
                            + e.getMessage());
        } else if (failure == null) {
            LOG.log(
                    ERROR,
                    "the database " + name()
                            + " cannot be used; durable messages are refused, and it is tried again, until it "
                            + "can. See herald.datasource.* and whether it runs: " + rootMessage(e));
        }
        failure = e instanceof SQLException sql ? sql : new SQLException(e);
        failedAt = System.nanoTime();
    }

    private static String rootMessage(Throwable e) {
        var root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    /** A description of the database for people, without secrets. */
    public String name() {
        return name.get();
    }

    /** Whether it is open and the last call to it succeeded. */
    public boolean isOpen() {
        return state == State.OPEN && failure == null;
    }

    /**
     * Writes a copy of an H2 database, as it is at one moment, while Herald uses it.
     *
     * @param file an absolute path; the file must not exist yet
     * @throws IOException when no copy was made; the message is a sentence for the operator
     */
    public void backup(String file) throws IOException {
        Backup.write(sources.reading(), file);
        LOG.log(INFO, "a backup of " + name() + " is in " + file);
    }

    /** Where connections come from while the database is open. They commit automatically. */
    public DataSources sources() {
        return sources;
    }

    /**
     * Does nothing if the database is open and answers.
     *
     * @throws LogUnavailableException when it is not, with the reason
     */
    public void requireOpen() {
        try (var connection = sources.reading().getConnection()) {
            connection.getMetaData();
        } catch (SQLException e) {
            throw new LogUnavailableException("the log's database cannot be used", e);
        }
    }

    /**
     * Refuses all further calls, waits a limited time for readers, and closes Herald's own pool. The writers have been closed
     * before.
     */
    @Override
    public void close() {
        if (end() == State.OPEN && !turns.end(CLOSE_PATIENCE)) {
            LOG.log(INFO, "some still read the log as its database is closed");
        }
        closeTarget();
    }

    private void closeTarget() {
        if (target instanceof HeraldDataSource) {
            HeraldDataSource.closeAll();
        }
    }

    private void requireNotClosed() throws SQLException {
        switch (state) {
            case CLOSED -> throw new SQLException("the database is not open yet", failure);
            case REFUSED -> throw new SQLException("the database may lose what it commits");
            case ENDED -> throw new SQLException("the server goes down");
            case OPEN -> {
                // Go on.
            }
        }
    }

    private void requireNoFailureJustNow() throws SQLException {
        var last = failure;
        if (last != null && (System.nanoTime() - failedAt < RETRY.toNanos() || trying.get())) {
            throw new SQLException("the database did not answer just now", last);
        }
    }

    private Connection ask() throws SQLException {
        requireNotClosed();
        requireNoFailureJustNow();
        if (failure == null) {
            return askNow();
        }
        if (!trying.compareAndSet(false, true)) {
            throw new SQLException("the database did not answer just now", failure);
        }
        try {
            var connection = askNow();
            failure = null;
            LOG.log(INFO, "the database " + name() + " answers again");
            return connection;
        } finally {
            trying.set(false);
        }
    }

    private Connection askNow() throws SQLException {
        try {
            return target.getConnection();
        } catch (SQLException e) {
            failed(e);
            throw e;
        }
    }

    private final class Gate extends ConnectionSource {

        private final boolean inTurn;

        Gate(boolean inTurn) {
            this.inTurn = inTurn;
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (!inTurn) {
                return ask();
            }
            // Fail at once when the database is known not to answer.
            requireNotClosed();
            requireNoFailureJustNow();
            return turns.take(LogDatabase.this::ask);
        }
    }
}
