package dev.herald.outbox;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The queue of one client, bounded by messages and bytes. The heap that its messages cost is counted in the {@link
 * OutboundBudget}.
 *
 * <p>Not thread-safe: its owner calls it under a lock, the same one under which it decides which thread writes. It calls only
 * the budget, which takes no lock.
 *
 * @param <M> what is sent
 */
public final class Outbox<M extends Outbox.Message> {

    private final int maxMessages;
    private final long maxBytes;
    private final OutboundBudget.Share share;

    private final Queue<M> queue = new ArrayDeque<>(2);
    private long bytes;
    private boolean refused;
    private boolean closed;
    /** Whether the first message is counted in the budget; all behind it are. */
    private boolean headCounted;

    /** Something that can wait. */
    public interface Message {

        /** How much room it takes in a queue, in bytes; an estimate. */
        int size();

        /** How much heap it costs while it waits, in bytes: 0 if the queues of other clients share it. */
        default int ownSize() {
            return size();
        }
    }

    /**
     * An empty queue.
     *
     * @param maxMessages that may wait
     * @param maxBytes that may wait; a single message may be larger
     * @param share counts the client's bytes in the budget
     */
    public Outbox(int maxMessages, long maxBytes, OutboundBudget.Share share) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.share = share;
    }

    /** Queues a message; false, and nothing changed, when there is no room. An empty queue has room for any one message. */
    public boolean offer(M message) {
        return offer(message, maxMessages, maxBytes);
    }

    /**
     * As {@link #offer}, but only while the queue is less than half full and the budget has room: for messages that can be
     * offered again later.
     */
    public boolean offerToHalf(M message) {
        if (!queue.isEmpty() && share.isBudgetSpent()) {
            refused = true;
            return false;
        }
        return offer(message, Math.max(1, maxMessages / 2), maxBytes / 2);
    }

    private boolean offer(M message, int most, long mostBytes) {
        if (closed) {
            return false;
        }
        if (queue.size() >= most || (!queue.isEmpty() && bytes + message.size() > mostBytes)) {
            refused = true;
            return false;
        }
        add(message);
        return true;
    }

    /** Queues a message even when the queue is full, such as a heartbeat. The caller bounds how many of these there are. */
    public void add(M message) {
        if (closed) {
            return;
        }
        if (!queue.isEmpty()) {
            count();
            share.add(message.ownSize());
        }
        queue.add(message);
        bytes += message.size();
    }

    /**
     * The queued messages could not be sent at once: from now on all of them are counted in the budget. A message that is taken
     * right after it was offered is never counted.
     */
    public void count() {
        if (!headCounted && !queue.isEmpty()) {
            headCounted = true;
            share.add(queue.element().ownSize());
        }
    }

    /** Takes the oldest message. There must be one. */
    public M take() {
        var first = queue.remove();
        bytes -= first.size();
        if (headCounted) {
            share.remove(first.ownSize());
            headCounted = !queue.isEmpty();
        }
        return first;
    }

    /** Takes everything that waits. */
    public List<M> takeAll() {
        if (headCounted) {
            queue.forEach(one -> share.remove(one.ownSize()));
            headCounted = false;
        }
        var all = List.copyOf(queue);
        queue.clear();
        bytes = 0;
        return all;
    }

    /**
     * Whether there is room again after a refusal. Returns true once after each refusal, when at most a quarter of the allowed
     * messages waits.
     */
    public boolean isDrained() {
        if (!refused || queue.size() > maxMessages / 4) {
            return false;
        }
        refused = false;
        return true;
    }

    /** Drops everything and takes nothing more. */
    public void close() {
        takeAll();
        closed = true;
    }

    /** Whether nothing waits. */
    public boolean isEmpty() {
        return queue.isEmpty();
    }
}
