package dev.herald.concurrent;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes sure, without a lock, that only one thread at a time does a piece of work. Any thread may call {@link #run}, holding no
 * lock that the work takes; no thread ever waits here.
 */
public final class SerialLoop {

    /** How many calls the running thread has not served yet; 0 when no thread runs. */
    private final AtomicInteger calls = new AtomicInteger();

    /**
     * Runs the work on the calling thread. If another thread is running it, or this one is within it, it is run once more when
     * that run is over, and this call returns at once: so the work always runs once after the latest call has begun.
     *
     * <p>What the work throws reaches the thread that ran it, and only after the calls that came meanwhile were served: the loop
     * is never left as if somebody still ran.
     */
    public void run(Runnable work) {
        if (calls.getAndIncrement() > 0) {
            return;
        }
        var failures = new Failures();
        int served;
        do {
            served = calls.get();
            failures.collect(work);
        } while (calls.addAndGet(-served) > 0);
        failures.rethrow();
    }
}
