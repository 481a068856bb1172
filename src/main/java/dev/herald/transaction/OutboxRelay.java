package dev.herald.transaction;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.hub.Draft;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Moves committed messages from the outbox to the log: when it is woken after a commit, and each second, as a process that has died
 * may have left some. One relay of all nodes works at a time. A message is deleted only when the log has it; until then it is moved
 * again, and the log recognises it by its id.
 *
 * <p>Any thread may call {@link #wake} and {@link #expect}, holding no lock; they do not wait. The work waits for both databases, on
 * a thread of the executor.
 */
final class OutboxRelay implements AutoCloseable {

    /** How long messages of a process that has died may wait. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** The most messages that are moved in one transaction. */
    static final int PAGE = 256;

    /** The most text of these, in characters. */
    private static final long PAGE_SIZE = 4L * 1024 * 1024;

    /** How many receipts may be waited for. */
    static final int MAX_EXPECTED = 10_000;

    /** How long going down waits for what is being moved. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger(OutboxRelay.class.getName());

    private final DataSource database;
    private final OutboxMove.Target log;
    private final Runnable prepare;
    private final Executor executor;
    private final ScheduledExecutorService timer;

    private final Map<String, Expected> expected = new ConcurrentHashMap<>();

    /**
     * The ids of messages whose transactions, of this process, have not ended. H2 shows a commit to others before it is safe in the
     * file; what could still be lost is not moved.
     */
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    /** How many calls the working thread has not served yet; 0 when none works. */
    private final AtomicInteger calls = new AtomicInteger();

    /** Held while messages are moved. */
    private final Semaphore working = new Semaphore(1);

    private volatile boolean isPrepared;
    private volatile boolean failing;
    private volatile boolean closed;
    private volatile @Nullable Future<?> ticking;

    private record Expected(Draft draft, CompletableFuture<Receipt> receipt) {}

    /**
     * A relay that has not begun.
     *
     * @param log where messages are moved to
     * @param prepare makes the tables, or does nothing
     * @param executor lends one thread as long as there are messages
     * @param timer may have a single thread: what it runs here does not wait
     */
    OutboxRelay(
            DataSource database,
            OutboxMove.Target log,
            Runnable prepare,
            Executor executor,
            ScheduledExecutorService timer) {
        this.database = database;
        this.log = log;
        this.prepare = prepare;
        this.executor = executor;
        this.timer = timer;
    }

    /** Makes the tables, if they are Herald's to make, and begins to look for messages. Called once. It waits for the database. */
    void open() {
        try {
            prepare();
        } catch (RuntimeException e) {
            failed(e);
        }
        ticking = timer.scheduleWithFixedDelay(this::wake, 0, INTERVAL.toMillis(), MILLISECONDS);
    }

    private void prepare() {
        if (!isPrepared) {
            prepare.run();
            isPrepared = true;
        }
    }

    /**
     * The receipt of a message that is committed; it comes once the message is moved. It fails with {@code LOG_UNAVAILABLE} when too
     * many are waited for, or the server goes down: then the message is moved later.
     */
    CompletionStage<Receipt> expect(Draft draft) {
        if (closed || expected.size() >= MAX_EXPECTED) {
            return CompletableFuture.failedStage(later());
        }
        var one = new Expected(draft, new CompletableFuture<>());
        expected.put(String.valueOf(draft.clientId()), one);
        return one.receipt();
    }

    private static RefusedException later() {
        return new RefusedException(
                LOG_UNAVAILABLE, "the message is committed, and kept in the outbox; it goes out as soon as possible");
    }

    /** A message is about to be written: it is not moved, nor what follows it in its channel, until it is released. */
    void hold(Draft draft) {
        held.add(String.valueOf(draft.clientId()));
    }

    /** The transaction of these has ended. */
    void release(List<Draft> drafts) {
        drafts.forEach(draft -> held.remove(String.valueOf(draft.clientId())));
    }

    /** Has everything moved that is committed by now. */
    void wake() {
        if (closed || calls.getAndIncrement() > 0) {
            return;
        }
        try {
            executor.execute(this::work);
        } catch (RuntimeException e) {
            LOG.log(DEBUG, "no thread is free to move messages from the outbox; the next tick asks again", e);
            calls.set(0);
        }
    }

    private void work() {
        int served;
        do {
            served = calls.get();
            working.acquireUninterruptibly();
            try {
                moveAll();
            } finally {
                working.release();
            }
        } while (calls.addAndGet(-served) > 0);
    }

    private void moveAll() {
        try {
            prepare();
            var committed = List.copyOf(expected.keySet());
            var goesOn = true;
            while (goesOn && !closed) {
                goesOn = movePage();
            }
            askForThoseOfOthers(committed);
            if (failing) {
                failing = false;
                LOG.log(INFO, "the outbox is moved to the log again");
            }
        } catch (SQLException | RuntimeException | Error e) {
            failed(e);
        }
    }

    private void failed(Throwable e) {
        if (!failing && !closed) {
            LOG.log(
                    WARNING,
                    () -> "the outbox cannot be moved to the log, and that is tried again each second: "
                            + e.getMessage());
        }
        LOG.log(DEBUG, "the outbox cannot be moved", e);
        failing = true;
    }

    /** Moves some messages; returns whether there are more to be moved now. */
    private boolean movePage() throws SQLException {
        try (var connection = database.getConnection()) {
            if (!OutboxTable.hasMessages(connection)) {
                return false;
            }
            connection.setAutoCommit(false);
            try {
                var goesOn = OutboxTable.claim(connection) && movePage(connection);
                connection.commit();
                return goesOn;
            } catch (SQLException | RuntimeException | Error e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private boolean movePage(Connection connection) throws SQLException {
        var page = OutboxTable.first(connection, PAGE, PAGE_SIZE);
        var move = new OutboxMove(log, held::contains, this::tell);
        move.move(page.rows());
        OutboxTable.delete(connection, move.moved());
        for (var refused : move.refused().entrySet()) {
            OutboxTable.setAside(connection, refused.getKey(), refused.getValue());
        }
        return !page.isLast() && move.isComplete();
    }

    private void tell(String messageId, @Nullable Receipt receipt, @Nullable RefusedException refusal) {
        var one = expected.remove(messageId);
        if (one != null && receipt != null) {
            one.receipt().complete(receipt);
        } else if (one != null && refusal != null) {
            one.receipt().completeExceptionally(refusal);
        }
    }

    /** Messages of this node that another node has moved are in the log, which gives their receipts to those who repeat them. */
    private void askForThoseOfOthers(List<String> committed) throws SQLException {
        for (var id : committed) {
            var one = expected.get(id);
            if (one != null && !closed && !isInTable(id)) {
                log.publish(one.draft()).whenComplete((receipt, failure) -> {
                    if (receipt != null) {
                        tell(id, receipt, null);
                    }
                });
            }
        }
    }

    private boolean isInTable(String id) throws SQLException {
        try (var connection = database.getConnection()) {
            return OutboxTable.has(connection, id);
        }
    }

    /** Begins no further move, and waits a little for the present one. Those who wait for receipts are told. */
    @Override
    public void close() {
        closed = true;
        var last = ticking;
        if (last != null) {
            last.cancel(false);
        }
        try {
            if (working.tryAcquire(CLOSE_PATIENCE.toMillis(), MILLISECONDS)) {
                working.release();
            } else {
                LOG.log(
                        WARNING,
                        "the application goes down while messages are moved from the outbox; they are moved later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        expected.keySet().forEach(id -> tell(id, null, later()));
    }
}
