package dev.herald.engine;

import static dev.herald.engine.Outbound.Farewell.AFTER_WHAT_WAITS;
import static dev.herald.engine.Outbound.Farewell.AT_ONCE;
import static dev.herald.engine.Outbound.Farewell.WITHOUT_A_WORD;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.concurrent.WriteBatch;
import dev.herald.engine.Outbound.Farewell;
import dev.herald.outbox.OutboundBudget;
import java.security.Principal;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client's session of Engine.IO 4, from its handshake to its end, over whichever transport it has at the moment. This class
 * takes the client's packets and checks deadlines; {@link Outbound} sends.
 *
 * <p>Thread-safe: called by the container's threads for requests and sockets, by the server's clock, and by whoever sends. What
 * comes from the client is handed to the listener one packet at a time, in the client's order, under no lock but {@link
 * Inbound}'s turn.
 */
public final class EngineSession {

    private static final System.Logger LOG = System.getLogger(EngineSession.class.getName());

    private static final Outgoing CLOSE = Outgoing.of(new EnginePacket.Close());
    private static final Outgoing NOOP = Outgoing.of(new EnginePacket.Noop());
    private static final Outgoing PING = Outgoing.of(new EnginePacket.Ping(""));

    /** The most GETs whose answers are not written yet. A client with more reads no answers. */
    private static final int MAX_OPEN_GETS = 4;

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
    private final OutboundBudget.Share share;
    private final Outbound outbound;
    /** Always the same object, as {@link WriteBatch} requires. */
    private final Runnable flush;

    private final AtomicInteger openGets = new AtomicInteger();

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
        this.listener = new ListenerCalls(logName(), () -> end(CloseReason.FORCED_CLOSE, AFTER_WHAT_WAITS));
        this.heartbeat = new Heartbeat(settings.pingInterval(), settings.pingTimeout(), now);
        this.upgrade = new Upgrade(this, settings.upgradeTimeout(), server::afterNoopPause);
        this.inbound = new Inbound(settings.maxPackets(), settings.maxPayload());
        this.share = server.budget().open(this::fellBehind);
        var isPolling = transport.equals(EngineSettings.POLLING);
        this.outbound = new Outbound(
                settings,
                isPolling ? new PollingTransport(heartbeat) : new WebSocketTransport(this, null),
                Outbound.opening(sid, transport, settings),
                share,
                () -> listener.tell(EngineListener::onDrained),
                this::sendingFailed);
        this.flush = outbound::flush;
    }

    /** The session's id: a secret between server and client. */
    public String sid() {
        return sid;
    }

    /** The name of the current transport, as in requests. */
    public String transportName() {
        return outbound.transport().name();
    }

    EngineServer server() {
        return server;
    }

    /** Counts the bytes that wait for the client. */
    OutboundBudget.Share share() {
        return share;
    }

    /** How many bytes wait for the client, as far as they are counted. */
    public long waitingBytes() {
        return share.bytes();
    }

    /** Whether a request may use the session: with a proven principal the owner's, otherwise an unproven one. */
    boolean belongsTo(@Nullable Principal principal, boolean isProven) {
        return isProven ? Objects.equals(owner, principal == null ? null : principal.getName()) : !isOwnerProven;
    }

    void listen(EngineListener newListener) {
        listener.begin(newListener);
    }

    /** Queues packets; false, and nothing changed, when there is no room or the session is over. */
    public boolean offer(Outgoing packets) {
        return outbound.offer(packets);
    }

    /** As {@link #offer}, but only while the queue is less than half full: for packets that can be offered again later. */
    public boolean offerToHalf(Outgoing packets) {
        return outbound.offerToHalf(packets);
    }

    /** Queues packets only if they can be written at once; false, and nothing changed, otherwise. */
    public boolean offerIfIdle(Outgoing packets) {
        return outbound.offerIfIdle(packets);
    }

    /** Writes all that waits in one write, if the transport can take it: on a thread that handles a read's messages, after the last. */
    public void flush() {
        if (!WriteBatch.putOff(flush)) {
            outbound.flush();
        }
    }

    /** Ends the session after sending what waits. The first reason counts. */
    public void close(CloseReason reason) {
        end(reason, AFTER_WHAT_WAITS);
    }

    /** The budget is spent, and this client is among those furthest behind. */
    private void fellBehind() {
        end(CloseReason.SLOW_READER, WITHOUT_A_WORD);
    }

    private void sendingFailed(Throwable cause) {
        LOG.log(ERROR, "session " + logName() + " is closed: its messages could not be written", cause);
        end(CloseReason.TRANSPORT_ERROR, AT_ONCE);
    }

    /** Whether nothing of the session is left for anyone. */
    boolean isOver() {
        return outbound.isOver();
    }

    /** Whether the client may still send: false once either side has ended the session. */
    boolean isListening() {
        return outbound.isOpen();
    }

    boolean wants(WebSocketTransport socket) {
        return outbound.isOpen() && (outbound.transport() == socket || upgrade.isCandidate(socket));
    }

    /** Whether another GET may begin; a client that reads no answers and asks again is a violation that ends the session. */
    boolean beginGet() {
        if (openGets.incrementAndGet() <= MAX_OPEN_GETS) {
            return true;
        }
        end(CloseReason.TRANSPORT_ERROR, AT_ONCE);
        return false;
    }

    /** A GET that began is answered, or its client is gone. */
    void endGet() {
        openGets.decrementAndGet();
    }

    /** Takes a client's GET. */
    void poll(Poll poll) {
        switch (outbound.take(poll)) {
            case WAITS -> {
                flush();
                upgrade.letGetsGo();
            }
            case IS_AFTER_THE_END -> {
                outbound.sayGoodbye(poll);
                if (isOver()) {
                    server.forget(this);
                }
            }
            case IS_TOO_LATE -> poll.refuse(EngineError.UNKNOWN_SID);
            case IS_MISPLACED -> poll.refuse(EngineError.BAD_REQUEST);
            case IS_SECOND -> {
                poll.refuse();
                end(CloseReason.TRANSPORT_ERROR, AT_ONCE);
            }
            case IS_SENT_AGAIN -> {
                LOG.log(
                        DEBUG,
                        () -> "session " + logName() + " is closed: its client may not have got the last answer");
                poll.refuse(EngineError.UNKNOWN_SID);
                end(CloseReason.TRANSPORT_CLOSE, AT_ONCE);
            }
        }
    }

    /** The client's GET, or the answer to it, is lost, and so is what the answer carried. */
    void pollLost() {
        end(CloseReason.TRANSPORT_CLOSE, AT_ONCE);
    }

    /** The client has gone away from this GET, if it still waits. */
    void pollAborted(Poll poll) {
        if (outbound.forget(poll)) {
            end(CloseReason.TRANSPORT_CLOSE, AT_ONCE);
        }
    }

    /** Whether a POST may begin. A second one at the same time ends the session; one after the change to a WebSocket does no harm. */
    boolean beginPost() {
        synchronized (outbound) {
            if (!(outbound.transport() instanceof PollingTransport)) {
                return false;
            }
            // Under the lock, so that no POST begins after messages of the WebSocket need not wait for one any more.
            if (inbound.beginPost()) {
                return true;
            }
        }
        end(CloseReason.TRANSPORT_ERROR, AT_ONCE);
        return false;
    }

    /** The POST that began has ended. */
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

    /** The request is not valid in Engine.IO. */
    void violated() {
        end(CloseReason.TRANSPORT_ERROR, AT_ONCE);
    }

    /** A WebSocket wants to take the session over. One may try at a time, and only from polling; others are closed. */
    WebSocketTransport newCandidate(long now) {
        var socket = new WebSocketTransport(this, upgrade);
        if (outbound.isPolling() && settings.allowUpgrades()) {
            upgrade.begin(socket, now);
        }
        return socket;
    }

    /** The WebSocket of a session that began with it. */
    WebSocketTransport webSocket() {
        return (WebSocketTransport) outbound.transport();
    }

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
        inTurn(0, () -> end(CloseReason.TRANSPORT_CLOSE, AT_ONCE));
    }

    private void inTurn(int size, Runnable work) {
        if (!inbound.take(size, work)) {
            LOG.log(
                    DEBUG,
                    () -> "session " + logName() + " is closed: the client goes on and on before its POST is over");
            end(CloseReason.TRANSPORT_ERROR, AT_ONCE);
        }
    }

    private void malformed(MalformedPacketException e) {
        LOG.log(DEBUG, () -> "session " + logName() + " is closed: " + e.getMessage());
        end(CloseReason.PARSE_ERROR, AT_ONCE);
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
        } else if (packet instanceof EnginePacket.Pong) {
            outbound.proved();
            flush();
        } else {
            LOG.log(DEBUG, () -> "session " + logName() + " is closed: the client sent a server's packet");
            end(CloseReason.TRANSPORT_ERROR, AT_ONCE);
        }
    }

    /** Switches to another transport; false when the session is over or has already switched. */
    boolean goOverTo(WebSocketTransport socket) {
        var over = outbound.goOverTo(socket);
        if (over) {
            flush();
        }
        return over;
    }

    /** Answers a waiting GET without packets. */
    void releaseGet() {
        var parked = outbound.unpark();
        if (parked != null) {
            parked.release();
        }
    }

    /** Checks deadlines; false when the session is over. */
    boolean tick(long now) {
        if (isOver()) {
            return false;
        }
        expire(now);
        upgrade.tick(now);
        outbound.expire(now, settings.closeTimeout().toNanos());
        if (heartbeat.isPingDue(now)) {
            outbound.add(PING);
            flush();
        }
        return !isOver();
    }

    /** Ends the session if its client is silent for too long. Requests check this too, as the clock may tick late. */
    void expire(long now) {
        if (heartbeat.isDead(now)) {
            end(CloseReason.PING_TIMEOUT, AT_ONCE);
        }
    }

    private void endedByClient() {
        end(CloseReason.TRANSPORT_CLOSE, NOOP, AFTER_WHAT_WAITS);
    }

    private void end(CloseReason reason, Farewell farewell) {
        end(reason, CLOSE, farewell);
    }

    /** @param last the answer to a waiting GET */
    private void end(CloseReason reason, Outgoing last, Farewell farewell) {
        listener.end(reason);
        var rest = outbound.end(farewell, last);
        try {
            rest.run();
            upgrade.stop();
        } finally {
            if (isOver()) {
                server.forget(this);
            }
            listener.tellEnd();
        }
    }

    /** Only a part of the id, which is a secret. */
    String logName() {
        return sid.substring(0, 6);
    }
}
