package dev.herald.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps what is logged during a unit test off the console, and prints it when the test fails. Registered for all unit tests by
 * the build. What a test expects in the log it asserts, with {@link ErrorLog}.
 *
 * <p>Called by the thread of the tests and by all threads that log.
 */
public final class QuietLog implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {

    private static final int LAST_LINES = 1_000;

    private static final Deque<LogRecord> RECORDS = new ArrayDeque<>();

    static {
        var root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new Handler() {
            @Override
            public void publish(LogRecord entry) {
                keep(entry);
            }

            @Override
            public void flush() {
                // All is in the list.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        });
    }

    private static void keep(LogRecord entry) {
        synchronized (RECORDS) {
            if (RECORDS.size() == LAST_LINES) {
                RECORDS.removeFirst();
            }
            RECORDS.addLast(entry);
        }
    }

    private static List<LogRecord> take() {
        synchronized (RECORDS) {
            var taken = List.copyOf(RECORDS);
            RECORDS.clear();
            return taken;
        }
    }

    /** By then this class is loaded, and what the test class logs for itself is kept. */
    @Override
    public void beforeAll(ExtensionContext context) {
        take();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        take();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        var logged = take();
        if (context.getExecutionException().isPresent()) {
            var console = new ConsoleHandler();
            logged.forEach(console::publish);
            console.flush();
        }
    }
}
