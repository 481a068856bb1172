package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.concurrent.LimitedLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Logs what an application's beans throw: for each bean and each type of what it throws one line, then none for a while, and the stack
 * trace with the first line only. Clients can make a bean fail as often as they like. Any thread may call, with any lock held: it does not wait.
 */
final class BeanFailures {

    /** As much of an exception's message as a line shows, in characters. */
    private static final int MAX_SHOWN = 500;

    private final System.Logger log;

    /** As many as there are classes in the application that fail in as many ways. */
    private final Map<Kind, LimitedLog> kinds = new ConcurrentHashMap<>();

    /** What is logged as one. */
    private record Kind(Class<?> bean, Class<? extends Throwable> thrown) {}

    /** Writes to this log. */
    BeanFailures(System.Logger log) {
        this.log = log;
    }

    /** Says what became of it, and which bean failed and how. Every stack trace is there at DEBUG. */
    void log(Class<?> bean, String outcome, Throwable thrown) {
        kinds.computeIfAbsent(new Kind(bean, thrown.getClass()), kind -> new LimitedLog(log))
                .logTracedOnce(
                        ERROR,
                        () -> outcome + ": " + bean.getName() + " threw "
                                + Sentences.line(String.valueOf(thrown), MAX_SHOWN),
                        thrown);
        log.log(DEBUG, outcome, thrown);
    }
}
