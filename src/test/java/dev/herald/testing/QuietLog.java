package dev.herald.testing;

import java.lang.reflect.Method;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Keeps what is logged during a unit test off the console, and prints it when the test fails. Registered for all unit tests by the
 * build.
 *
 * <p>A line at WARNING or above that the test logs on its own thread, and that no {@link #expect} and no {@link #allow} names, fails
 * the test. Lines of other threads are kept, can be expected, are printed when the test fails, and never fail anything, so it does not
 * matter when they come.
 *
 * <p>Called by the thread of the tests and by all threads that log.
 */
public final class QuietLog
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, InvocationInterceptor {

    private static final int LAST_LINES = 10_000;

    private static final LoggedLines LINES = new LoggedLines(LAST_LINES);

    /** Integration tests have their log in a file: this is never made there. */
    private static volatile boolean isOn;

    /** For JUnit. */
    public QuietLog() {
        begin();
    }

    private static synchronized void begin() {
        if (isOn) {
            return;
        }
        isOn = true;
        var root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new Handler() {
            @Override
            public void publish(LogRecord entry) {
                LINES.add(entry);
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

    /**
     * Says that the test logs such a line, once or more often, before or after this call. That is looked at when the test is over, and
     * waits for nothing: a line of another thread is there by then only if the test has waited for what follows it. Does nothing in
     * an integration test.
     *
     * @param level WARNING or ERROR
     * @param texts all of them are in the line, or in the message of the exception that is logged with it
     */
    public static void expect(System.Logger.Level level, String... texts) {
        if (isOn) {
            LINES.expect(new LoggedLines.Pattern(level, List.of(texts)));
        }
    }

    /** Allows lines that the test may cause or not, as threads happen to meet. The rest is as with {@link #expect}. */
    public static void allow(System.Logger.Level level, String... texts) {
        if (isOn) {
            LINES.allow(new LoggedLines.Pattern(level, List.of(texts)));
        }
    }

    /** By then this class is loaded, and what the test class logs for itself is kept. */
    @Override
    public void beforeAll(ExtensionContext context) {
        LINES.clear();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        LINES.clear();
        LINES.own();
    }

    /** A test with a timeout may run on another thread than what is done before it. */
    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        LINES.own();
        test.proceed();
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        LINES.own();
        test.proceed();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        var complaints = LINES.end();
        var failed = context.getExecutionException().isPresent();
        if (failed || !complaints.isEmpty()) {
            print();
        }
        if (!failed && !complaints.isEmpty()) {
            throw new AssertionError("the log of the test:\n" + String.join("\n", complaints));
        }
    }

    /** What a class logs for itself belongs to none of its tests. */
    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            print();
        }
    }

    private static void print() {
        var console = new ConsoleHandler();
        LINES.all().forEach(console::publish);
        console.flush();
    }
}
