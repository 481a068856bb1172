package dev.herald.cluster;

import dev.herald.random.RandomIds;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What both halves of a bus use.
 *
 * @param cluster what the channels of all its nodes begin with: 1 to 40 of {@code A-Z a-z 0-9 _ -}
 * @param me this node's name in it: {@value Parcel#SENDER} of these characters
 * @param executor lends two threads that may wait, one of them until the end
 * @param timer may have a single thread: what it runs does not wait
 */
record BusLine(
        Carrier carrier, String cluster, String me, BusPace pace, Executor executor, ScheduledExecutorService timer) {

    BusLine {
        if (!cluster.matches("[A-Za-z0-9_-]{1,40}")) {
            throw new IllegalArgumentException(
                    "the name of a cluster is 1 to 40 of A-Z a-z 0-9 _ -, not \"" + cluster + "\"");
        }
    }

    /** Of a node with a new name. */
    BusLine(Carrier carrier, String cluster, BusPace pace, Executor executor, ScheduledExecutorService timer) {
        this(carrier, cluster, RandomIds.ofBytes(Parcel.SENDER / 4 * 3), pace, executor, timer);
    }

    /** The channel of a partition, the same for all nodes. */
    String channel(int partition) {
        return cluster + (partition < 10 ? "_0" : "_") + partition;
    }

    /** The channel on which only this node speaks and listens. */
    String ownChannel() {
        return cluster + "_" + me;
    }

    Errand errand(Runnable work) {
        return new Errand(executor, timer, work);
    }
}
