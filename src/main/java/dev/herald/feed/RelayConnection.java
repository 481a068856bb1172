package dev.herald.feed;

import static jakarta.websocket.CloseReason.CloseCodes.CANNOT_ACCEPT;
import static jakarta.websocket.CloseReason.CloseCodes.GOING_AWAY;
import static jakarta.websocket.CloseReason.CloseCodes.TOO_BIG;
import static jakarta.websocket.CloseReason.CloseCodes.TRY_AGAIN_LATER;
import static jakarta.websocket.CloseReason.CloseCodes.UNEXPECTED_CONDITION;
import static java.lang.System.Logger.Level.ERROR;

import jakarta.websocket.Session;
import java.nio.ByteBuffer;

/**
 * One client of the relay. The container's threads call it, one at a time for what the client says; any other thread may send to it.
 * They hold no lock.
 */
final class RelayConnection implements TextSocket.Owner {

    private static final System.Logger LOG = System.getLogger(RelayConnection.class.getName());

    private final Relay relay;
    private final TextAssembly assembly;
    private final TextSocket socket;

    private volatile boolean ended;

    RelayConnection(Session session, Sockets sockets, Relay relay) {
        this.relay = relay;
        this.assembly = sockets.newAssembly();
        this.socket = sockets.open(session, false, this);
    }

    /** The relay has as many connections as it takes. */
    void turnAway() {
        close(TRY_AGAIN_LATER.getCode(), "the relay has as many connections as it takes");
    }

    void receive(String part, boolean last) {
        socket.whileReading(() -> take(part, last));
    }

    private void take(String part, boolean last) {
        if (ended) {
            return;
        }
        socket.heard();
        try {
            assembly.add(part, last).ifPresent(message -> relay.pass(this, message));
        } catch (TextAssembly.TooLongException e) {
            close(TOO_BIG.getCode(), "a message is at most " + assembly.maxBytes() + " bytes");
        }
    }

    void receiveBinary() {
        socket.whileReading(() -> close(CANNOT_ACCEPT.getCode(), "the relay passes text"));
    }

    void pong(ByteBuffer payload) {
        socket.whileReading(() -> socket.pong(payload));
    }

    void send(Frame frame) {
        if (!socket.offer(frame)) {
            stalled();
        }
        socket.flush();
    }

    void fail(Throwable cause) {
        if (TextSocket.isBroken(cause)) {
            lost("connection lost");
        } else {
            LOG.log(ERROR, "a connection of the relay is closed for a mistake of the server's own", cause);
            close(UNEXPECTED_CONDITION.getCode(), "the server made a mistake; come back");
        }
    }

    void closed() {
        ended = true;
        relay.forget(this);
        socket.markClosed();
    }

    private void close(int code, String reason) {
        ended = true;
        relay.forget(this);
        socket.close(code, reason);
    }

    @Override
    public void sent(Frame frame) {
        // Nothing is known of what the relay passes on.
    }

    @Override
    public void drained() {
        // A refused offer has already ended the connection.
    }

    @Override
    public void stalled() {
        close(FeedConnection.SLOW_READER, "you read too slowly");
    }

    @Override
    public void lost(String reason) {
        close(GOING_AWAY.getCode(), reason);
    }
}
