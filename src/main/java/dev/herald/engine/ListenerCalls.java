package dev.herald.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls the listener of a session as it is promised: nothing before it is there, nothing after the end, and the end once, when
 * all other calls have returned. Thread-safe; nobody is called under its lock.
 */
final class ListenerCalls {

    private static final System.Logger LOG = System.getLogger(ListenerCalls.class.getName());

    private final String session;
    private final Runnable whenItFails;

    // Guarded by this object's monitor.
    private @Nullable EngineListener listener;
    private int underWay;
    private @Nullable CloseReason end;
    private boolean endTold;

    /**
     * @param session its name, for logs
     * @param whenItFails is to end the session for a mistake of the server's own
     */
    ListenerCalls(String session, Runnable whenItFails) {
        this.session = session;
        this.whenItFails = whenItFails;
    }

    void begin(EngineListener newListener) {
        synchronized (this) {
            listener = newListener;
        }
        tellEnd();
    }

    /** Tells the listener something, unless it is over. */
    void tell(Consumer<EngineListener> what) {
        EngineListener told;
        synchronized (this) {
            if (listener == null || end != null) {
                return;
            }
            told = listener;
            underWay++;
        }
        try {
            what.accept(told);
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "session " + session + " is closed for a mistake of the server's own", e);
            whenItFails.run();
        } finally {
            synchronized (this) {
                underWay--;
            }
            tellEnd();
        }
    }

    /** From now on nothing is told but the end; the first reason counts. */
    synchronized void end(CloseReason reason) {
        if (end == null) {
            end = reason;
        }
    }

    /** Tells the end, if it has come and no call is under way: whoever is the last to come here does. */
    void tellEnd() {
        EngineListener told;
        CloseReason reason;
        synchronized (this) {
            if (listener == null || end == null || endTold || underWay > 0) {
                return;
            }
            told = listener;
            reason = end;
            endTold = true;
        }
        LOG.log(DEBUG, () -> "session " + session + " ended: " + reason.words());
        try {
            told.onClose(reason);
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "the end of session " + session + " was not taken well", e);
        }
    }
}
