package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.switchboard.Operator;
import dev.herald.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The released WAR, with one bean more, on two servers that share one PostgreSQL. */
class ClusterIT {

    /** A client that lost its server waits a while before it tries again. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static PostgresServer database;
    private static Path war;
    private static PayaraProcess one;
    private static PayaraProcess other;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @BeforeAll
    static void start() throws Exception {
        database = PostgresServer.start(false);
        var url = database.createDatabase();
        war = HeraldWar.withTheBeansOf(Operator.class.getPackage(), "cluster.war");
        one = start("one", url);
        other = start("other", url);
        await("both nodes know each other").until(() -> knows("one") && knows("other"));
    }

    private static PayaraProcess start(String name, String url) throws IOException, SQLException {
        Files.deleteIfExists(log(name));
        return PayaraProcess.start(
                war,
                log(name).toFile(),
                "herald.datasource.url=" + url,
                "herald.datasource.user=" + PostgresServer.USER);
    }

    private static Path log(String name) {
        return Path.of(System.getProperty("herald.war")).resolveSibling("server/cluster-" + name + ".log");
    }

    private static boolean knows(String name) throws IOException {
        return Files.readString(log(name)).contains(" is there");
    }

    @AfterAll
    static void stop() throws IOException {
        for (var part : new AutoCloseable[] {one, other, database}) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    @Test
    void stockClientsOfBothNodesTalkToEachOther() throws Exception {
        NodeScript.pass("cluster/nodes.mjs", one.url(), other.url());
        assertThat(unexpected()).isEmpty();
    }

    @Test
    void beansReachTheClientsOfBothNodes() throws Exception {
        NodeScript.pass("cluster/calls.mjs", one.url(), other.url());
    }

    /** Each node is killed and started again in its turn, while clients and publishers go to whichever lives. */
    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling"})
    @Tag("kill")
    void nothingIsLostWhenOneNodeAfterTheOtherIsKilled(String transports) throws Exception {
        var rounds = Integer.getInteger("kill.cluster.rounds", 2);
        withACrowd(transports, said -> {
            for (var round = 0; round < rounds; round++) {
                var victim = round % 2 == 0 ? one : other;
                awaitMessages(said);
                victim.kill();
                victim.startAgain();
            }
        });
    }

    /** A node that is stopped for longer than its lease, and goes on, lets its clients go; they go on where they were. */
    @Test
    @Tag("kill")
    void nothingIsLostWhenANodeHoldsStillForLongerThanItsLease() throws Exception {
        withACrowd("websocket", said -> {
            awaitMessages(said);
            var deaths = count(Files.readAllLines(log("other")), "is dead");
            signal("STOP", one);
            try {
                await("the other node takes it for dead")
                        .atMost(PATIENCE)
                        .until(() -> count(Files.readAllLines(log("other")), "is dead") > deaths);
            } finally {
                signal("CONT", one);
            }
            await("it begins anew")
                    .atMost(PATIENCE)
                    .until(() -> Files.readString(log("one")).contains("is over, as the server held still"));
            awaitMessages(said);
        });
    }

    private static void signal(String name, PayaraProcess node) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, "" + node.pid())
                .inheritIO()
                .start()
                .waitFor();
    }

    private interface Trouble {
        void make(List<String> said) throws Exception;
    }

    /** Clients of both nodes listen, and two publish; then all that was acknowledged has to be there. */
    private void withACrowd(String transports, Trouble trouble) throws Exception {
        var script = NodeScript.start("cluster/kills.mjs", transports, one.url(), other.url());
        var said = new CopyOnWriteArrayList<String>();
        try (var lines = script.inputReader()) {
            var reader = threads.submit(() -> lines.lines().forEach(said::add));
            await("the crowd is there").atMost(PATIENCE).until(() -> said.contains("READY") || !script.isAlive());
            trouble.make(said);
            script.outputWriter().close();
            assertThat(script.waitFor(2, TimeUnit.MINUTES)).as("%s", said).isTrue();
            reader.get(10, TimeUnit.SECONDS);
        } finally {
            script.destroyForcibly();
        }
        System.out.println(String.join("\n", said));
        assertThat(said).contains("PASSED");
    }

    private static void awaitMessages(List<String> said) {
        var heard = count(said, "all heard");
        await("messages reach all").atMost(PATIENCE).until(() -> count(said, "all heard") > heard + 2);
    }

    private static long count(List<String> lines, String part) {
        return lines.stream().filter(line -> line.contains(part)).count();
    }

    private static List<String> unexpected() throws IOException {
        return Files.readAllLines(log("one")).stream()
                .filter(line -> line.contains("SEVERE")
                        || line.contains("another Herald uses this database")
                        || line.contains("of version unknown"))
                .toList();
    }
}
