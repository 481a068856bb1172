package dev.herald.nonblocking;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Notices a client that breaks off its request, if the container tells; it is called by the container's threads. */
public final class AbortListener implements AsyncListener {

    private final Consumer<@Nullable Throwable> abort;

    /** @param abort is given the cause, if there is one */
    public AbortListener(Consumer<@Nullable Throwable> abort) {
        this.abort = abort;
    }

    @Override
    public void onComplete(AsyncEvent event) {
        // Answered.
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // The container has no timeout here: the server's own clock checks what is late.
    }

    @Override
    public void onError(AsyncEvent event) {
        abort.accept(event.getThrowable());
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Started once.
    }
}
