package dev.herald.websocket;

import static java.lang.System.Logger.Level.ERROR;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls the listener of one WebSocket as {@link WebSocketListener} promises: nothing but the end after one side has closed, and
 * the end once, when all other calls have returned.
 *
 * <p>Thread-safe: called by the container's threads and by whoever sends, closes or has the clock; {@link #tell},
 * {@link #tellMessages} and {@link #tellEnd} call the listener and are called under no lock.
 */
final class ListenerCalls {

    private static final System.Logger LOG = System.getLogger(ListenerCalls.class.getName());

    /** Takes the place of a listener that hears nothing any more. */
    private static final WebSocketListener NOBODY = new WebSocketListener() {

        @Override
        public void onOpen(WebSocketConnection opened) {
            // Too late.
        }

        @Override
        public void onText(String message) {
            // Too late.
        }

        @Override
        public void onBinary(byte[] message) {
            // Too late.
        }

        @Override
        public void onWritable() {
            // Too late.
        }

        @Override
        public void onClose(int code, String reason) {
            // Told before.
        }
    };

    private final Runnable whenItFails;

    // Guarded by this object's monitor, under which nobody is called.
    private WebSocketListener listener = NOBODY;
    /** How many calls have not returned. */
    private int underWay;
    /** Set when one side closes, or the connection is gone: from then on nothing else is told. */
    private @Nullable Ending ending;
    /** The connection is gone: the end may be told. */
    private boolean gone;

    private boolean endTold;
    private boolean failed;

    /** How it ends: the first reason counts. */
    private record Ending(int code, String reason) {}

    /** @param whenItFails is to close the connection, for the listener has thrown something */
    ListenerCalls(Runnable whenItFails) {
        this.whenItFails = whenItFails;
    }

    synchronized void begin(WebSocketListener newListener) {
        listener = newListener;
    }

    /** Tells the listener something, unless one side has closed. */
    void tell(Consumer<WebSocketListener> what) {
        WebSocketListener told;
        synchronized (this) {
            if (ending != null) {
                return;
            }
            told = listener;
            underWay++;
        }
        try {
            what.accept(told);
        } catch (RuntimeException | Error e) {
            failed(e);
        } finally {
            synchronized (this) {
                underWay--;
            }
            tellEnd();
        }
    }

    /** Lets the listener surround the messages that one read brings; each of them is told by {@link #tell}. */
    void tellMessages(Runnable messages) {
        WebSocketListener told;
        synchronized (this) {
            told = listener;
        }
        told.onRead(messages);
    }

    private void failed(Throwable cause) {
        boolean isFirst;
        synchronized (this) {
            isFirst = !failed;
            failed = true;
        }
        if (isFirst) {
            LOG.log(ERROR, "a WebSocket is closed with 1011, for its listener failed", cause);
        }
        whenItFails.run();
    }

    /**
     * One side closes: from now on nothing is told but the end.
     *
     * @return false when a side has closed before, or the connection is gone
     */
    synchronized boolean close(int code, String reason) {
        if (ending != null) {
            return false;
        }
        ending = new Ending(code, reason);
        return true;
    }

    /**
     * The connection is gone; {@link #tellEnd} tells it.
     *
     * @param code for a connection that nobody has closed before, as the reason
     * @return false when it was gone before
     */
    synchronized boolean end(int code, String reason) {
        if (gone) {
            return false;
        }
        gone = true;
        if (ending == null) {
            ending = new Ending(code, reason);
        }
        return true;
    }

    synchronized boolean isGone() {
        return gone;
    }

    /** Tells that the connection is gone, if it is and no other call is under way, and lets go of the listener. */
    void tellEnd() {
        WebSocketListener told;
        Ending end;
        synchronized (this) {
            if (!gone || endTold || underWay > 0 || ending == null) {
                return;
            }
            told = listener;
            end = ending;
            endTold = true;
            listener = NOBODY;
        }
        try {
            told.onClose(end.code(), end.reason());
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "the listener of a WebSocket failed at its end", e);
        }
    }
}
