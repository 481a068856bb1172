package dev.herald.concurrent;

/** Runs several pieces of work so that one that fails keeps none of the others from being done. Any thread may call. */
public final class EachByItself {

    private EachByItself() {}

    /**
     * Runs them in their order on the calling thread.
     *
     * @throws RuntimeException what the first that failed has thrown, or an {@link Error}; what others threw is suppressed in it
     */
    public static void run(Iterable<? extends Runnable> works) {
        var failures = new Failures();
        works.forEach(failures::collect);
        failures.rethrow();
    }
}
