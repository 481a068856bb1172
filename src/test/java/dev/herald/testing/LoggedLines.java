package dev.herald.testing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The latest lines of the log of one test, and what the test says about them. Any thread may call. */
final class LoggedLines {

    private final int max;

    // Guarded by this object's monitor.
    private final Deque<Line> lines = new ArrayDeque<>();
    private final List<Pattern> expected = new ArrayList<>();
    private final List<Pattern> allowed = new ArrayList<>();
    /** Those on which the test runs; none between tests. */
    private final Set<Thread> ownThreads = new HashSet<>();

    /** A line, and whether the test's own thread logged it. */
    private record Line(LogRecord entry, boolean own) {}

    /** What a line is like. */
    record Pattern(System.Logger.Level level, List<String> texts) {

        boolean fits(LogRecord entry) {
            var text = entry.getMessage() + " " + (entry.getThrown() == null ? "" : entry.getThrown());
            return entry.getLevel().equals(level == System.Logger.Level.ERROR ? Level.SEVERE : Level.WARNING)
                    && texts.stream().allMatch(text::contains);
        }
    }

    /** @param max how many lines are kept */
    LoggedLines(int max) {
        this.max = max;
    }

    /** Called by the thread that logs the line. */
    synchronized void add(LogRecord entry) {
        if (lines.size() == max) {
            lines.removeFirst();
        }
        lines.addLast(new Line(entry, ownThreads.contains(Thread.currentThread())));
    }

    synchronized List<LogRecord> all() {
        return lines.stream().map(Line::entry).toList();
    }

    synchronized void clear() {
        lines.clear();
        expected.clear();
        allowed.clear();
        ownThreads.clear();
    }

    /** Says that the test runs on the calling thread, too. */
    synchronized void own() {
        ownThreads.add(Thread.currentThread());
    }

    synchronized void expect(Pattern pattern) {
        requireTest();
        expected.add(pattern);
    }

    synchronized void allow(Pattern pattern) {
        requireTest();
        allowed.add(pattern);
    }

    private void requireTest() {
        if (ownThreads.isEmpty()) {
            throw new IllegalStateException("no test runs: say it in the test, or in what is done before each");
        }
    }

    /**
     * Ends the test, and returns in words each line that nobody expects, and each that was expected and is not there. Returns nothing
     * if no test runs.
     */
    synchronized List<String> end() {
        if (ownThreads.isEmpty()) {
            return List.of();
        }
        ownThreads.clear();
        Predicate<LogRecord> named =
                entry -> Stream.concat(expected.stream(), allowed.stream()).anyMatch(pattern -> pattern.fits(entry));
        var unexpected = lines.stream()
                .filter(Line::own)
                .map(Line::entry)
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .filter(named.negate())
                .map(entry -> "not expected: " + words(entry));
        var missing = expected.stream()
                .filter(pattern -> lines.stream().map(Line::entry).noneMatch(pattern::fits))
                .map(pattern -> "expected, and not logged: " + pattern.level() + " " + pattern.texts());
        return Stream.concat(unexpected, missing).toList();
    }

    private static String words(LogRecord entry) {
        return entry.getLevel() + " " + entry.getLoggerName() + ": " + entry.getMessage() + thrown(entry.getThrown());
    }

    private static String thrown(@Nullable Throwable thrown) {
        return thrown == null ? "" : " (" + thrown + ")";
    }
}
