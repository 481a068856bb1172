package dev.herald.kill;

import dev.herald.it.Dialogue;
import dev.herald.it.PayaraProcess;
import dev.herald.it.TwoNodes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Two nodes with one PostgreSQL, of which one is killed while the other one works on. Each connection of a client goes to the next node
 * that lives, and so do the requests of a polling client. {@code -Dkill.nodes.rounds} says how often.
 */
class NodesKillIT extends KillRounds {

    private TwoNodes nodes;
    private Dialogue balancer;
    private int port;

    @Override
    void start() throws Exception {
        nodes = TwoNodes.start(
                "kill-nodes",
                Path.of(System.getProperty("herald.war")),
                "herald.board=false",
                "herald.recovery.max-messages=1000000");
        balancer = new Dialogue(
                "cluster/front.mjs", nodes.one().url(), nodes.other().url());
        balancer.awaitLine("READY");
        port = balancer.said().stream()
                .filter(line -> line.startsWith("AT "))
                .map(line -> URI.create(line.substring(3)).getPort())
                .findFirst()
                .orElseThrow();
    }

    @Override
    void stop() throws IOException {
        try (var servers = nodes;
                var front = balancer) {
            // Each is closed, whatever the other does.
        }
    }

    @Override
    int rounds() {
        return Integer.getInteger("kill.nodes.rounds", 2);
    }

    /** To stop in the middle of a commit, the database would have to be of one node alone. */
    @Override
    List<Moment> moments() {
        return List.of(Moment.ANY, Moment.ACK, Moment.PUSH);
    }

    @Override
    int port() {
        return port;
    }

    @Override
    PayaraProcess victim(Random by) {
        return by.nextBoolean() ? nodes.one() : nodes.other();
    }

    /** So that the node that lives leaves time for the other one to start. */
    @Override
    long pause() {
        return 25;
    }

    @Override
    boolean isOnlyOne() {
        return false;
    }
}
