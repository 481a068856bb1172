package dev.herald.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;

/** What reading costs in memory. */
public final class Allocation {

    /** In bytes: for what does not grow with the input. */
    private static final long ALLOWANCE = 100_000;

    /** What happens once, such as the loading of a class, costs only the first. */
    private static final int ATTEMPTS = 3;

    private Allocation() {}

    /**
     * Fails when an action makes objects of many more bytes than what it reads has, whether it keeps them or not.
     *
     * @param action the same each time: it is done again when it was over the bound
     */
    public static void isInProportion(int inputLength, int factor, Runnable action) {
        var bound = ALLOWANCE + (long) factor * inputLength;
        var allocated = Long.MAX_VALUE;
        for (var n = 0; n < ATTEMPTS && allocated > bound; n++) {
            allocated = allocated(action);
        }
        assertThat(allocated).as("bytes for an input of " + inputLength).isLessThanOrEqualTo(bound);
    }

    private static long allocated(Runnable action) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var before = threads.getCurrentThreadAllocatedBytes();
        action.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
