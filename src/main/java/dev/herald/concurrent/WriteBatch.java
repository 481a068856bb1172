package dev.herald.concurrent;

import static java.lang.System.Logger.Level.ERROR;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins the writes that one thread causes. While the thread takes the messages of one read, or delivers several messages, writing
 * is put off, and then each connection is written to once: a write costs far more than what is written.
 *
 * <p>All state belongs to the calling thread; any thread may have a batch of its own. What is put off is called at the end of
 * {@link #during}, so that is called with no lock held.
 */
public final class WriteBatch {

    /** After so many messages everything is written, lest queues overflow that could have been emptied. */
    public static final int MAX_MESSAGES = 16;

    private static final System.Logger LOG = System.getLogger(WriteBatch.class.getName());

    private static final ThreadLocal<@Nullable WriteBatch> CURRENT = new ThreadLocal<>();

    private final Set<Runnable> first = new LinkedHashSet<>();
    private final Set<Runnable> writes = new LinkedHashSet<>();
    private int messages;

    private WriteBatch() {}

    /** Runs work in a batch, in the thread's own if it is in one already; what was put off is done at the end, also if the work fails. */
    public static void during(Runnable work) {
        if (CURRENT.get() != null) {
            work.run();
            return;
        }
        var batch = new WriteBatch();
        CURRENT.set(batch);
        try {
            work.run();
        } finally {
            CURRENT.remove();
            batch.write();
        }
    }

    /**
     * Puts a write off until the end of the thread's batch, or until the batch has had {@link #MAX_MESSAGES}.
     *
     * @param write done once, however often it is put off: the same object each time; what it throws is logged
     * @return false when the thread is in no batch; then the caller writes now
     */
    public static boolean putOff(Runnable write) {
        var batch = CURRENT.get();
        return batch != null && (batch.writes.contains(write) || batch.writes.add(write));
    }

    /** As {@link #putOff}, for what is to be done before all writes. */
    public static boolean beforeWrites(Runnable work) {
        var batch = CURRENT.get();
        return batch != null && (batch.first.contains(work) || batch.first.add(work));
    }

    /** Counts a message that the thread has taken; the last of {@link #MAX_MESSAGES} has everything written. */
    public static void countMessage() {
        var batch = CURRENT.get();
        if (batch != null && ++batch.messages == MAX_MESSAGES) {
            batch.messages = 0;
            batch.write();
        }
    }

    private void write() {
        var work = List.copyOf(first);
        var then = List.copyOf(writes);
        first.clear();
        writes.clear();
        work.forEach(WriteBatch::run);
        then.forEach(WriteBatch::run);
    }

    /** One that fails does not keep the others from being written. */
    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "a connection could not be written to", e);
        }
    }
}
