package dev.herald.cluster;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a node is told of itself and of others, a line for each call. Any thread may call. */
final class NodesDiary implements Nodes.Listener {

    private final List<String> lines = new ArrayList<>();

    private volatile boolean heldStillLast;

    @Override
    public void alive(String me) {
        write("alive " + me);
    }

    @Override
    public void joined(Nodes.Node node) {
        write("joined " + node.id());
    }

    @Override
    public void left(Nodes.Node node, boolean orderly) {
        write((orderly ? "left " : "died ") + node.id());
    }

    @Override
    public void over(String me, boolean heldStill) {
        heldStillLast = heldStill;
        write("over " + me);
    }

    boolean heldStillLast() {
        return heldStillLast;
    }

    private synchronized void write(String line) {
        lines.add(line);
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    void awaitLine(String line) {
        await(line).atMost(Duration.ofSeconds(30)).until(() -> lines().contains(line));
    }
}
