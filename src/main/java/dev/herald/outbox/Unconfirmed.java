package dev.herald.outbox;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a WebSocket client was sent and has not confirmed. That the server "has sent" something may mean no more than that it
 * keeps it in its own memory. So now and then a ping goes along, and its pong tells that the client has read up to there
 * (RFC 6455, 5.5.2 and 5.5.3: whoever reads a ping answers it). No more is sent than may be unconfirmed.
 *
 * <p>Not thread-safe: its owner calls it under a lock of its own. It calls nobody but the budget, which takes no lock.
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
        /** What the ping after the part carries; not to be guessed by a client that has not read it. 0 while there is none. */
        long token;
    }

    /**
     * Nothing is unconfirmed.
     *
     * @param parts how often the client is asked, in parts of what may be unconfirmed
     * @param share where bytes are counted once the client has been asked to confirm them: so much is in the operating system's hands
     */
    public Unconfirmed(int maxMessages, long maxBytes, int parts, OutboundBudget.Share share) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.parts = parts;
        this.share = share;
    }

    /** So much is sent. */
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

    /** Ends a part that is large enough; returns what to ping with behind it, 0 for no ping. */
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

    /** A pong came: everything before the ping that it answers is read. False when it answers none of the pings. */
    public boolean confirm(long token) {
        if (token == 0 || unconfirmed.stream().noneMatch(part -> part.token == token)) {
            return false;
        }
        Part part;
        do {
            // A client may leave out pongs for all but its latest ping.
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
