package dev.herald.testing;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A timer of a container that can be suspended, as WildFly can: it takes work meanwhile, and drops it when its time comes. Any thread may call. */
public final class SuspendedTimer {

    private final ScheduledExecutorService timer;
    private final AtomicInteger dropped = new AtomicInteger();
    private volatile boolean suspended;

    /** Has the time from another timer. */
    public SuspendedTimer(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** The timer that Herald is given. */
    public ScheduledExecutorService asExecutor() {
        return FakeTimer.proxy(ScheduledExecutorService.class, (name, arguments) -> switch (name) {
            case "schedule" ->
                timer.schedule(unlessSuspended(arguments[0]), (long) arguments[1], (TimeUnit) arguments[2]);
            case "scheduleWithFixedDelay" -> fixed(arguments);
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private ScheduledFuture<?> fixed(Object[] arguments) {
        return timer.scheduleWithFixedDelay(
                unlessSuspended(arguments[0]), (long) arguments[1], (long) arguments[2], (TimeUnit) arguments[3]);
    }

    private Runnable unlessSuspended(Object work) {
        return () -> {
            if (suspended) {
                dropped.incrementAndGet();
            } else {
                ((Runnable) work).run();
            }
        };
    }

    /** From now on nothing is done. */
    public void suspend() {
        suspended = true;
    }

    /** What comes from now on is done. */
    public void resume() {
        suspended = false;
    }

    /** Whether nothing is done now. */
    public boolean isSuspended() {
        return suspended;
    }

    /** How often something was not done. */
    public int dropped() {
        return dropped.get();
    }
}
