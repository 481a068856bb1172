package dev.herald.outbox;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The queue of one client, bounded by messages and bytes. What waits in it and exists for this client only counts in the
 * {@link OutboundBudget}.
 *
 * <p>Not thread-safe: its owner calls it under the lock under which it also decides who writes. It calls nobody but the budget,
 * which takes no lock.
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

        /** What it takes of a queue, in bytes; an estimate. */
        int size();

        /** What waiting here costs the heap, in bytes: 0 for what other clients' queues refer to as well. */
        int ownSize();
    }

    /**
     * An empty queue.
     *
     * @param maxMessages that may wait
     * @param maxBytes that may wait; a single message may be larger
     * @param share where its bytes are counted
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

    /** As {@link #offer}, in the first half of the queue only and while the budget has room: for what can wait elsewhere. */
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

    /** Queues what must not be refused, such as a heartbeat; the caller bounds it. */
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

    /** What is queued stays for now: from here on all of it counts. What is taken right after it was offered never does. */
    public void count() {
        if (!headCounted && !queue.isEmpty()) {
            headCounted = true;
            share.add(queue.element().ownSize());
        }
    }

    /** Takes the message that has waited longest. There must be one. */
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

    /** Whether there is room again after a refusal: true once for it, when no more than a quarter of the messages waits. */
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
