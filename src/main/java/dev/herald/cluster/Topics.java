package dev.herald.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The topics that a node listens to, and in which of the {@value #PARTITIONS} partitions they are: a server that carries announcements is
 * asked for partitions, as each topic by itself would be too many. Any thread may call, with any lock held.
 */
final class Topics {

    /** Into how many channels of the server the topics are divided. All nodes have to agree. */
    static final int PARTITIONS = 32;

    private final Set<String> wanted = ConcurrentHashMap.newKeySet();

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final int[] counts = new int[PARTITIONS];
    /** Those that came after the last {@link #change}. */
    private final Set<String> fresh = new LinkedHashSet<>();

    private boolean changed;

    /**
     * What is to be changed in what the server is asked for.
     *
     * @param fresh topics that are heard once that is done
     */
    record Change(List<Integer> more, List<Integer> noMore, List<String> fresh) {

        private static final Change NONE = new Change(List.of(), List.of(), List.of());
    }

    /** The partition of a topic, the same on all nodes. */
    static int partition(String topic) {
        var hash = topic.hashCode();
        return (hash ^ (hash >>> 16)) & (PARTITIONS - 1);
    }

    boolean contains(String topic) {
        return wanted.contains(topic);
    }

    /** Returns false if it was there. */
    boolean add(String topic) {
        lock.lock();
        try {
            if (!wanted.add(topic)) {
                return false;
            }
            changed = true;
            counts[partition(topic)]++;
            return fresh.add(topic);
        } finally {
            lock.unlock();
        }
    }

    void remove(String topic) {
        lock.lock();
        try {
            if (wanted.remove(topic)) {
                changed = true;
                counts[partition(topic)]--;
                fresh.remove(topic);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What has to change for somebody who is asked for these partitions; they are changed as well. */
    Change change(Set<Integer> asked) {
        lock.lock();
        try {
            if (!changed) {
                return Change.NONE;
            }
            var change = difference(asked);
            asked.addAll(change.more());
            change.noMore().forEach(asked::remove);
            fresh.clear();
            changed = false;
            return change;
        } finally {
            lock.unlock();
        }
    }

    /** For somebody who is asked for nothing yet. */
    Set<Integer> begin() {
        lock.lock();
        try {
            fresh.clear();
            changed = false;
            return new HashSet<>(difference(Set.of()).more());
        } finally {
            lock.unlock();
        }
    }

    private Change difference(Set<Integer> asked) {
        var more = new ArrayList<Integer>();
        var noMore = new ArrayList<Integer>();
        for (var partition = 0; partition < PARTITIONS; partition++) {
            var isWanted = counts[partition] > 0;
            if (isWanted != asked.contains(partition)) {
                (isWanted ? more : noMore).add(partition);
            }
        }
        return new Change(more, noMore, List.copyOf(fresh));
    }

    @Override
    public String toString() {
        lock.lock();
        try {
            return wanted.size() + " topics in partitions " + Arrays.toString(counts);
        } finally {
            lock.unlock();
        }
    }
}
