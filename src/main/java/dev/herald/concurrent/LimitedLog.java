package dev.herald.concurrent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs what may happen to thousands of connections at once: one line, then none for a while; the next line says how many were
 * left out. Any thread may call, with any lock held: it does not wait.
 */
public final class LimitedLog {

    /** Between two lines, unless said otherwise. */
    public static final Duration PAUSE = Duration.ofSeconds(10);

    private final System.Logger log;
    private final long pause;
    /** When the last line was written, by {@link System#nanoTime}. */
    private final AtomicLong written;

    private final AtomicInteger leftOut = new AtomicInteger();
    private final AtomicBoolean traced = new AtomicBoolean();

    /** Writes to this log once in {@link #PAUSE}. Use two of these for two kinds of lines that must not hide each other. */
    public LimitedLog(System.Logger log) {
        this(log, PAUSE);
    }

    /** Writes to this log once in so much time. */
    public LimitedLog(System.Logger log, Duration pause) {
        this.log = log;
        this.pause = pause.toNanos();
        this.written = new AtomicLong(System.nanoTime() - this.pause);
    }

    /** Writes a sentence, unless one was written a short while ago. */
    public void log(System.Logger.Level level, String sentence) {
        log(level, sentence, null);
    }

    /** As above, with the stack trace of what was thrown. */
    public void log(System.Logger.Level level, String sentence, @Nullable Throwable thrown) {
        log(level, () -> sentence, () -> thrown);
    }

    /** As above, for a failure that comes again and again: only the first line that is written has a stack trace. */
    public void logTracedOnce(System.Logger.Level level, Supplier<String> sentence, Throwable thrown) {
        log(level, sentence, () -> traced.compareAndSet(false, true) ? thrown : null);
    }

    /** As above, with a sentence that is made only if it is written; who calls holds no lock that this takes. */
    public void log(System.Logger.Level level, Supplier<String> sentence) {
        log(level, sentence, () -> null);
    }

    private void log(System.Logger.Level level, Supplier<String> words, Supplier<@Nullable Throwable> thrown) {
        var now = System.nanoTime();
        var last = written.get();
        if (now - last < pause || !written.compareAndSet(last, now)) {
            leftOut.incrementAndGet();
            return;
        }
        var others = leftOut.getAndSet(0);
        var sentence = words.get();
        log.log(
                level,
                others == 0 ? sentence : sentence + " (and " + others + " more times since the last such line)",
                thrown.get());
    }
}
