package dev.herald.board;

import dev.herald.api.Envelope;
import dev.herald.api.Person;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What people write. */
final class Text {

    private Text() {}

    private static final int MAX_FOLDED_NAME = 128;

    /** The text of a message; empty when its data has another shape than {@code {"msg": text}}. */
    static Optional<String> of(Envelope message) {
        return of(message.data());
    }

    /** The text of a message with this data. */
    static Optional<String> of(JsonValue json) {
        return json instanceof JsonObject data && data.get("msg") instanceof JsonString text
                ? Optional.of(text.getString())
                : Optional.empty();
    }

    /**
     * Whether a text mentions somebody: by {@code @name}, not followed by a letter, a digit or {@code _}, or by {@code @"name"}. Upper and
     * lower case are the same, and so are the ways in which Unicode writes a character.
     */
    static boolean mentions(String text, Person person) {
        var at = text.indexOf('@');
        if (at < 0) {
            return false;
        }
        var folded = folded(text.substring(at));
        var name = folded(person.name());
        for (var n = folded.indexOf('@'); n >= 0; n = folded.indexOf('@', n + 1)) {
            if (folded.startsWith("\"" + name + "\"", n + 1)
                    || (folded.startsWith(name, n + 1) && ends(folded, n + 1 + name.length()))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The names that people may have whom a text {@linkplain #mentions mentions}, {@linkplain #folded folded}: all that stands after an
     * {@code @} and could be a name.
     *
     * @param most so many at most, the first ones; names longer than {@value #MAX_FOLDED_NAME} characters are left out
     */
    static Set<String> mentionable(String text, int most) {
        var names = new LinkedHashSet<String>();
        var at = text.indexOf('@');
        var folded = at < 0 ? "" : folded(text.substring(at));
        for (var n = folded.indexOf('@'); n >= 0 && names.size() < most; n = folded.indexOf('@', n + 1)) {
            addNamesAt(n + 1, folded, most, names);
        }
        return names;
    }

    private static void addNamesAt(int start, String folded, int most, Set<String> names) {
        // No name has such characters, and some databases do not take them.
        var longest = Math.min(folded.length(), start + MAX_FOLDED_NAME + 2);
        var limit = start;
        while (limit < longest && !Character.isISOControl(folded.charAt(limit))) {
            limit++;
        }
        var quote = folded.startsWith("\"", start) ? folded.indexOf('"', start + 1) : -1;
        if (quote > start + 1 && quote < limit) {
            names.add(folded.substring(start + 1, quote));
        }
        for (var end = start + 1; end <= limit && names.size() < most; end++) {
            if (ends(folded, end) && !isWithinACharacter(folded, end)) {
                names.add(folded.substring(start, end));
            }
        }
    }

    private static boolean isWithinACharacter(String text, int n) {
        return n < text.length() && Character.isSurrogatePair(text.charAt(n - 1), text.charAt(n));
    }

    private static boolean ends(String text, int n) {
        return n >= text.length() || !(Character.isLetterOrDigit(text.codePointAt(n)) || text.charAt(n) == '_');
    }

    /** A text as it is compared: upper and lower case are the same. */
    static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }
}
