package dev.herald.cluster;

import dev.herald.hub.NodeAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A call that waits for the answers of other nodes. Any thread may call, with no lock held that its outcome's followers take; the
 * outcome is completed outside this object's monitor.
 */
final class WaitingCall {

    private final CompletableFuture<List<NodeAnswer>> outcome = new CompletableFuture<>();
    private final Predicate<List<String>> isEnough;
    private final Duration patience;
    private final long since;

    // Guarded by this object's monitor.
    private final Set<String> silent;
    private final Set<String> known = new HashSet<>();
    private final List<NodeAnswer> answers = new ArrayList<>();

    /** @param since by {@link System#nanoTime} */
    WaitingCall(Set<String> asked, Predicate<List<String>> isEnough, Duration patience, long since) {
        this.silent = new HashSet<>(asked);
        this.isEnough = isEnough;
        this.patience = patience;
        this.since = since;
    }

    /** Completes with one answer for each node that was asked, or fewer when one of them is enough. */
    CompletableFuture<List<NodeAnswer>> outcome() {
        return outcome;
    }

    /** The first answer of a node counts. One that has just come to live may answer, too. */
    void answered(NodeAnswer answer) {
        boolean isOver;
        List<NodeAnswer> all;
        synchronized (this) {
            if (!known.add(answer.node())) {
                return;
            }
            silent.remove(answer.node());
            answers.add(answer);
            isOver = silent.isEmpty() || (answer.failure() == null && isEnough.test(answer.answer()));
            all = List.copyOf(answers);
        }
        if (isOver) {
            outcome.complete(all);
        }
    }

    /** A node will not answer; nothing if it was not asked, or has answered. */
    void none(String node, String why) {
        synchronized (this) {
            if (!silent.contains(node)) {
                return;
            }
        }
        answered(NodeAnswer.none(node, why));
    }

    /** Waits no more when the time is over. */
    void tick(long now) {
        if (now - since >= nanos(patience)) {
            Set<String> late;
            synchronized (this) {
                late = Set.copyOf(silent);
            }
            late.forEach(
                    node -> none(node, "the node " + node + " did not answer within " + patience.toMillis() + " ms"));
        }
    }

    private static long nanos(Duration patience) {
        return patience.compareTo(Duration.ofDays(36_500)) < 0 ? patience.toNanos() : Long.MAX_VALUE;
    }
}
