package dev.herald.engine;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;

/** A timer whose time comes when a test says so. */
public final class FakeTimer {

    /** What is to be done later, once. */
    final Queue<Runnable> pauses = new ConcurrentLinkedQueue<>();

    private final List<Runnable> clocks = new ArrayList<>();
    boolean cancelled;

    /** The timer that Herald is given. */
    public ScheduledExecutorService asExecutor() {
        Object future = proxy(ScheduledFuture.class, (name, arguments) -> {
            cancelled |= name.equals("cancel");
            return true;
        });
        return proxy(ScheduledExecutorService.class, (name, arguments) -> {
            if (name.equals("schedule")) {
                pauses.add((Runnable) arguments[0]);
            } else if (name.equals("scheduleAtFixedRate")) {
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

    /** Whether a clock was stopped. */
    public boolean isCancelled() {
        return cancelled;
    }

    /** All pauses so far are over. */
    public void endPauses() {
        for (var next = pauses.poll(); next != null; next = pauses.poll()) {
            next.run();
        }
    }

    /** What a fake does when it is called. */
    interface Calls {

        Object called(String method, Object[] arguments) throws Throwable;
    }

    static <T> T proxy(Class<T> type, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) ->
                        calls.called(method.getName(), arguments == null ? new Object[0] : arguments)));
    }
}
