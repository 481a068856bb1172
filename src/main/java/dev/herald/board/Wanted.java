package dev.herald.board;

import dev.herald.api.EventException;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What somebody searches for: words that a text must contain, all of them, in any order, also as parts of words. So languages are found
 * that write no spaces. Upper and lower case are the same, and so are the ways in which Unicode writes a character. No character is special.
 */
final class Wanted {

    /** The longest text to search for, in UTF-16 units. */
    static final int MAX_TEXT = 200;

    /** The most words. */
    static final int MAX_WORDS = 10;

    /** The most places that are marked in one snippet. */
    private static final int MAX_MARKS = 20;

    /** How much of a text is shown before its first mark, and in all, in UTF-16 units. */
    private static final int BEFORE = 60;

    private static final int SHOWN = 240;

    private final List<String> words;

    private Wanted(List<String> words) {
        this.words = words;
    }

    /**
     * Reads what a client gave.
     *
     * @throws EventException with {@code text-invalid} when it is empty, too long, or of too many words
     */
    static Wanted of(@Nullable String text) {
        if (text != null && text.length() <= MAX_TEXT) {
            var words = Stream.of(Text.folded(text).split("[\\s\\p{Z}]+"))
                    .filter(word -> !word.isEmpty())
                    .distinct()
                    .toList();
            if (!words.isEmpty() && words.size() <= MAX_WORDS) {
                return new Wanted(words);
            }
        }
        throw new EventException(
                "text-invalid",
                "search for 1 to " + MAX_WORDS + " words of at most " + MAX_TEXT + " characters together");
    }

    /**
     * A place in a snippet.
     *
     * @param from its first UTF-16 unit, as scripts count
     * @param to the unit after its last
     */
    record Mark(int from, int to) {}

    /**
     * The part of a text around the first place that was found.
     *
     * @param text with … where something was left out
     * @param marks what was found, in order; they do not overlap
     */
    record Snippet(String text, List<Mark> marks) {}

    /** Where a text contains all words; empty when it does not. */
    Optional<Snippet> in(String text) {
        var folded = Text.folded(text);
        return words.stream().allMatch(folded::contains) ? Optional.of(cut(text, marks(text))) : Optional.empty();
    }

    /** What is seen as one character is folded together, and is marked as a whole. */
    private List<Mark> marks(String text) {
        var folded = new StringBuilder();
        var starts = new ArrayList<Integer>();
        var ends = new ArrayList<Integer>();
        var characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        characters.setText(text);
        var start = characters.first();
        for (var end = characters.next(); end != BreakIterator.DONE; end = characters.next()) {
            folded.append(Text.folded(text.substring(start, end)));
            while (starts.size() < folded.length()) {
                starts.add(start);
                ends.add(end);
            }
            start = end;
        }
        var found = new ArrayList<Mark>();
        for (var word : words) {
            var at = folded.indexOf(word);
            for (var n = 0; at >= 0 && n < MAX_MARKS; n++) {
                found.add(new Mark(starts.get(at), ends.get(at + word.length() - 1)));
                at = folded.indexOf(word, at + word.length());
            }
        }
        return joined(found);
    }

    private static List<Mark> joined(List<Mark> found) {
        found.sort((one, other) -> Integer.compare(one.from(), other.from()));
        var joined = new ArrayList<Mark>();
        for (var mark : found) {
            var last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last != null && mark.from() <= last.to()) {
                joined.set(joined.size() - 1, new Mark(last.from(), Math.max(last.to(), mark.to())));
            } else if (joined.size() < MAX_MARKS) {
                joined.add(mark);
            }
        }
        return joined;
    }

    private static Snippet cut(String text, List<Mark> marks) {
        var first = marks.isEmpty() ? 0 : marks.get(0).from();
        var from = edge(text, Math.max(0, first - BEFORE));
        var to = edge(text, Math.min(text.length(), from + SHOWN));
        var start = from > 0 ? "…" : "";
        var moved = start.length() - from;
        var shown = marks.stream()
                .filter(mark -> mark.from() < to)
                .map(mark -> new Mark(mark.from() + moved, Math.min(mark.to(), to) + moved))
                .toList();
        return new Snippet(start + text.substring(from, to) + (to < text.length() ? "…" : ""), shown);
    }

    /** The place, or the one before it when it is in the middle of a surrogate pair. */
    private static int edge(String text, int at) {
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }
}
