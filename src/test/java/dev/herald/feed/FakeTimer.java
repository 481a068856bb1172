package dev.herald.feed;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;

/** A timer whose time comes when a test says so. */
final class FakeTimer {

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean ticking;

    ScheduledExecutorService service() {
        return proxy(ScheduledExecutorService.class, (self, method, arguments) -> {
            switch (method.getName()) {
                case "schedule" -> waiting.add((Runnable) arguments[0]);
                case "scheduleAtFixedRate" -> ticking = true;
                default -> throw new UnsupportedOperationException(method.toString());
            }
            return future();
        });
    }

    private ScheduledFuture<?> future() {
        return proxy(ScheduledFuture.class, (self, method, arguments) -> {
            ticking = false;
            return true;
        });
    }

    boolean isTicking() {
        return ticking;
    }

    /** The time has come for all that wait for it. */
    void runWaiting() {
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FakeTimer.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
