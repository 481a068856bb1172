package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;

/** Clients of two nodes that hear each other ten times a second: how long it takes while the bus between the nodes fails. */
public final class Ticks implements AutoCloseable {

    /** A second until a node looks into the log, and time to read and send, on a machine that others use. */
    private static final Duration LATEST = Duration.ofMillis(2_500);

    /** By the bus. */
    private static final Duration QUICK = Duration.ofMillis(500);

    /** Longer than the bus waits until it takes itself for deaf. */
    private static final Duration WATCH = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** What happens to the bus. */
    @FunctionalInterface
    public interface Fault {
        /** Makes it happen. */
        void happen() throws Exception;
    }

    private final Dialogue script;

    /** Begins, and waits until messages come by the bus. */
    public Ticks(TwoNodes nodes) throws IOException {
        script = new Dialogue(
                "cluster/latency.mjs", nodes.one().url(), nodes.other().url());
        script.awaitLine("READY");
        awaitQuick();
    }

    private Duration longest() throws IOException {
        return Duration.ofMillis(Long.parseLong(script.ask()));
    }

    private void awaitQuick() {
        await("messages come by the bus")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> longest().compareTo(QUICK) < 0);
    }

    /** While the bus fails, everything comes from the log, not much later; and then by the bus again. */
    public void assertDelaysOnly(Fault fault, Fault end) throws Exception {
        longest();
        fault.happen();
        try {
            // The time that the fault lasts is what is tested.
            await().pollDelay(WATCH).atMost(WATCH.plus(PATIENCE)).until(() -> true);
            assertThat(longest()).isLessThan(LATEST);
        } finally {
            end.happen();
        }
        awaitQuick();
    }

    /** Ends, and checks that nothing is lost, doubled or out of order. */
    public void pass() throws IOException, InterruptedException {
        script.pass();
    }

    @Override
    public void close() {
        script.close();
    }
}
