package dev.herald.kill;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.time.Duration;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.JavaArchive;

/**
 * Lets the log's commits stand still in a server that has {@link StoppingDriver}, and kills it there. For one thread.
 *
 * @param orders the directory that the server was told
 */
record CommitStop(Path orders) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What the server's WAR needs. */
    static JavaArchive driver() {
        return ShrinkWrap.create(JavaArchive.class, "stopping-driver.jar")
                .addClass(StoppingDriver.class)
                .addAsServiceProvider(Driver.class, StoppingDriver.class);
    }

    /**
     * Kills the server when its next commit of messages stands still.
     *
     * @param order {@link StoppingDriver#BEFORE} or {@link StoppingDriver#AFTER}
     */
    void killAt(String order, Runnable kill) throws IOException {
        var reached = orders.resolve(StoppingDriver.REACHED);
        Files.createFile(orders.resolve(order));
        await(order).atMost(PATIENCE).until(() -> Files.exists(reached));
        kill.run();
        Files.delete(orders.resolve(order));
        Files.delete(reached);
    }
}
