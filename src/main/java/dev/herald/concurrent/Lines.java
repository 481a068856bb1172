package dev.herald.concurrent;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What waits in an {@link OrderedDispatcher}: a line for each key, and the order in which the lines have become ready. Not
 * thread-safe: the dispatcher calls it under its lock.
 *
 * @param <K> the key
 * @param <T> the things
 */
final class Lines<K, T> {

    private final Map<K, Line<K, T>> lines = new HashMap<>();
    private final Queue<Line<K, T>> ready = new ArrayDeque<>();
    private int size;

    /** The things of one key that wait, in their order. */
    static final class Line<K, T> {

        final K key;
        private final Queue<T> things = new ArrayDeque<>(2);
        /** Since when nobody is at it, although something waits. */
        private long readySince;

        private Line(K key) {
            this.key = key;
        }

        long readySince() {
            return readySince;
        }

        boolean isEmpty() {
            return things.isEmpty();
        }

        T take() {
            return things.remove();
        }
    }

    /** How many things wait or are handled. */
    int size() {
        return size;
    }

    /** Whether something of this key waits or is handled. */
    boolean has(K key) {
        return lines.containsKey(key);
    }

    /** Adds a thing behind the others of its key; if it is the only one, its line is ready. */
    void add(K key, T thing) {
        var line = lines.get(key);
        if (line == null) {
            line = begin(key);
            makeReady(line);
        }
        size++;
        line.things.add(thing);
    }

    /** Begins a line with a thing, for a caller who is at it at once. */
    Line<K, T> begin(K key, T thing) {
        var line = begin(key);
        size++;
        line.things.add(thing);
        return line;
    }

    private Line<K, T> begin(K key) {
        var line = new Line<K, T>(key);
        lines.put(key, line);
        return line;
    }

    /** A thing of the line is handled. What waits behind it makes the line ready, unless whoever handled it stays at the line. */
    void finished(Line<K, T> line, boolean stays) {
        size--;
        if (line.isEmpty()) {
            lines.remove(line.key);
        } else if (!stays) {
            makeReady(line);
        }
    }

    private void makeReady(Line<K, T> line) {
        line.readySince = System.nanoTime();
        ready.add(line);
    }

    /** How many lines are ready. */
    int ready() {
        return ready.size();
    }

    /** The line that has been ready for longest; it stays so. */
    @Nullable
    Line<K, T> peek() {
        return ready.peek();
    }

    /** Takes the line that has been ready for longest. */
    @Nullable
    Line<K, T> poll() {
        return ready.poll();
    }
}
