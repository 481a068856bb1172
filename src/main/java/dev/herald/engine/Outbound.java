package dev.herald.engine;

import dev.herald.concurrent.SerialLoop;
import dev.herald.outbox.OutboundBudget;
import dev.herald.outbox.Outbox;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a session sends, over whichever transport it has at the moment, until it is over. What was offered reaches the client in
 * order, whatever happens to the transport meanwhile.
 *
 * <p>Thread-safe: called from any thread. Nobody is called under its lock but the transport's {@code claim} and the budget, which
 * call nobody.
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
    private List<Outgoing> lastWords = List.of();
    private long leavingSince;
    /** How the WebSocket is closed, once the thread that writes to it has done so. */
    private @Nullable Runnable afterWriting;

    private enum State {
        OPEN,
        /** Over for the listener; the client's next poll hears the last words. */
        LEAVING,
        OVER
    }

    /** How a session ends. */
    enum Farewell {
        /** What waits goes out first; when no GET waits the next one hears it. */
        AFTER_WHAT_WAITS,
        /** What waits is dropped. */
        AT_ONCE,
        /** What waits is dropped, and a WebSocket's TCP connection is ended without a close. */
        WITHOUT_A_WORD
    }

    /** What became of a GET. */
    enum Taken {
        WAITS,
        /** It is the last one: it is to be answered with {@link #lastWords}. */
        IS_LAST,
        /** The session is over. */
        IS_TOO_LATE,
        /** The session's transport is another one. */
        IS_MISPLACED,
        /** Another GET waits, which is a violation. */
        IS_SECOND,
        /** It is the one before, sent again after its connection broke: the answer to that may be lost. */
        IS_SENT_AGAIN
    }

    /**
     * @param first what the client gets before everything else
     * @param drained is called when there is room again after a refusal
     * @param failed is called when something was lost in a write
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

    /** Queues a packet that is not refused: the caller sends few of them. */
    synchronized void add(Outgoing packet) {
        queue.add(packet);
    }

    /** Writes everything that waits, in one write, if the transport can take it. */
    void flush() {
        writes.run(writeAll);
        share.relieve();
    }

    /** A write that fails has lost something: then the client is not to believe that it has everything. */
    private void writeAll() {
        try {
            while (writeBatch()) {
                // More may have come meanwhile.
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
            state = State.OVER;
            return Taken.IS_LAST;
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

    /** A pong has come: what was written before it has, too. */
    synchronized void proved() {
        if (transport instanceof PollingTransport polling) {
            polling.proved();
        }
    }

    /** What the client gets with its last GET. */
    synchronized List<Outgoing> lastWords() {
        return lastWords;
    }

    /** Forgets this GET; false when it does not wait. */
    synchronized boolean forget(Poll poll) {
        return transport instanceof PollingTransport polling && polling.isParked(poll) && polling.unpark() != null;
    }

    /** Takes the GET that waits, if one does. */
    synchronized @Nullable Poll unpark() {
        return transport instanceof PollingTransport polling ? polling.unpark() : null;
    }

    /** Goes on by a WebSocket; false when the session does not, any more. */
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

    /** Whether nothing is left for anyone. */
    synchronized boolean isOver() {
        return state == State.OVER;
    }

    synchronized boolean isOpen() {
        return state == State.OPEN;
    }

    /** Gives up a client that has not asked for its last words for so long. */
    synchronized void expire(long now, long patience) {
        if (state == State.LEAVING && now - leavingSince > patience) {
            state = State.OVER;
            lastWords = List.of();
        }
    }

    /**
     * Ends the session, the first time.
     *
     * @param last what a waiting GET hears at the end
     * @return what is left to do for the caller, under no lock
     */
    synchronized Runnable end(Farewell farewell, Outgoing last) {
        if (state != State.OPEN) {
            return () -> {};
        }
        var waiting = queue.takeAll();
        queue.close();
        share.close();
        state = State.OVER;
        var words = new ArrayList<>(farewell == Farewell.AFTER_WHAT_WAITS ? waiting : List.of());
        return transport instanceof WebSocketTransport socket
                ? closeOf(socket, words, farewell)
                : answerOf((PollingTransport) transport, words, farewell, last);
    }

    /** The end of a WebSocket says what a close packet would. */
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

    private Runnable answerOf(PollingTransport polling, List<Outgoing> words, Farewell farewell, Outgoing last) {
        words.add(last);
        var parked = polling.unpark();
        if (parked != null) {
            return () -> parked.answer(words);
        }
        if (farewell == Farewell.AFTER_WHAT_WAITS) {
            state = State.LEAVING;
            lastWords = List.copyOf(words);
            leavingSince = System.nanoTime();
        }
        return () -> {};
    }
}
