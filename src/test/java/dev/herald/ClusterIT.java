package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.Dialogue;
import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.ServerProcess;
import dev.herald.it.Ticks;
import dev.herald.it.TwoNodes;
import dev.herald.it.switchboard.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The released WAR, with one bean more, on two servers that share one PostgreSQL. */
class ClusterIT {

    /** A client that lost its server waits a while before it tries again. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** How long a node holds still that is stopped; its lease is over after 10 s. */
    private static final Duration STILL = Duration.ofSeconds(30);

    private static TwoNodes nodes;

    private static final String END_OF_LISTEN =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";

    private static final long SEED = Long.getLong("kill.seed", System.nanoTime() % 1_000_000);

    @BeforeAll
    static void start() throws Exception {
        nodes = TwoNodes.start("cluster", HeraldWar.withTheBeansOf(Operator.class.getPackage(), "cluster.war"));
    }

    @AfterAll
    static void stop() throws IOException {
        if (nodes != null) {
            nodes.close();
        }
    }

    @Test
    void stockClientsOfBothNodesTalkToEachOther() throws Exception {
        NodeScript.pass("cluster/nodes.mjs", nodes.one().url(), nodes.other().url());
        assertThat(unexpected()).isEmpty();
    }

    @Test
    void beansReachTheClientsOfBothNodes() throws Exception {
        NodeScript.pass("cluster/calls.mjs", nodes.one().url(), nodes.other().url());
    }

    /** The node that is killed is the one that announces, as it lives longest. */
    @Test
    void whoIsThereIsTheSameOnBothNodesAndIsToldOnce() throws Exception {
        nodes.other().restart();
        try (var script = talkTo("cluster/people.mjs")) {
            script.awaitLine("KILL");
            nodes.one().kill();
            script.tell("killed");
            script.awaitPass();
        } finally {
            nodes.one().kill();
            nodes.one().startAgain();
        }
    }

    /** The first node is the one that does what is done once for all, as it lives longest. */
    @Test
    void whatIsPublishedIsObservedOnceForBothNodes() throws Exception {
        nodes.other().restart();
        try (var script = talkTo("cluster/once.mjs")) {
            script.awaitLine("KILL");
            nodes.one().kill();
            script.tell("killed");
            script.awaitPass();
        } finally {
            nodes.one().kill();
            nodes.one().startAgain();
        }
    }

    @Test
    void aBusThatIsCutOrSilentCostsDelayOnlyAndHealsByItself() throws Exception {
        try (var ticks = new Ticks(nodes)) {
            ticks.assertDelaysOnly(() -> nodes.database().execute(END_OF_LISTEN), () -> {});
            ticks.assertDelaysOnly(nodes.bus()::die, nodes.bus()::revive);
            ticks.pass();
        }
    }

    /** What an administrator does for an update: one node after the other goes down in order, and comes back. */
    @Test
    void nothingIsLostWhenOneNodeAfterTheOtherIsRestarted() throws Exception {
        withACrowd("steady", "websocket,polling", crowd -> {
            for (var node : nodes.both()) {
                awaitMessages(crowd);
                node.restart();
            }
        });
    }

    /** The network fails every five seconds, and a node is killed and started again as soon as messages come, while others publish. */
    @Test
    @Tag("kill")
    void nothingIsLostWhenTheNetworkIsCutAndNodesAreKilled() throws Exception {
        var random = new Random(SEED);
        System.out.println("seed " + SEED);
        var rounds = Integer.getInteger("kill.cluster.rounds", 2);
        withACrowd("cut", "websocket,polling", crowd -> {
            for (var round = 0; round < rounds; round++) {
                var victim = nodes.both().get(random.nextInt(2));
                awaitMessages(crowd);
                victim.kill();
                victim.startAgain();
            }
        });
    }

    /** A node that is stopped for longer than its lease, and goes on, lets its clients go; they go on where they were. */
    @Test
    @Tag("kill")
    void nothingIsLostWhenANodeHoldsStillForLongerThanItsLease() throws Exception {
        withACrowd("steady", "websocket,polling", crowd -> {
            awaitMessages(crowd);
            var deaths = count(Files.readAllLines(nodes.log("other")), "is dead");
            signal("STOP", nodes.one());
            var end = Instant.now().plus(STILL);
            try {
                await("the other node takes it for dead, and it holds still for longer")
                        .atMost(PATIENCE)
                        .until(() -> Instant.now().isAfter(end)
                                && count(Files.readAllLines(nodes.log("other")), "is dead") > deaths);
            } finally {
                signal("CONT", nodes.one());
            }
            await("it begins anew")
                    .atMost(PATIENCE)
                    .until(() -> Files.readString(nodes.log("one")).contains("is over, as the server held still"));
            awaitMessages(crowd);
        });
    }

    private static void signal(String name, PayaraProcess node) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, "" + node.pid())
                .inheritIO()
                .start()
                .waitFor();
    }

    private interface Trouble {
        void make(Dialogue crowd) throws Exception;
    }

    /** Clients of both nodes listen, and two publish; then all that was acknowledged has to be there. */
    private static void withACrowd(String network, String transports, Trouble trouble) throws Exception {
        try (var crowd = talkTo("cluster/kills.mjs", network, transports)) {
            crowd.awaitLine("READY");
            trouble.make(crowd);
            crowd.pass();
        }
    }

    /** A script that is told where both nodes are. */
    private static Dialogue talkTo(String... script) throws IOException {
        var urls = nodes.both().stream().map(ServerProcess::url);
        return new Dialogue(Stream.concat(Stream.of(script), urls).toArray(String[]::new));
    }

    private static void awaitMessages(Dialogue crowd) {
        var heard = crowd.count("all heard");
        await("messages reach all").atMost(PATIENCE).until(() -> crowd.count("all heard") > heard + 2);
    }

    private static long count(List<String> lines, String part) {
        return lines.stream().filter(line -> line.contains(part)).count();
    }

    private static List<String> unexpected() throws IOException {
        return Files.readAllLines(nodes.log("one")).stream()
                .filter(line -> line.contains("SEVERE")
                        || line.contains("another Herald uses this database")
                        || line.contains("of version unknown"))
                .toList();
    }
}
