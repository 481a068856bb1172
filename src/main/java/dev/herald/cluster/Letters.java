package dev.herald.cluster;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Texts that may be longer than the bus carries: they go in parts, and are put together again here, in whatever order the parts come.
 * Any thread may call, with any lock held.
 *
 * <p>What is incomplete after {@link #PATIENCE} is forgotten, and so is the oldest when there are too many.
 */
final class Letters {

    /** The longest letter, in characters. */
    static final int LONGEST = 1_000_000;

    /** How many letters may be incomplete. */
    static final int INCOMPLETE = 1_000;

    /** How many characters these may have together. */
    static final int INCOMPLETE_LENGTH = 16 * 1024 * 1024;

    /** How long the parts of a letter may take. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(Letters.class.getName());

    /** More than the line before a part has, in bytes. */
    private static final int HEAD = 100;

    private final LimitedLog forgotten = new LimitedLog(LOG);

    // Guarded by this object's monitor.
    /** By what the parts have in common, the oldest first. */
    private final Map<String, Parts> incomplete = new LinkedHashMap<>();

    private int length;

    /**
     * What one node writes.
     *
     * @param from who writes, without blanks
     * @param id which letter, without blanks
     */
    record Letter(String from, String id, String text) {

        /** Its parts, each of at most so many bytes in UTF-8. */
        List<String> parts(int maxBytes) {
            var texts = split(text, maxBytes - HEAD);
            var parts = new ArrayList<String>();
            for (var text : texts) {
                parts.add(from + " " + id + " " + parts.size() + " " + texts.size() + "\n" + text);
            }
            return parts;
        }
    }

    private static final class Parts {

        final String[] parts;
        final long since;
        int missing;
        int length;

        Parts(int count, long since) {
            this.parts = new String[count];
            this.missing = count;
            this.since = since;
        }
    }

    /** No part begins or ends within a character, as the bus carries whole ones. */
    private static List<String> split(String text, int maxBytes) {
        var parts = new ArrayList<String>();
        var begin = 0;
        var bytes = 0;
        for (var at = 0; at < text.length(); ) {
            var character = text.codePointAt(at);
            var more = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
            if (bytes + more > maxBytes) {
                parts.add(text.substring(begin, at));
                begin = at;
                bytes = 0;
            }
            bytes += more;
            at += Character.charCount(character);
        }
        parts.add(text.substring(begin));
        return parts;
    }

    /**
     * Takes a part.
     *
     * @param now by {@link System#nanoTime}
     * @return the letter, if this was its last part
     * @throws RuntimeException when it is no part of a letter
     */
    synchronized Optional<Letter> take(String part, long now) {
        var end = part.indexOf('\n');
        var head = part.substring(0, end).split(" ", 4);
        var index = Integer.parseInt(head[2]);
        var count = Integer.parseInt(head[3]);
        if (count < 1 || count > LONGEST || index < 0 || index >= count) {
            throw new IllegalArgumentException("there is no such part");
        }
        var text = part.substring(end + 1);
        if (count == 1) {
            return Optional.of(new Letter(head[0], head[1], text));
        }
        var key = head[0] + " " + head[1];
        var parts = incomplete.computeIfAbsent(key, k -> new Parts(count, now));
        if (parts.parts.length == count && parts.parts[index] == null) {
            parts.parts[index] = text;
            parts.missing--;
            parts.length += text.length();
            length += text.length();
        }
        if (parts.missing > 0) {
            forgetTheOldest(now);
            return Optional.empty();
        }
        forget(key);
        return Optional.of(new Letter(head[0], head[1], String.join("", Arrays.asList(parts.parts))));
    }

    /** Forgets what is incomplete for too long, or too much. */
    synchronized void forgetTheOldest(long now) {
        var late = new HashMap<String, Parts>();
        var count = incomplete.size();
        var left = length;
        for (var entry : incomplete.entrySet()) {
            var parts = entry.getValue();
            if (now - parts.since < PATIENCE.toNanos() && count <= INCOMPLETE && left <= INCOMPLETE_LENGTH) {
                break;
            }
            late.put(entry.getKey(), parts);
            count--;
            left -= parts.length;
        }
        late.keySet().forEach(this::forget);
        if (!late.isEmpty()) {
            forgotten.log(
                    WARNING,
                    () -> "a call between nodes, or its answer, is incomplete and is forgotten (" + late.size()
                            + "); who has called is told that there is no answer");
        }
    }

    private void forget(String key) {
        length -= Objects.requireNonNull(incomplete.remove(key), "only what is there is forgotten").length;
    }
}
