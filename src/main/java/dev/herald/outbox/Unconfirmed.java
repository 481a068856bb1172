package dev.herald.outbox;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Counts what a WebSocket client was sent and has not confirmed. When a server says that a message is "sent", it may only have
 * stored it in its own memory. So a ping is sent from time to time, and its pong proves that the client has read everything
 * before it (RFC 6455, 5.5.2 and 5.5.3: each ping is answered). When too much is unconfirmed, no more is sent.
 *
 * <p>Not thread-safe: its owner calls it under a lock. It calls only the budget, which takes no lock.
 */
public final class Unconfirmed {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final int maxMessages;
    private final long maxBytes;
    private final int parts;
    private final OutboundBudget.Share share;

    /** In order; the last one may have no ping yet. */
    private final Deque<Part> unconfirmed = new ArrayDeque<>(2);

    private int messages;
    private long bytes;
    private boolean closed;

    /** Messages that are confirmed together. */
    private static final class Part {
        int messages;
        long bytes;
        /** The content of the ping after this part, which a client cannot guess. 0 while there is no ping. */
        long token;
    }

    /**
     * Nothing is unconfirmed.
     *
     * @param parts how many times the client is asked for as much as may be unconfirmed
     * @param share counts bytes in the budget once the client has been asked to confirm them; what was sent since then is taken
     *     to be in the operating system's buffers
     */
    public Unconfirmed(int maxMessages, long maxBytes, int parts, OutboundBudget.Share share) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.parts = parts;
        this.share = share;
    }

    /** Counts what is sent. */
    public void sent(int moreMessages, long moreBytes) {
        if (closed) {
            return;
        }
        var last = unconfirmed.peekLast();
        if (last == null || last.token != 0) {
            last = new Part();
            unconfirmed.addLast(last);
        }
        last.messages += moreMessages;
        last.bytes += moreBytes;
        messages += moreMessages;
        bytes += moreBytes;
    }

    /** Ends the current part if it is large enough. Returns the content of the ping to send after it; 0 for no ping. */
    public long probe() {
        var last = unconfirmed.peekLast();
        if (last == null
                || last.token != 0
                || (last.messages < Math.max(1, maxMessages / parts) && last.bytes < Math.max(1, maxBytes / parts))) {
            return 0;
        }
        last.token = RANDOM.nextLong() | 1;
        share.add(last.bytes);
        return last.token;
    }

    /** A pong came: the client has read everything before its ping. Returns false when the pong answers none of our pings. */
    public boolean confirm(long token) {
        if (token == 0 || unconfirmed.stream().noneMatch(part -> part.token == token)) {
            return false;
        }
        Part part;
        do {
            // A client may answer only the latest of several pings.
            part = unconfirmed.removeFirst();
            messages -= part.messages;
            bytes -= part.bytes;
            share.remove(part.bytes);
        } while (part.token != token);
        return true;
    }

    /** Whether nothing more may be sent until the client confirms something. */
    public boolean isFull() {
        return messages >= maxMessages || bytes >= maxBytes || (isAsked() && share.isBudgetSpent());
    }

    /** The bytes that are unconfirmed. */
    public long bytes() {
        return bytes;
    }

    /** Whether the client has been asked to confirm something and has not. */
    public boolean isAsked() {
        var first = unconfirmed.peekFirst();
        return first != null && first.token != 0;
    }

    /** The connection is gone: forgets everything, and counts nothing more. */
    public void close() {
        closed = true;
        unconfirmed.stream().filter(part -> part.token != 0).forEach(part -> share.remove(part.bytes));
        unconfirmed.clear();
        messages = 0;
        bytes = 0;
    }
}
