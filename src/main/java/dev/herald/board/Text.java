package dev.herald.board;

import dev.herald.api.Envelope;
import dev.herald.api.Person;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/** What people write. */
final class Text {

    private Text() {}

    /** The text of a message; empty when its data has another shape than {@code {"msg": text}}. */
    static Optional<String> of(Envelope message) {
        return message.data() instanceof JsonObject data && data.get("msg") instanceof JsonString text
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

    private static boolean ends(String text, int n) {
        return n >= text.length() || !(Character.isLetterOrDigit(text.codePointAt(n)) || text.charAt(n) == '_');
    }

    /** A text as it is compared: upper and lower case are the same. */
    static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }
}
