package dev.herald.measure;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** How often things happened, by a word of Herald's own, of which there are few. Any thread may count, with any lock held. */
public final class Tally {

    private final ConcurrentMap<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** Counts one more. */
    public void count(String word) {
        counts.computeIfAbsent(word, any -> new LongAdder()).increment();
    }

    /** The counts so far, in the order of the words. */
    public Map<String, Long> now() {
        var all = new TreeMap<String, Long>();
        counts.forEach((word, count) -> all.put(word, count.sum()));
        return all;
    }
}
