package dev.herald.testing;

import dev.herald.concurrent.Pause;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;

/** A timer whose time comes when a test says so. Any thread may call. */
public final class FakeTimer {

    private final Queue<Runnable> pauses = new ConcurrentLinkedQueue<>();
    private final List<Runnable> clocks = new CopyOnWriteArrayList<>();
    private volatile boolean cancelled;

    /** The timer that Herald is given. */
    public ScheduledExecutorService asExecutor() {
        Object future = proxy(ScheduledFuture.class, (name, arguments) -> {
            cancelled |= name.equals("cancel");
            return true;
        });
        return proxy(ScheduledExecutorService.class, (name, arguments) -> {
            if (name.equals("schedule") || arguments[0] instanceof Pause) {
                pauses.add((Runnable) arguments[0]);
            } else if (name.equals("scheduleAtFixedRate") || name.equals("scheduleWithFixedDelay")) {
                clocks.add((Runnable) arguments[0]);
            } else {
                throw new UnsupportedOperationException(name);
            }
            return future;
        });
    }

    /** The clock ticks. */
    public void tick() {
        clocks.forEach(Runnable::run);
    }

    /** Whether there is a clock that was not stopped. */
    public boolean isTicking() {
        return !clocks.isEmpty() && !cancelled;
    }

    /** Whether a clock or a pause was stopped. */
    public boolean isCancelled() {
        return cancelled;
    }

    /** How many pauses are not over. */
    public int pauses() {
        return pauses.size();
    }

    /** All pauses so far are over; those that begin then are not. */
    public void endPausesSoFar() {
        for (var n = pauses.size(); n > 0; n--) {
            pauses.remove().run();
        }
    }

    /** All pauses so far are over, and those that begin then. */
    public void endPauses() {
        for (var next = pauses.poll(); next != null; next = pauses.poll()) {
            next.run();
        }
    }

    /** What a fake does when it is called. */
    public interface Calls {

        Object called(String method, Object[] arguments) throws Throwable;
    }

    /** An object of this interface that does with its calls what a test says. */
    public static <T> T proxy(Class<T> type, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) ->
                        calls.called(method.getName(), arguments == null ? new Object[0] : arguments)));
    }
}
