package dev.herald.engine;

import dev.herald.concurrent.SerialLoop;
import dev.herald.outbox.OutboundBudget;
import dev.herald.outbox.Outbox;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a session's packets over its current transport, in the order in which they were offered, even when the transport
 * changes.
 *
 * <p>Thread-safe: called from any thread. Under its lock it calls only the transport's {@code claim} and the budget, which call
 * nothing else.
 */
final class Outbound {

    private final OutboundBudget.Share share;
    private final Runnable drained;
    private final Consumer<Throwable> failed;

    /** One thread at a time writes. */
    private final SerialLoop writes = new SerialLoop();

    private final Runnable writeAll = this::writeAll;

    // Guarded by this object's monitor.
    private final Outbox<Outgoing> queue;
    private boolean writing;
    private Transport transport;
    private State state = State.OPEN;
    /** The answers to the client's last GETs. */
    private final Deque<List<Outgoing>> farewells = new ArrayDeque<>();

    private long leavingSince;
    /** How to close the WebSocket once the writing thread has finished. */
    private @Nullable Runnable afterWriting;

    private enum State {
        OPEN,
        /** Over for the listener; the client's next GETs get the last answers. */
        LEAVING,
        OVER
    }

    /** How a session ends. */
    enum Farewell {
        /** What waits is sent first; the end is the answer to a GET of its own, the next one if none waits. */
        AFTER_WHAT_WAITS,
        /** What waits is dropped. */
        AT_ONCE,
        /** What waits is dropped, and a WebSocket's TCP connection is ended without a close frame. */
        WITHOUT_A_WORD
    }

    /** What happened to a GET. */
    enum Taken {
        WAITS,
        /** It is one of the session's last GETs: {@link #sayGoodbye} answers it. */
        IS_AFTER_THE_END,
        /** The session is over. */
        IS_TOO_LATE,
        /** The session has another transport. */
        IS_MISPLACED,
        /** Another GET waits already, which breaks the protocol. */
        IS_SECOND,
        /** It is the previous GET, sent again after its connection broke. The answer to that one may be lost. */
        IS_SENT_AGAIN
    }

    /**
     * @param first the packet that the client gets first
     * @param drained called when there is room again after a refusal
     * @param failed called when a write has lost packets
     */
    Outbound(
            EngineSettings settings,
            Transport transport,
            Outgoing first,
            OutboundBudget.Share share,
            Runnable drained,
            Consumer<Throwable> failed) {
        this.queue = new Outbox<>(settings.queuedPackets(), settings.queuedBytes(), share);
        this.transport = transport;
        this.share = share;
        this.drained = drained;
        this.failed = failed;
        queue.add(first);
    }

    /** The handshake, which is the first packet of a session. */
    static Outgoing opening(String sid, String transport, EngineSettings settings) {
        var upgrades = transport.equals(EngineSettings.POLLING)
                        && settings.allowUpgrades()
                        && settings.transports().contains(EngineSettings.WEBSOCKET)
                ? List.of(EngineSettings.WEBSOCKET)
                : List.<String>of();
        return Outgoing.of(new EnginePacket.Open(EngineCodec.handshake(
                sid,
                upgrades,
                settings.pingInterval().toMillis(),
                settings.pingTimeout().toMillis(),
                settings.maxPayload())));
    }

    synchronized Transport transport() {
        return transport;
    }

    synchronized boolean offer(Outgoing packets) {
        return queue.offer(packets);
    }

    synchronized boolean offerToHalf(Outgoing packets) {
        return queue.offerToHalf(packets.forOneClient());
    }

    synchronized boolean offerIfIdle(Outgoing packets) {
        return queue.isEmpty() && transport.isIdle() && queue.offer(packets);
    }

    /** Queues a packet even when the queue is full. Callers send only few of these. */
    synchronized void add(Outgoing packet) {
        queue.add(packet);
    }

    /** Writes everything that waits, in one write, if the transport can take it. */
    void flush() {
        writes.run(writeAll);
        share.relieve();
    }

    /**
     * A failed write has lost packets. Then the session must end, so that the client does not believe that it has everything.
     */
    private void writeAll() {
        try {
            while (writeBatch()) {
                // More packets may have been queued meanwhile.
            }
        } catch (RuntimeException | Error e) {
            failed.accept(e);
        }
    }

    private boolean writeBatch() {
        List<Outgoing> batch;
        Consumer<List<Outgoing>> write;
        boolean isDrained;
        synchronized (this) {
            if (queue.isEmpty()) {
                return false;
            }
            write = transport.claim();
            if (write == null) {
                queue.count();
                return false;
            }
            writing = true;
            batch = queue.takeAll();
            isDrained = queue.isDrained();
        }
        try {
            write.accept(batch);
        } finally {
            closeAfterWriting();
        }
        if (isDrained) {
            drained.run();
        }
        return true;
    }

    private void closeAfterWriting() {
        Runnable close;
        synchronized (this) {
            writing = false;
            close = afterWriting;
            afterWriting = null;
        }
        if (close != null) {
            close.run();
        }
    }

    // Polling.

    /** A GET has come. */
    synchronized Taken take(Poll poll) {
        if (state == State.OVER) {
            return Taken.IS_TOO_LATE;
        }
        if (state == State.LEAVING) {
            return Taken.IS_AFTER_THE_END;
        }
        if (!(transport instanceof PollingTransport polling)) {
            return Taken.IS_MISPLACED;
        }
        if (polling.hasParked()) {
            return Taken.IS_SECOND;
        }
        if (polling.isSentAgain(poll)) {
            return Taken.IS_SENT_AGAIN;
        }
        polling.park(poll);
        return Taken.WAITS;
    }

    /** A pong has come, so everything that was written before its ping has arrived. */
    synchronized void proved() {
        if (transport instanceof PollingTransport polling) {
            polling.proved();
        }
    }

    /** Answers one of the client's last GETs. With the last one the session is over. */
    void sayGoodbye(Poll poll) {
        List<Outgoing> words;
        synchronized (this) {
            words = farewells.poll();
            if (farewells.isEmpty()) {
                state = State.OVER;
            }
        }
        if (words == null) {
            poll.refuse(EngineError.UNKNOWN_SID);
        } else {
            poll.answer(words);
        }
    }

    /** Forgets this GET; false when it does not wait. */
    synchronized boolean forget(Poll poll) {
        return transport instanceof PollingTransport polling && polling.isParked(poll) && polling.unpark() != null;
    }

    /** Takes the waiting GET, if there is one. */
    synchronized @Nullable Poll unpark() {
        return transport instanceof PollingTransport polling ? polling.unpark() : null;
    }

    /** Switches to a WebSocket; false when the session is over or no longer polls. */
    boolean goOverTo(WebSocketTransport socket) {
        Poll parked;
        synchronized (this) {
            if (!isPolling()) {
                return false;
            }
            parked = unpark();
            socket.activate();
            transport = socket;
        }
        if (parked != null) {
            parked.refuse(EngineError.BAD_REQUEST);
        }
        return true;
    }

    /** Whether the session is open, and by polling. */
    synchronized boolean isPolling() {
        return state == State.OPEN && transport instanceof PollingTransport;
    }

    // The end.

    /** Whether the session is over and no answer waits for the client. */
    synchronized boolean isOver() {
        return state == State.OVER;
    }

    synchronized boolean isOpen() {
        return state == State.OPEN;
    }

    /** Gives up a client that has not fetched its last answers in time. */
    synchronized void expire(long now, long patience) {
        if (state == State.LEAVING && now - leavingSince > patience) {
            state = State.OVER;
            farewells.clear();
        }
    }

    /**
     * Ends the session, the first time.
     *
     * @param last what a waiting GET hears at the end
     * @return what the caller must do next, under no lock
     */
    synchronized Runnable end(Farewell farewell, Outgoing last) {
        if (state != State.OPEN) {
            return () -> {};
        }
        var waiting = queue.takeAll();
        queue.close();
        share.close();
        state = State.OVER;
        var words = farewell == Farewell.AFTER_WHAT_WAITS ? waiting : List.<Outgoing>of();
        return transport instanceof WebSocketTransport socket
                ? closeOf(socket, words, farewell)
                : answerOf((PollingTransport) transport, words, farewell, last);
    }

    /** No close packet is needed: the WebSocket's own close says the same. */
    private Runnable closeOf(WebSocketTransport socket, List<Outgoing> words, Farewell farewell) {
        if (farewell == Farewell.WITHOUT_A_WORD) {
            return socket::abort;
        }
        Runnable close = () -> socket.close(words);
        if (!writing) {
            return close;
        }
        afterWriting = close;
        return () -> {};
    }

    /**
     * The end is never in one answer with messages: the client for JavaScript takes it before them, keeps them until it is connected
     * again, and then gets them from the server once more.
     */
    private Runnable answerOf(PollingTransport polling, List<Outgoing> words, Farewell farewell, Outgoing last) {
        if (!words.isEmpty()) {
            farewells.add(words);
        }
        farewells.add(List.of(last));
        var parked = polling.unpark();
        var first = parked == null ? null : farewells.poll();
        if (farewell == Farewell.AFTER_WHAT_WAITS && !farewells.isEmpty()) {
            state = State.LEAVING;
            leavingSince = System.nanoTime();
        } else {
            farewells.clear();
        }
        return parked == null || first == null ? () -> {} : () -> parked.answer(first);
    }
}
