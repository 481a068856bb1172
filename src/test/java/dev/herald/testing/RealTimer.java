package dev.herald.testing;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A timer with the real time, for tests in which others wait for what it runs. It ends with the JVM. */
public final class RealTimer {

    /** With a single thread. */
    public static final ScheduledExecutorService SHARED = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "test timer");
        thread.setDaemon(true);
        return thread;
    });

    private RealTimer() {}
}
