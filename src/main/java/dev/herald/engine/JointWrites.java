package dev.herald.engine;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts off writing while a thread takes the messages of one read or one request, or hands out those of one commit: what they cause
 * leaves together, in one write for each session. A write costs far more than what is written.
 */
public final class JointWrites {

    /** After so many messages everything is written, lest queues fill up that their clients would have emptied. */
    private static final int MAX_MESSAGES = 16;

    private static final ThreadLocal<@Nullable JointWrites> CURRENT = new ThreadLocal<>();

    private final Set<EngineSession> sessions = new LinkedHashSet<>();
    private final Set<Runnable> lasts = new LinkedHashSet<>();
    private int messages;

    private JointWrites() {}

    /** Takes messages, or hands some out; writes what they caused at the end, also when this fails. */
    public static void during(Runnable taking) {
        if (CURRENT.get() != null) {
            taking.run();
            return;
        }
        var writes = new JointWrites();
        CURRENT.set(writes);
        try {
            taking.run();
        } finally {
            CURRENT.remove();
            writes.write();
        }
    }

    /**
     * Has something run, once, when this thread is done with what it takes or hands out together, or with sixteen messages of it.
     *
     * @return false when it takes or hands out nothing; then it is not run
     */
    public static boolean atEnd(Runnable last) {
        var current = CURRENT.get();
        return current != null && (current.lasts.contains(last) || current.lasts.add(last));
    }

    /** Whether the session's writing is put off; then it will be flushed. */
    static boolean putOff(EngineSession session) {
        var current = CURRENT.get();
        return current != null && (current.sessions.contains(session) || current.sessions.add(session));
    }

    /** A message has been taken. */
    static void taken() {
        var current = CURRENT.get();
        if (current != null && ++current.messages == MAX_MESSAGES) {
            current.messages = 0;
            current.write();
        }
    }

    private void write() {
        var all = List.copyOf(sessions);
        var then = List.copyOf(lasts);
        sessions.clear();
        lasts.clear();
        then.forEach(Runnable::run);
        all.forEach(EngineSession::flushNow);
    }
}
