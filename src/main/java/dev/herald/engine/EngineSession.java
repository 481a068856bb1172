package dev.herald.engine;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.concurrent.SerialLoop;
import dev.herald.concurrent.WriteBatch;
import java.security.Principal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's session of Engine.IO 4, from its handshake to its end, over whichever transport it has at the moment. Thread-safe.
 *
 * <p>What was offered reaches the client in order, whatever happens to the transport meanwhile. What comes from the client is
 * handed to the listener one packet at a time, in the client's order.
 */
public final class EngineSession {

    private static final System.Logger LOG = System.getLogger(EngineSession.class.getName());

    private static final Outgoing CLOSE = Outgoing.of(new EnginePacket.Close());
    private static final Outgoing NOOP = Outgoing.of(new EnginePacket.Noop());

    /** GETs whose answers are still on their way: more than the one that waits are a client that reads none. */
    private static final int MAX_OPEN_GETS = 4;

    private static final Outgoing PING = Outgoing.of(new EnginePacket.Ping(""));

    private enum State {
        OPEN,
        /** Over for the listener; the client's next poll hears the last words. */
        LEAVING,
        OVER
    }

    private final String sid;
    /** The name of the principal that began the session; nobody else may go on with it. */
    private final @Nullable String owner;

    private final boolean isOwnerProven;
    private final EngineServer server;
    private final EngineSettings settings;
    private final Heartbeat heartbeat;
    private final Upgrade upgrade;
    private final Inbound inbound;
    private final ListenerCalls listener;

    /** One thread at a time writes. */
    private final SerialLoop flushes = new SerialLoop();

    private final Runnable flushNow = this::flushNow;

    // Guarded by this object's monitor, under which nobody is called.
    private final Queue<Outgoing> queue = new ArrayDeque<>(2);
    private long queuedBytes;
    private boolean refused;
    private boolean writing;
    private Transport transport;
    private State state = State.OPEN;
    private List<Outgoing> lastWords = List.of();
    private long leavingSince;
    private int openGets;
    /** How the WebSocket is closed, once the thread that writes to it has done so. */
    private @Nullable Runnable afterWriting;

    EngineSession(
            String sid,
            @Nullable Principal principal,
            boolean isProven,
            EngineServer server,
            String transport,
            long now) {
        this.sid = sid;
        this.owner = principal == null ? null : principal.getName();
        this.isOwnerProven = isProven;
        this.server = server;
        this.settings = server.settings();
        this.listener = new ListenerCalls(logName(), () -> end(CloseReason.FORCED_CLOSE, true));
        this.heartbeat = new Heartbeat(settings.pingInterval(), settings.pingTimeout(), now);
        this.upgrade = new Upgrade(this, settings.upgradeTimeout(), server::afterNoopPause);
        this.inbound = new Inbound(settings.maxPackets(), settings.maxPayload());
        this.transport =
                transport.equals(EngineSettings.POLLING) ? new PollingTransport() : new WebSocketTransport(this, null);
        var upgrades = transport.equals(EngineSettings.POLLING)
                        && settings.allowUpgrades()
                        && settings.transports().contains(EngineSettings.WEBSOCKET)
                ? List.of(EngineSettings.WEBSOCKET)
                : List.<String>of();
        queue.add(Outgoing.of(new EnginePacket.Open(EngineCodec.handshake(
                sid,
                upgrades,
                settings.pingInterval().toMillis(),
                settings.pingTimeout().toMillis(),
                settings.maxPayload()))));
    }

    /** The session's id: a secret between server and client. */
    public String sid() {
        return sid;
    }

    /** By what the client is connected at the moment, as requests name it. */
    public synchronized String transportName() {
        return transport.name();
    }

    EngineServer server() {
        return server;
    }

    /** Whether a request may go on with the session: the owner's, or nobody's in particular if the owner is nobody either. */
    boolean belongsTo(@Nullable Principal principal, boolean isProven) {
        return isProven ? Objects.equals(owner, principal == null ? null : principal.getName()) : !isOwnerProven;
    }

    void listen(EngineListener newListener) {
        listener.begin(newListener);
    }

    /** Queues packets; false, and nothing changed, when there is no room or the session is over. */
    public boolean offer(Outgoing packets) {
        return offer(packets, settings.queuedPackets(), settings.queuedBytes());
    }

    /** As {@link #offer}, in the first half of the queue only: for what can wait. */
    public boolean offerToHalf(Outgoing packets) {
        return offer(packets, Math.max(1, settings.queuedPackets() / 2), settings.queuedBytes() / 2);
    }

    /** Queues packets if they could be written at once; false, and nothing changed, when they would wait: for what soon is stale. */
    public synchronized boolean offerIfIdle(Outgoing packets) {
        return queue.isEmpty() && transport.isIdle() && offer(packets);
    }

    private synchronized boolean offer(Outgoing packets, int maxPackets, long maxBytes) {
        if (state != State.OPEN) {
            return false;
        }
        var full = queue.size() >= maxPackets || (!queue.isEmpty() && queuedBytes + packets.size() > maxBytes);
        if (full) {
            refused = true;
            return false;
        }
        queue.add(packets);
        queuedBytes += packets.size();
        return true;
    }

    /**
     * Writes everything that waits, in one write, if the transport can take it: at once, or when the thread has taken all messages
     * of a read that it is taking.
     */
    public void flush() {
        if (!WriteBatch.putOff(flushNow)) {
            flushNow();
        }
    }

    private void flushNow() {
        flushes.run(() -> {
            while (writeBatch()) {
                // More may have come meanwhile.
            }
        });
    }

    private boolean writeBatch() {
        List<Outgoing> batch;
        Consumer<List<Outgoing>> write;
        boolean drained;
        synchronized (this) {
            if (state != State.OPEN || queue.isEmpty()) {
                return false;
            }
            write = transport.claim();
            if (write == null) {
                return false;
            }
            batch = takeAll();
            writing = true;
            drained = refused;
            refused = false;
        }
        try {
            write.accept(batch);
        } finally {
            closeAfterWriting();
        }
        if (drained) {
            listener.tell(EngineListener::onDrained);
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

    private List<Outgoing> takeAll() {
        var all = List.copyOf(queue);
        queue.clear();
        queuedBytes = 0;
        return all;
    }

    /** Ends the session: the client gets what waits, and then the end. The first reason counts. */
    public void close(CloseReason reason) {
        end(reason, true);
    }

    // What the servlet calls.

    /** Whether nothing of the session is left for anyone. */
    synchronized boolean isOver() {
        return state == State.OVER;
    }

    /** Whether a client may still send: not once it has been told, or has said, that it is over. */
    synchronized boolean isListening() {
        return state == State.OPEN;
    }

    synchronized boolean wants(WebSocketTransport socket) {
        return state == State.OPEN && (transport == socket || upgrade.isCandidate(socket));
    }

    /** Whether another GET may begin; a client that reads no answers and asks again is a violation that ends the session. */
    boolean beginGet() {
        synchronized (this) {
            openGets++;
            if (openGets <= MAX_OPEN_GETS) {
                return true;
            }
        }
        end(CloseReason.TRANSPORT_ERROR, false);
        return false;
    }

    /** A GET that began is answered, or its client gone. */
    synchronized void endGet() {
        openGets--;
    }

    /** Takes a client's GET. */
    void poll(Poll poll) {
        Runnable answer;
        synchronized (this) {
            answer = take(poll);
        }
        answer.run();
    }

    /** Under the lock; what it returns is called outside of it. */
    private Runnable take(Poll poll) {
        if (state == State.OVER) {
            return () -> poll.refuse(EngineError.UNKNOWN_SID);
        }
        if (state == State.LEAVING) {
            state = State.OVER;
            var words = lastWords;
            return () -> {
                server.forget(this);
                poll.answer(words);
            };
        }
        if (!(transport instanceof PollingTransport polling)) {
            return () -> poll.refuse(EngineError.BAD_REQUEST);
        }
        if (polling.hasParked()) {
            return () -> {
                poll.refuse();
                end(CloseReason.TRANSPORT_ERROR, false);
            };
        }
        polling.park(poll);
        return () -> {
            flush();
            upgrade.letGetsGo();
        };
    }

    /** The client's GET, or the answer to it, is lost, and so is what the answer carried. */
    void pollLost() {
        end(CloseReason.TRANSPORT_CLOSE, false);
    }

    /** The client has gone away from this GET, if it still waits. */
    void pollAborted(Poll poll) {
        synchronized (this) {
            if (!(transport instanceof PollingTransport polling) || !polling.isParked(poll)) {
                return;
            }
            polling.unpark();
        }
        end(CloseReason.TRANSPORT_CLOSE, false);
    }

    /**
     * Whether a POST may begin. A second one at the same time is a violation that ends the session; one that comes after the
     * client has gone over to its WebSocket does no harm.
     */
    boolean beginPost() {
        synchronized (this) {
            if (!(transport instanceof PollingTransport)) {
                return false;
            }
            // Under the lock: none begins once what the WebSocket brings need not wait any more.
            if (inbound.beginPost()) {
                return true;
            }
        }
        end(CloseReason.TRANSPORT_ERROR, false);
        return false;
    }

    /** The POST that began is done with. */
    void endPost() {
        inbound.endPost();
    }

    /** Takes the body of a POST. */
    void receivePayload(String body) {
        try {
            var packets = EngineCodec.decodePayload(body, settings.maxPackets());
            WriteBatch.during(() -> packets.forEach(packet -> {
                hear(packet);
                handle(packet);
            }));
        } catch (MalformedPacketException e) {
            malformed(e);
        }
    }

    /** The request is none of Engine.IO's. */
    void violated() {
        end(CloseReason.TRANSPORT_ERROR, false);
    }

    /** A WebSocket that wants to take the session over: one at a time may, and only from polling; others are closed at once. */
    WebSocketTransport newCandidate(long now) {
        var socket = new WebSocketTransport(this, upgrade);
        if (isUpgradable()) {
            upgrade.begin(socket, now);
        }
        return socket;
    }

    private synchronized boolean isUpgradable() {
        return state == State.OPEN && transport instanceof PollingTransport && settings.allowUpgrades();
    }

    /** The WebSocket of a session that began with it. */
    synchronized WebSocketTransport webSocket() {
        return (WebSocketTransport) transport;
    }

    // What the transports call.

    /** Takes a text frame. */
    void receiveText(String frame) {
        try {
            receive(EngineCodec.decodeText(frame), frame.length());
        } catch (MalformedPacketException e) {
            inTurn(0, () -> malformed(e));
        }
    }

    /** Takes a binary frame. */
    void receiveBytes(byte[] frame) {
        receive(new EnginePacket.Binary(EnginePacket.Bytes.wrap(frame)), frame.length);
    }

    private void receive(EnginePacket packet, int size) {
        hear(packet);
        inTurn(size, () -> handle(packet));
    }

    /** The WebSocket is gone. */
    void transportClosed() {
        inTurn(0, () -> end(CloseReason.TRANSPORT_CLOSE, false));
    }

    private void inTurn(int size, Runnable work) {
        if (!inbound.take(size, work)) {
            LOG.log(
                    DEBUG,
                    () -> "session " + logName() + " is closed: the client goes on and on before its POST is over");
            end(CloseReason.TRANSPORT_ERROR, false);
        }
    }

    private void malformed(MalformedPacketException e) {
        LOG.log(DEBUG, () -> "session " + logName() + " is closed: " + e.getMessage());
        end(CloseReason.PARSE_ERROR, false);
    }

    private void hear(EnginePacket packet) {
        heartbeat.heard(packet instanceof EnginePacket.Pong, System.nanoTime());
    }

    private void handle(EnginePacket packet) {
        if (packet instanceof EnginePacket.Message message) {
            listener.tell(told -> told.onText(message.text()));
            WriteBatch.countMessage();
        } else if (packet instanceof EnginePacket.Binary binary) {
            listener.tell(told -> told.onBinary(binary.data()));
            WriteBatch.countMessage();
        } else if (packet instanceof EnginePacket.Close) {
            endedByClient();
        } else if (!(packet instanceof EnginePacket.Pong)) {
            LOG.log(DEBUG, () -> "session " + logName() + " is closed: the client sent a server's packet");
            end(CloseReason.TRANSPORT_ERROR, false);
        }
    }

    /** Goes on by another transport; false when this session does not, any more. */
    boolean goOverTo(WebSocketTransport socket) {
        Poll parked;
        synchronized (this) {
            if (state != State.OPEN || !(transport instanceof PollingTransport polling)) {
                return false;
            }
            parked = polling.unpark();
            socket.activate();
            transport = socket;
        }
        if (parked != null) {
            parked.refuse(EngineError.BAD_REQUEST);
        }
        flush();
        return true;
    }

    /** Lets a waiting GET go without packets. */
    void releaseGet() {
        Poll parked;
        synchronized (this) {
            parked = transport instanceof PollingTransport polling ? polling.unpark() : null;
        }
        if (parked != null) {
            parked.release();
        }
    }

    // Time.

    /** Looks at the clock; false when the session is over. */
    boolean tick(long now) {
        if (isOver()) {
            return false;
        }
        expire(now);
        upgrade.tick(now);
        synchronized (this) {
            if (state == State.LEAVING
                    && now - leavingSince > settings.closeTimeout().toNanos()) {
                state = State.OVER;
            }
        }
        if (heartbeat.isPingDue(now)) {
            synchronized (this) {
                if (state == State.OPEN) {
                    queue.add(PING);
                }
            }
            flush();
        }
        return !isOver();
    }

    /** Ends the session if its client has been silent for too long: also asked by each request, for clocks tick late. */
    void expire(long now) {
        if (heartbeat.isDead(now)) {
            end(CloseReason.PING_TIMEOUT, false);
        }
    }

    // The end.

    private void endedByClient() {
        end(CloseReason.TRANSPORT_CLOSE, List.of(NOOP), true);
    }

    private void end(CloseReason reason, boolean orderly) {
        end(reason, List.of(CLOSE), orderly);
    }

    /**
     * @param farewell what a waiting GET hears at last
     * @param orderly whether what waits goes out before it, and the next GET may hear it if none waits now
     */
    private void end(CloseReason reason, List<Outgoing> farewell, boolean orderly) {
        List<Outgoing> words;
        Poll parked = null;
        Runnable close = null;
        synchronized (this) {
            if (state != State.OPEN) {
                return;
            }
            listener.end(reason);
            words = new ArrayList<>(orderly ? takeAll() : List.of());
            state = State.OVER;
            if (transport instanceof WebSocketTransport socket) {
                // The end of the WebSocket says what a close packet would.
                var last = List.copyOf(words);
                close = () -> socket.close(last);
                if (writing) {
                    afterWriting = close;
                    close = null;
                }
            } else {
                words.addAll(farewell);
                parked = ((PollingTransport) transport).unpark();
                if (parked == null && orderly) {
                    state = State.LEAVING;
                    lastWords = List.copyOf(words);
                    leavingSince = System.nanoTime();
                }
            }
            queue.clear();
        }
        try {
            if (parked != null) {
                parked.answer(words);
            }
            if (close != null) {
                close.run();
            }
            upgrade.stop();
        } finally {
            if (isOver()) {
                server.forget(this);
            }
            listener.tellEnd();
        }
    }

    /** Not the whole id, which is a secret. */
    private String logName() {
        return sid.substring(0, 6);
    }
}
