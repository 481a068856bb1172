package dev.herald.boardstore;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a message.
 *
 * @param text the new one; {@code null} when it was not edited
 * @param editedAt {@code null} when it was not edited
 * @param reactions by the emoji, the first one first: the ids of the people who react so
 */
public record Marks(
        @Nullable String text, @Nullable Instant editedAt, boolean deleted, Map<String, List<String>> reactions) {

    /** Nothing became of it. */
    public static final Marks NONE = new Marks(null, null, false, Map.of());

    /** With one reaction more. */
    Marks with(String emoji, String personId) {
        var more = new LinkedHashMap<>(reactions);
        more.merge(emoji, List.of(personId), (there, one) -> {
            var people = new ArrayList<>(there);
            people.addAll(one);
            return people;
        });
        return new Marks(text, editedAt, deleted, more);
    }

    boolean hasReaction(String emoji, String personId) {
        return reactions.getOrDefault(emoji, List.of()).contains(personId);
    }

    /** Whether there can be no more reactions with this emoji. */
    boolean isFullFor(String emoji) {
        var all = reactions.values().stream().mapToInt(List::size).sum();
        return all >= MarkTables.MAX_REACTIONS
                || (!reactions.containsKey(emoji) && reactions.size() >= MarkTables.MAX_EMOJIS);
    }
}
