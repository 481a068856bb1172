package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.hub.LogUnavailableException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database that the log is in, from the first try to open it until the end. It is opened as soon as it is there: brought up to
 * date, and looked at whether what it commits is safe. Until then, and whenever it is gone, {@link #database()} refuses at once
 * instead of letting everyone wait. Thread-safe.
 */
public final class Journal implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Journal.class.getName());

    /** How long after a failure the database is asked again. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final DataSource target;
    private final String name;
    private final Opening opening;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final Gate gate = new Gate();

    /**
     * How a database is opened.
     *
     * @param strict whether a database that may lose what it has committed is refused; otherwise it is warned of
     * @param newEpoch random, 1 to 64 characters: no other log may ever have had it; used when the database is new, or restored
     * @param restored names the backup that was restored last, 1 to 64 characters; the first opening with a name gives all channels
     *     the new epoch
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
        /** What it commits is not safe, and nothing less is wanted. */
        REFUSED,
        ENDED
    }

    private volatile State state = State.CLOSED;

    /** What was wrong last; {@code null} when nothing is. */
    private volatile @Nullable SQLException failure;

    private volatile long failedAt;

    /**
     * Not opened yet.
     *
     * @param database is asked for connections, and refuses in finite time
     * @param name of the database, for people
     * @param timer may have a single thread: what it runs here does not block
     * @param executor lends a thread for each further try to open the database
     */
    public Journal(
            DataSource database, String name, Opening opening, ScheduledExecutorService timer, Executor executor) {
        this.target = database;
        this.name = name;
        this.opening = opening;
        this.timer = timer;
        this.executor = executor;
    }

    /** The journal in the database that is configured. */
    public static Journal configured(Opening opening, ScheduledExecutorService timer, Executor executor) {
        var database = new HeraldDataSource();
        return new Journal(database, database.name(), opening, timer, executor);
    }

    /** Opens the database, now or, on another thread, as soon as it is there. Called once. */
    public void open() {
        tryToOpen();
    }

    private void tryToOpen() {
        if (state != State.CLOSED) {
            return;
        }
        try {
            H2File.setUp(target);
            Schema.prepare(target, opening.newEpoch());
            opening.restored().ifPresent(this::renew);
            var weakness = Durability.weakness(target);
            weakness.ifPresent(this::warn);
            failure = null;
            state = weakness.isPresent() && opening.strict() ? State.REFUSED : State.OPEN;
            if (state == State.OPEN) {
                LOG.log(INFO, "the log is in " + name);
            }
        } catch (SQLException | RuntimeException e) {
            failed(e);
            tryLater();
        }
    }

    private void tryLater() {
        var unused = timer.schedule(this::tryOnAnotherThread, RETRY.toMillis(), MILLISECONDS);
    }

    private void tryOnAnotherThread() {
        try {
            executor.execute(this::tryToOpen);
        } catch (RejectedExecutionException e) {
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
                    "no durable message is taken, as herald.durability=strict: " + name + " " + weakness
                            + ". Mend that, and start Herald anew");
        } else {
            LOG.log(WARNING, "acknowledged messages can be lost: " + name + " " + weakness);
        }
    }

    private void failed(Exception e) {
        if (failure == null) {
            LOG.log(
                    ERROR,
                    "the database " + name
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

    /** The database for people: without what may be a secret. */
    public String name() {
        return name;
    }

    /** Whether it is open and has answered when it was used last. */
    public boolean isOpen() {
        return state == State.OPEN && failure == null;
    }

    /**
     * Writes a copy of an H2 database, as it is at one moment, while it is used.
     *
     * @param file absolute; is not there yet
     * @throws IOException when there is no copy, with a sentence for the operator
     */
    public void backup(String file) throws IOException {
        Backup.write(gate, file);
        LOG.log(INFO, "a backup of " + name + " is in " + file);
    }

    /** The database, as far as it is open; its connections have automatic commits. */
    public DataSource database() {
        return gate;
    }

    /**
     * Does nothing if the database is open and answers.
     *
     * @throws LogUnavailableException when not, with the reason
     */
    public void requireOpen() {
        try (var connection = gate.getConnection()) {
            connection.getMetaData();
        } catch (SQLException e) {
            throw new LogUnavailableException("the log's database cannot be used", e);
        }
    }

    /** Refuses from now on; Herald's own pool is closed. */
    @Override
    public void close() {
        state = State.ENDED;
        if (target instanceof HeraldDataSource) {
            HeraldDataSource.closeAll();
        }
    }

    private final class Gate extends ConnectionSource {

        /** Whether somebody finds out if the database is back. */
        private final AtomicBoolean trying = new AtomicBoolean();

        @Override
        public Connection getConnection() throws SQLException {
            requireOpen();
            var last = failure;
            if (last == null) {
                return ask();
            }
            if (System.nanoTime() - failedAt < RETRY.toNanos() || !trying.compareAndSet(false, true)) {
                throw new SQLException("the database did not answer just now", last);
            }
            try {
                var connection = ask();
                if (failure != null) {
                    failure = null;
                    LOG.log(INFO, "the database " + name + " answers again");
                }
                return connection;
            } finally {
                trying.set(false);
            }
        }

        private Connection ask() throws SQLException {
            try {
                return target.getConnection();
            } catch (SQLException e) {
                failed(e);
                throw e;
            }
        }

        private void requireOpen() throws SQLException {
            switch (state) {
                case CLOSED -> throw new SQLException("the database is not open yet", failure);
                case REFUSED -> throw new SQLException("the database may lose what it commits");
                case ENDED -> throw new SQLException("Herald goes down");
                case OPEN -> {
                    // Go on.
                }
            }
        }
    }
}
