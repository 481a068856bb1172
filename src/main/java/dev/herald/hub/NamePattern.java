package dev.herald.hub;

import java.util.List;

/**
 * A pattern over names, in which {@code *} stands for any characters, or none, and all others for themselves. Immutable; takes time
 * in proportion to the name's length for each star.
 *
 * @param text the pattern
 */
public record NamePattern(String text) {

    /** What stands for any characters. */
    public static final char STAR = '*';

    /** Whether it fits more than one name. */
    public boolean isOpen() {
        return text.indexOf(STAR) >= 0;
    }

    /** Whether a whole name fits. */
    public boolean fits(String name) {
        if (!isOpen()) {
            return text.equals(name);
        }
        var parts = List.of(text.split("\\*", -1));
        var first = parts.get(0);
        var last = parts.get(parts.size() - 1);
        if (name.length() < first.length() + last.length() || !name.startsWith(first) || !name.endsWith(last)) {
            return false;
        }
        var at = first.length();
        for (var part : parts.subList(1, parts.size() - 1)) {
            var found = name.indexOf(part, at);
            if (found < 0) {
                return false;
            }
            at = found + part.length();
        }
        return at <= name.length() - last.length();
    }

    @Override
    public String toString() {
        return text;
    }
}
