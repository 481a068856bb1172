package dev.herald.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class logs at ERROR and at WARNING while this is open; its log goes nowhere else meanwhile. Thread-safe. */
public final class ErrorLog extends Handler implements AutoCloseable {

    private final Logger logger;
    private final List<String> lines = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private int stackTraces;

    /** Listens to this class until it is closed. */
    public ErrorLog(Class<?> source) {
        this(source.getName());
    }

    /** Listens to the class of this name, or to the package, until it is closed. */
    public ErrorLog(String source) {
        logger = Logger.getLogger(source);
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    /** What was logged at ERROR until now, without stack traces. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** What was logged at WARNING until now, without stack traces. */
    public synchronized List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** How many of these lines had a stack trace. */
    public synchronized int stackTraces() {
        return stackTraces;
    }

    @Override
    public synchronized void publish(LogRecord entry) {
        if (entry.getLevel().intValue() >= Level.WARNING.intValue() && entry.getThrown() != null) {
            stackTraces++;
        }
        if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
            lines.add(entry.getMessage());
        } else if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
            warnings.add(entry.getMessage());
        }
    }

    @Override
    public void flush() {
        // All is in the list.
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
