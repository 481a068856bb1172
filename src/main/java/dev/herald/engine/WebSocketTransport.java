package dev.herald.engine;

import dev.herald.concurrent.WriteBatch;
import dev.herald.websocket.WebSocketConnection;
import dev.herald.websocket.WebSocketListener;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Packets leave as frames of a WebSocket: everything that waits in one write, as soon as the last one has left. A socket that is
 * to take over a polling session is a candidate until the client says so (Engine.IO 4, "Upgrade").
 */
final class WebSocketTransport implements Transport, WebSocketListener {

    private final EngineSession session;
    /** None once this is the session's transport. */
    private volatile @Nullable Upgrade upgrade;

    private volatile @Nullable WebSocketConnection connection;

    /** @param upgrade for which this is to be a candidate, if it is not the session's transport from the start */
    WebSocketTransport(EngineSession session, @Nullable Upgrade upgrade) {
        this.session = session;
        this.upgrade = upgrade;
    }

    @Override
    public String name() {
        return EngineSettings.WEBSOCKET;
    }

    /** From now on this is the session's transport. */
    void activate() {
        upgrade = null;
    }

    @Override
    public @Nullable Consumer<List<Outgoing>> claim() {
        var open = connection;
        return open == null || open.pendingFrames() > 0 ? null : packets -> write(open, packets);
    }

    @Override
    public boolean isIdle() {
        var open = connection;
        return open != null && open.pendingFrames() == 0;
    }

    private static void write(WebSocketConnection open, List<Outgoing> packets) {
        packets.forEach(one -> open.send(one.frames()));
        open.flush();
    }

    /** Sends something past the session's queue, for the handshake of an upgrade. */
    void say(EnginePacket packet) {
        var open = connection;
        if (open != null) {
            write(open, List.of(Outgoing.of(packet)));
        }
    }

    void close() {
        var open = connection;
        if (open != null) {
            open.close(1000, "");
        }
    }

    /** Sends these, closes, and does not wait for anything. */
    void close(List<Outgoing> lastWords) {
        var open = connection;
        if (open != null) {
            lastWords.forEach(one -> open.send(one.frames()));
            open.close(1000, "");
        }
    }

    /** Looks after the deadlines of the connection, which lasts longer than the session; false when it is gone. */
    boolean tick(long now) {
        var open = connection;
        return open != null && open.tick(now);
    }

    @Override
    public void onOpen(WebSocketConnection opened) {
        connection = opened;
        session.server().watch(this);
        if (!session.wants(this)) {
            opened.close(1000, "");
        } else if (upgrade == null) {
            session.flush();
        }
    }

    @Override
    public void onRead(Runnable messages) {
        WriteBatch.during(messages);
    }

    @Override
    public void onText(String message) {
        var trying = upgrade;
        if (trying == null) {
            session.receiveText(message);
        } else {
            trying.hear(this, message);
        }
    }

    @Override
    public void onBinary(byte[] message) {
        var trying = upgrade;
        if (trying == null) {
            session.receiveBytes(message);
        } else {
            trying.fail(this);
        }
    }

    @Override
    public void onWritable() {
        session.flush();
    }

    @Override
    public void onClose(int code, String reason) {
        var trying = upgrade;
        if (trying == null) {
            session.transportClosed();
        } else {
            trying.fail(this);
        }
    }
}
