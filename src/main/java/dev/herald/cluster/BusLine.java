package dev.herald.cluster;

import dev.herald.random.RandomIds;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * What both halves of a bus use.
 *
 * @param cluster what the channels of all its nodes begin with; empty as long as it is not known
 * @param me this node's name in it: {@value Parcel#SENDER} of these characters
 * @param executor lends two threads that may wait, one of them until the end
 * @param timer may have a single thread: what it runs does not wait
 */
record BusLine(
        Carrier carrier,
        Supplier<Optional<ClusterName>> cluster,
        String me,
        BusPace pace,
        Executor executor,
        ScheduledExecutorService timer) {

    /** Of a node with a new name. */
    BusLine(
            Carrier carrier,
            Supplier<Optional<ClusterName>> cluster,
            BusPace pace,
            Executor executor,
            ScheduledExecutorService timer) {
        this(carrier, cluster, RandomIds.ofBytes(Parcel.SENDER / 4 * 3), pace, executor, timer);
    }

    /** Whether the cluster's name is known. Nothing is told or heard before. */
    boolean isNamed() {
        return cluster.get().isPresent();
    }

    private ClusterName name() {
        return cluster.get().orElseThrow(() -> new IllegalStateException("the cluster has no name yet"));
    }

    /** The channel of a partition, the same for all nodes. */
    String channel(int partition) {
        return name() + (partition < 10 ? "_0" : "_") + partition;
    }

    /** The channel on which only this node speaks and listens. */
    String ownChannel() {
        return name() + "_" + me;
    }

    Errand errand(Runnable work) {
        return new Errand(executor, timer, work);
    }
}
