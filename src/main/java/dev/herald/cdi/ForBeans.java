package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Stages that are completed on the container's threads. The thread that writes the log completes the hub's own stages; there a bean
 * that waited for something would make all publishers wait.
 */
final class ForBeans {

    private static final System.Logger LOG = System.getLogger(ForBeans.class.getName());

    private ForBeans() {}

    /**
     * A stage with the same outcome that completes on a thread of the executor, or, if that refuses, on the thread that
     * completes the original.
     */
    static <T> CompletionStage<T> stage(CompletionStage<T> stage, Executor executor) {
        var given = new CompletableFuture<T>();
        stage.whenComplete((value, failure) -> {
            Runnable completion = () -> {
                if (failure == null) {
                    given.complete(value);
                } else {
                    given.completeExceptionally(failure);
                }
            };
            try {
                executor.execute(completion);
            } catch (RejectedExecutionException e) {
                LOG.log(DEBUG, "no thread is free to tell a bean what became of its message", e);
                completion.run();
            }
        });
        return given;
    }
}
