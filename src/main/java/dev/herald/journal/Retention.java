package dev.herald.journal;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.concurrent.Pause;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Trims the log by rules, in sweeps through all channels. Of a shared document, what is not in its latest snapshot stays. A sweep is made of many small steps; waiting publishers go before the
 * next step. One node sweeps for all.
 *
 * <p>The age of a message comes from the clock of the server that wrote it. Times are assumed to grow within a channel: after a
 * clock was set back or forward, messages may be removed that much earlier or later.
 *
 * <p>The timer's thread starts a sweep, and a thread of the executor makes its steps, holding no lock; any thread may close it.
 */
public final class Retention implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Retention.class.getName());

    /** How long a sweep pauses while publishers wait. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** How many channels' names are read at a time. */
    private static final int PAGE = 500;

    private final JdbcLog log;
    private final DataSource database;
    private final Rules rules;
    private final Housekeeping housekeeping;
    private final Clock clock;
    private final ScheduledExecutorService timer;
    private final Executor executor;

    /** Whether a sweep is under way. */
    private final AtomicBoolean sweeping = new AtomicBoolean();

    private volatile boolean failing;
    private volatile boolean closed;
    private volatile @Nullable Future<?> ticking;

    /**
     * What is kept.
     *
     * @param rules the first one that fits a channel counts; a channel that none fits keeps everything
     * @param interval between one look for messages to trim and the next
     */
    public record Rules(List<RetentionRule> rules, Duration interval) {

        public Rules {
            rules = List.copyOf(rules);
            if (interval.toMillis() < 1) {
                throw new IllegalArgumentException("herald.retention.interval is at least 1 ms");
            }
        }

        private Optional<RetentionRule> of(ChannelName channel) {
            return rules.stream()
                    .filter(rule -> rule.channels().fits(channel))
                    .findFirst()
                    .filter(RetentionRule::isTrimming);
        }
    }

    /**
     * A retention that has not begun.
     *
     * @param log is trimmed
     * @param database it is in
     * @param timer may have a single thread: what it runs here does not block
     * @param executor lends a thread to a sweep until the sweep ends or pauses
     */
    public Retention(
            JdbcLog log,
            DataSource database,
            Rules rules,
            Housekeeping housekeeping,
            Clock clock,
            ScheduledExecutorService timer,
            Executor executor) {
        this.log = log;
        this.database = database;
        this.rules = rules;
        this.housekeeping = housekeeping;
        this.clock = clock;
        this.timer = timer;
        this.executor = executor;
    }

    /** Begins to sweep at intervals. Called once. */
    public void open() {
        if (rules.rules().stream().anyMatch(RetentionRule::isTrimming)) {
            var interval = rules.interval().toMillis();
            ticking = timer.scheduleWithFixedDelay(this::tick, interval, interval, MILLISECONDS);
        }
    }

    private void tick() {
        if (!closed && housekeeping.isMine().getAsBoolean() && sweeping.compareAndSet(false, true)) {
            hand(new Sweep());
        }
    }

    private void hand(Sweep sweep) {
        try {
            executor.execute(() -> goOn(sweep));
        } catch (RuntimeException | Error e) {
            failed("the container gives no thread for it", e);
        }
    }

    private void goOn(Sweep sweep) {
        try {
            while (sweep.step()) {
                if (closed || !housekeeping.isMine().getAsBoolean()) {
                    break;
                }
                if (log.waiting() > 0) {
                    Pause.then(timer, PAUSE, () -> hand(sweep));
                    return;
                }
            }
            failing = false;
            sweeping.set(false);
        } catch (SQLException | RuntimeException | Error e) {
            failed(e.getMessage(), e);
        }
    }

    private void failed(@Nullable String why, Throwable e) {
        if (!failing && !closed) {
            LOG.log(WARNING, () -> "the log is not trimmed, and that is tried again: " + why);
        }
        LOG.log(DEBUG, "a sweep has failed", e);
        failing = true;
        sweeping.set(false);
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

    /** One pass through all channels. Used by one thread at a time. */
    private final class Sweep {

        private final Queue<ChannelName> page = new ArrayDeque<>();
        private String lastName = "";
        private @Nullable Trim current;
        private boolean isPageFull;

        /** Does one step; returns false when nothing is left to do. */
        boolean step() throws SQLException {
            var trim = current;
            if (trim != null) {
                current = log.trim(trim.channel(), trim.upTo()) ? trim : null;
                return true;
            }
            if (page.isEmpty()) {
                readPage();
            }
            while (!page.isEmpty()) {
                var channel = page.remove();
                var rule = rules.of(channel);
                if (rule.isPresent()) {
                    begin(channel, rule.get());
                    return true;
                }
            }
            return isPageFull;
        }

        private void readPage() throws SQLException {
            try (var connection = database.getConnection()) {
                var names = Tables.channels(connection, lastName, PAGE);
                page.addAll(names);
                isPageFull = names.size() == PAGE;
                lastName =
                        names.isEmpty() ? lastName : names.get(names.size() - 1).value();
            }
        }

        private void begin(ChannelName channel, RetentionRule rule) throws SQLException {
            var head = log.head(channel);
            try (var connection = database.getConnection()) {
                var firstKept = Tables.channel(connection, channel).firstKept();
                var upTo = Math.min(
                        Math.min(head.offset(), JdbcSnapshots.trimmable(connection, channel)),
                        upTo(connection, channel, head.offset(), firstKept, rule));
                // Even when no message is to be trimmed now: rows of an earlier sweep may be left.
                if (upTo > 0) {
                    current = new Trim(channel, new Position(head.epoch(), upTo));
                }
            }
        }

        private long upTo(Connection connection, ChannelName channel, long head, long firstKept, RetentionRule rule)
                throws SQLException {
            var upTo = firstKept - 1;
            if (rule.count().isPresent()) {
                upTo = Math.max(upTo, head - rule.count().getAsLong());
            }
            if (rule.age().isPresent()) {
                var oldest = clock.instant().minus(rule.age().get()).toEpochMilli();
                upTo = lastBefore(connection, channel, oldest, upTo, head);
            }
            return upTo;
        }

        /** The last message that was sent before this time. All up to {@code after} are trimmed anyway. */
        private static long lastBefore(Connection connection, ChannelName channel, long time, long after, long head)
                throws SQLException {
            var goes = after;
            var stays = head + 1;
            // Binary search, which looks at the first message that might stay: mostly it does, and no other is read.
            for (var n = after + 1; goes + 1 < stays; n = goes + (stays - goes) / 2) {
                var sentAt = Tables.sentAt(connection, channel, n);
                if (sentAt.isPresent() && sentAt.getAsLong() < time) {
                    goes = n;
                } else {
                    stays = n;
                }
            }
            return goes;
        }
    }

    /** What to remove from a channel. */
    private record Trim(ChannelName channel, Position upTo) {}
}
