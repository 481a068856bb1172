package dev.herald.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls the listener of a session as {@link EngineListener} promises: nothing after the end, and the end once, when all other
 * calls have returned. Any thread may call, holding no lock but {@link Inbound}'s turn; no call is made under its own.
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
     * @param whenItFails ends the session after an error of the server's own
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

    /** Calls the listener, unless the session is over. */
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

    /** From now on only the end is told. The first reason counts. */
    synchronized void end(CloseReason reason) {
        if (end == null) {
            end = reason;
        }
    }

    /** Tells the end if it has come and no other call is under way. The thread that returns last does it. */
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
            LOG.log(ERROR, "an error occurred while the end of session " + session + " was handled", e);
        }
    }
}
