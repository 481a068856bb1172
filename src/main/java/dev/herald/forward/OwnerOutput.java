package dev.herald.forward;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.concurrent.SerialLoop;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends a client's messages on to the node that has its session, one at a time, in their order. What waits is bounded: the client
 * is not read from while it is much.
 *
 * <p>Thread-safe. The client's connection adds, the HTTP client's threads tell that a message has left; whoever calls holds no
 * lock.
 */
final class OwnerOutput {

    private static final System.Logger LOG = System.getLogger(OwnerOutput.class.getName());

    /** While more waits, in bytes, the client is not read from. One message may be longer. */
    static final int MUCH = 65_536;

    /** There was no close frame (RFC 6455, 7.4.1). */
    private static final int BROKEN = 1006;

    private final Valve client;
    private final Runnable failed;
    private final SerialLoop sending = new SerialLoop();

    // Guarded by this object's monitor, under which nobody is called.
    private final Queue<Item> queue = new ArrayDeque<>(2);
    private int waiting;
    private boolean underWay;
    private boolean held;
    private @Nullable WebSocket owner;

    /** Holds up what comes from the client. */
    interface Valve {

        void close();

        void open();
    }

    private sealed interface Item {

        /** In bytes. */
        int size();
    }

    private record Text(String message, int size) implements Item {}

    private record Binary(ByteBuffer message, int size) implements Item {}

    private record Close(int code, String reason) implements Item {

        @Override
        public int size() {
            return 0;
        }
    }

    /** @param failed called when something could not be sent */
    OwnerOutput(Valve client, Runnable failed) {
        this.client = client;
        this.failed = failed;
    }

    /** From now on messages leave. */
    void begin(WebSocket opened) {
        synchronized (this) {
            owner = opened;
        }
        sending.run(this::sendOne);
    }

    void text(String message) {
        add(new Text(message, message.getBytes(UTF_8).length));
    }

    void binary(byte[] message) {
        add(new Binary(ByteBuffer.wrap(message), message.length));
    }

    /** After all that waits. */
    void close(int code, String reason) {
        add(new Close(code, reason));
    }

    private void add(Item item) {
        boolean isMuch;
        synchronized (this) {
            queue.add(item);
            waiting += item.size();
            isMuch = waiting > MUCH && !held;
            held |= isMuch;
        }
        if (isMuch) {
            client.close();
        }
        sending.run(this::sendOne);
    }

    /** Sends the next message, unless one is on its way: then the end of that one calls this again. */
    private void sendOne() {
        Item next;
        WebSocket to;
        synchronized (this) {
            to = owner;
            if (to == null || underWay) {
                return;
            }
            next = queue.poll();
            if (next == null) {
                return;
            }
            underWay = true;
        }
        var unused = send(to, next).whenComplete((same, failure) -> hasLeft(next, failure));
    }

    private static CompletableFuture<WebSocket> send(WebSocket to, Item item) {
        if (item instanceof Text text) {
            return to.sendText(text.message(), true);
        } else if (item instanceof Binary binary) {
            return to.sendBinary(binary.message(), true);
        }
        var close = (Close) item;
        if (close.code() == BROKEN) {
            to.abort();
            return CompletableFuture.completedFuture(to);
        }
        return to.sendClose(close.code(), close.reason());
    }

    private void hasLeft(Item item, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.log(DEBUG, () -> "a message could not be sent on to another node: " + failure);
            failed.run();
            return;
        }
        boolean isLittle;
        synchronized (this) {
            underWay = false;
            waiting -= item.size();
            isLittle = held && waiting <= MUCH / 2;
            held &= !isLittle;
        }
        if (isLittle) {
            client.open();
        }
        sending.run(this::sendOne);
    }
}
