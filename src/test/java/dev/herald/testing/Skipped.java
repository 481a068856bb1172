package dev.herald.testing;

import org.opentest4j.TestAbortedException;

/** A test that needs something which is not there. */
public final class Skipped {

    private Skipped() {}

    /**
     * What to throw: the test is skipped, which is said now and at the end of the run; or it fails, where the environment says
     * {@code CI=true}.
     */
    public static RuntimeException loudly(String why, Throwable cause) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(why, cause);
        }
        say(why);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> say(why)));
        return new TestAbortedException(why, cause);
    }

    private static void say(String why) {
        System.err.println("\n*** TESTS ARE SKIPPED: " + why + " ***\n");
    }
}
