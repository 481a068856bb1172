package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Stages as beans get them: what a bean does when one completes may wait for whatever it likes, as it is not done on the thread that
 * writes the log, for which everyone else waits.
 */
final class ForBeans {

    private static final System.Logger LOG = System.getLogger(ForBeans.class.getName());

    private ForBeans() {}

    /** The same outcome, on a thread of the executor; without one to spare, on the thread that completes the stage. */
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
