package dev.herald.boardstore;

import static dev.herald.boardstore.BoardDatabase.change;
import static java.lang.System.Logger.Level.DEBUG;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.api.RefusedException;
import dev.herald.journal.Housekeeping;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Removes what the board's tables keep for nobody: what became of messages that the log has trimmed, all of guests who do not come
 * back, and browsers of which nothing was heard for too long. A sweep is made of small transactions. One node sweeps for all; it does no harm when two do.
 *
 * <p>The timer's thread starts a sweep, and a thread of the executor does it, holding no lock; any thread may close it.
 */
public final class BoardSweeper implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(BoardSweeper.class.getName());

    /** Of a guest of whom nothing was written for so long, all is removed: the browser has forgotten the guest's cookie by then. */
    static final Duration GUESTS_KEPT = Duration.ofDays(400);

    private static final Duration INTERVAL = Duration.ofMinutes(10);

    /** The most rows of one transaction. */
    static final int BATCH = 500;

    /** The most transactions of one sweep for each kind of rows; the next sweep goes on. */
    private static final int BATCHES = 200;

    private static final String TRIMMED = "DELETE FROM %1$s WHERE (%2$s) IN (SELECT %3$s FROM %1$s t"
            + " JOIN channel c ON c.name = t.channel WHERE t.life = '' AND t.number < c.first_kept LIMIT " + BATCH
            + ")";

    private static final String MARKS =
            TRIMMED.formatted("board_mark", "channel, life, number", "t.channel, t.life, t.number");

    private static final String REACTIONS = TRIMMED.formatted(
            "board_reaction", "channel, life, number, emoji, person", "t.channel, t.life, t.number, t.emoji, t.person");

    private static final String GONE = "DELETE FROM %1$s WHERE (%2$s) IN (SELECT %3$s FROM %1$s t"
            + " WHERE t.person LIKE 'guest-%%' AND LENGTH(t.person) = 22 AND t.written_at < ?"
            + " AND NOT EXISTS (SELECT 1 FROM board_read r WHERE r.person = t.person AND r.written_at >= ?)"
            + " AND NOT EXISTS (SELECT 1 FROM board_member m WHERE m.person = t.person AND m.written_at >= ?)"
            + " AND NOT EXISTS (SELECT 1 FROM board_name n WHERE n.person = t.person AND n.written_at >= ?)"
            + " AND NOT EXISTS (SELECT 1 FROM board_present p WHERE p.person = t.person) LIMIT " + BATCH + ")";

    private static final String MEMBERS = GONE.formatted("board_member", "person, channel", "t.person, t.channel");

    private static final String READS =
            GONE.formatted("board_read", "person, conversation", "t.person, t.conversation");

    private static final String NAMES = GONE.formatted("board_name", "skeleton, person", "t.skeleton, t.person");

    private static final String AWAY = GONE.formatted("board_away", "person, written_at", "t.person, t.written_at");

    private static final String DEVICES = "DELETE FROM board_push WHERE id IN"
            + " (SELECT t.id FROM board_push t WHERE t.written_at < ? LIMIT " + BATCH + ")";

    private final BoardDatabase database;
    private final Housekeeping housekeeping;
    private final Clock clock;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private final AtomicBoolean sweeping = new AtomicBoolean();

    private volatile boolean closed;
    private volatile @Nullable Future<?> ticking;

    private BoardSweeper(
            BoardDatabase database,
            Housekeeping housekeeping,
            Clock clock,
            ScheduledExecutorService timer,
            Executor executor) {
        this.database = database;
        this.housekeeping = housekeeping;
        this.clock = clock;
        this.timer = timer;
        this.executor = executor;
    }

    /**
     * A sweeper that has not begun.
     *
     * @param source of the log's database
     * @param timer may have a single thread: what it runs here does not block
     * @param executor lends a thread to a sweep until the sweep ends
     */
    public static BoardSweeper in(
            DataSource source,
            Housekeeping housekeeping,
            Clock clock,
            ScheduledExecutorService timer,
            Executor executor) {
        return new BoardSweeper(new BoardDatabase(source), housekeeping, clock, timer, executor);
    }

    /** Begins to sweep at intervals. Called once. */
    public void open() {
        ticking = timer.scheduleWithFixedDelay(this::tick, INTERVAL.toMillis(), INTERVAL.toMillis(), MILLISECONDS);
    }

    private void tick() {
        if (mayGoOn() && sweeping.compareAndSet(false, true)) {
            try {
                executor.execute(this::sweepAndEnd);
            } catch (RuntimeException e) {
                sweeping.set(false);
                LOG.log(DEBUG, "no thread is free to clean the board's tables; the next tick asks again", e);
            }
        }
    }

    private void sweepAndEnd() {
        try {
            sweep();
        } catch (RefusedException e) {
            // The database has logged why; the next tick tries again.
        } finally {
            sweeping.set(false);
        }
    }

    /**
     * Removes what is there now, up to a bound.
     *
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the database does not; what was removed until then is removed
     */
    void sweep() {
        removeAll(MARKS);
        removeAll(REACTIONS);
        var oldest = clock.millis() - GUESTS_KEPT.toMillis();
        for (var sql : new String[] {MEMBERS, READS, NAMES, AWAY}) {
            removeAll(sql, oldest, oldest, oldest, oldest);
        }
        removeAll(DEVICES, clock.millis() - PushTables.LIFETIME.toMillis());
    }

    private void removeAll(String sql, Object... values) {
        var removed = BATCH;
        for (var n = 0; n < BATCHES && removed == BATCH && mayGoOn(); n++) {
            removed = database.ask(connection -> change(connection, sql, values));
        }
    }

    private boolean mayGoOn() {
        return !closed && housekeeping.isMine().getAsBoolean();
    }

    /** Stops after the current step. */
    @Override
    public void close() {
        closed = true;
        var last = ticking;
        if (last != null) {
            last.cancel(false);
        }
    }
}
