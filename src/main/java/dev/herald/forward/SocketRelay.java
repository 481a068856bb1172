package dev.herald.forward;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.websocket.Frames;
import dev.herald.websocket.WebSocketConnection;
import dev.herald.websocket.WebSocketListener;
import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries the messages of a client's WebSocket to the node that has its session, and that node's back. Little waits in either
 * direction: who sends faster than the other side takes is not read from meanwhile. The end of one side ends the other.
 *
 * <p>Thread-safe: called by the container's threads for the client, by the HTTP client's for the other node, and by the clock;
 * under no lock.
 */
final class SocketRelay implements WebSocketListener, WebSocket.Listener {

    private static final System.Logger LOG = System.getLogger(SocketRelay.class.getName());

    /** While more waits for the client, in bytes, the other node is not read from. Longer messages are carried in parts. */
    private static final int MUCH = 65_536;

    /** How long one side may live on after the other is gone, and how long the client may take to begin. */
    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    private static final int NORMAL = 1000;
    private static final int NO_CODE = 1005;
    private static final int BROKEN = 1006;
    /** The node that the client talks to cannot reach the one behind it (IANA's registry of close codes). */
    private static final int BAD_GATEWAY = 1014;

    private final String node;
    private final Function<WebSocket.Listener, CompletableFuture<WebSocket>> connect;
    private final OwnerOutput toOwner;

    private volatile @Nullable WebSocketConnection client;
    private volatile @Nullable CompletableFuture<WebSocket> connecting;
    private volatile @Nullable WebSocket owner;
    /** Whether the other node is to be asked for more once the client has taken what waits. */
    private final AtomicBoolean wantsMore = new AtomicBoolean();

    // Only for the calls from the other node, which come one at a time.
    /** What has come of a message and is not carried on yet. */
    private ByteArrayOutputStream parts = new ByteArrayOutputStream(0);
    /** Whether a frame with the beginning of the message has been sent. */
    private boolean withinMessage;

    private volatile boolean clientGone;
    private volatile boolean ownerGone;
    /** When one side was first seen without the other. Only for the clock. */
    private long aloneSince;

    private boolean isAlone;

    /**
     * A relay that begins when the client's WebSocket opens.
     *
     * @param node the id of the node that has the session
     * @param connect opens a WebSocket to it
     */
    SocketRelay(String node, Function<WebSocket.Listener, CompletableFuture<WebSocket>> connect) {
        this.node = node;
        this.connect = connect;
        this.toOwner = new OwnerOutput(
                new OwnerOutput.Valve() {

                    @Override
                    public void close() {
                        opened().holdReading();
                    }

                    @Override
                    public void open() {
                        opened().goOnReading();
                    }
                },
                () -> ownerIsLost("it takes no messages"));
    }

    /** The node that has the session. */
    String node() {
        return node;
    }

    private WebSocketConnection opened() {
        return Objects.requireNonNull(client);
    }

    // What the client does.

    @Override
    public void onOpen(WebSocketConnection connection) {
        client = connection;
        var begun = connect.apply(this);
        connecting = begun;
        var unused = begun.whenComplete((same, failure) -> {
            if (failure != null) {
                ownerIsLost("it cannot be reached");
            }
        });
    }

    @Override
    public void onText(String message) {
        toOwner.text(message);
    }

    @Override
    public void onBinary(byte[] message) {
        toOwner.binary(message);
    }

    @Override
    public void onWritable() {
        askForMore();
    }

    @Override
    public void onClose(int code, String reason) {
        clientGone = true;
        toOwner.close(code == NO_CODE ? NORMAL : code, reason);
        // So that the other node's close frame is read.
        askForMore();
    }

    // What the other node does.

    @Override
    public void onOpen(WebSocket opened) {
        owner = opened;
        toOwner.begin(opened);
        opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
        carry(part.toString().getBytes(UTF_8), isLast, Frames::textPart);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean isLast) {
        var bytes = new byte[part.remaining()];
        part.get(bytes);
        carry(bytes, isLast, Frames::binaryPart);
        return null;
    }

    /** Makes a frame of some bytes. */
    private interface Framing {

        byte[] frame(byte[] bytes, boolean goesOn, boolean isLast);
    }

    /** Joins the parts in which a message has arrived, as long as they are short. */
    private void carry(byte[] bytes, boolean isLast, Framing framing) {
        wantsMore.set(true);
        if (!isLast && parts.size() + bytes.length < MUCH) {
            parts.writeBytes(bytes);
            askForMore();
            return;
        }
        var to = opened();
        to.send(framing.frame(joined(bytes), withinMessage, isLast));
        withinMessage = !isLast;
        to.flush();
        if (to.pendingBytes() <= MUCH) {
            askForMore();
        }
    }

    private byte[] joined(byte[] bytes) {
        if (parts.size() == 0) {
            return bytes;
        }
        parts.writeBytes(bytes);
        var all = parts.toByteArray();
        parts = new ByteArrayOutputStream(0);
        return all;
    }

    private void askForMore() {
        var from = owner;
        if (from != null && wantsMore.compareAndSet(true, false)) {
            from.request(1);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        ownerGone = true;
        if (code == BROKEN) {
            opened().close(BAD_GATEWAY, "the connection to the session is lost");
        } else {
            opened().close(code == NO_CODE ? NORMAL : code, reason);
        }
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        ownerIsLost(failure.toString());
    }

    private void ownerIsLost(String why) {
        if (!ownerGone) {
            ownerGone = true;
            LOG.log(DEBUG, () -> "node " + node + " is lost to a WebSocket: " + why);
            endOwner();
        }
        var open = client;
        if (open != null) {
            open.close(BAD_GATEWAY, "the connection to the session is lost");
        }
    }

    private void endOwner() {
        var begun = connecting;
        if (begun != null) {
            begun.cancel(true);
        }
        var open = owner;
        if (open != null) {
            open.abort();
        }
    }

    // What the clock does.

    /**
     * Checks the deadlines.
     *
     * @param lives whether the other node lives
     * @return false when both sides are gone
     */
    boolean tick(long now, boolean lives) {
        var open = client;
        if (open != null && !open.tick(now)) {
            clientGone = true;
        }
        if (!lives) {
            ownerIsLost("it does not live any more");
        }
        var never = open == null && clientGone;
        if (clientGone && (ownerGone || never)) {
            return false;
        }
        if (open == null || clientGone || ownerGone) {
            return isYoung(now);
        }
        isAlone = false;
        return true;
    }

    /** Whether what is left may still end by itself; if not, it is ended. */
    private boolean isYoung(long now) {
        if (!isAlone) {
            isAlone = true;
            aloneSince = now;
        }
        if (now - aloneSince <= PATIENCE) {
            return true;
        }
        endOwner();
        var open = client;
        if (open != null) {
            open.abort();
        }
        return false;
    }
}
