package dev.herald.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What names have in common that people take for the same one (Unicode Technical Standard 39, "Confusable Detection"): upper and lower
 * case, the ways to write a character, invisible characters, and characters that look alike, such as the Cyrillic {@code а} and {@code
 * a}, or {@code I}, {@code l} and {@code 1}. A skeleton is for comparing only.
 */
final class Skeleton {

    /** The characters that are no combination of others and look like others, from Unicode's {@code confusables.txt}. */
    private static final Map<Integer, String> LOOKS = read();

    private Skeleton() {}

    private static Map<Integer, String> read() {
        try (var lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Skeleton.class.getResourceAsStream("confusables.txt"), "confusables.txt"),
                UTF_8))) {
            var looks = new HashMap<Integer, String>();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var tab = line.indexOf('\t');
                var look = line.substring(0, tab);
                line.substring(tab + 1).codePoints().forEach(one -> looks.put(one, look));
            }
            return looks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The skeleton of a name. */
    static String of(String name) {
        var skeleton = new StringBuilder();
        Normalizer.normalize(Normalizer.normalize(name, Form.NFKC), Form.NFD)
                .codePoints()
                .filter(one -> !isInvisible(one))
                .forEach(one -> look(one).codePoints().forEach(latin -> {
                    if (latin == 'i' || latin == '1' || latin == '|') {
                        skeleton.append('l');
                    } else if (latin == '0') {
                        skeleton.append('o');
                    } else {
                        skeleton.appendCodePoint(latin);
                    }
                }));
        return skeleton.toString();
    }

    /**
     * What a character looks like, the same for both cases of a letter: a Latin letter if it or its other case looks like one, else what
     * the small one looks like.
     */
    private static String look(int one) {
        var itself = Character.toString(one);
        var large = itself.toUpperCase(Locale.ROOT);
        var small = large.toLowerCase(Locale.ROOT);
        for (var form : List.of(itself, large, small)) {
            var look = looks(form);
            if (look.chars().allMatch(character -> character < 128)) {
                return looks(look.toLowerCase(Locale.ROOT)).toLowerCase(Locale.ROOT);
            }
        }
        return looks(Normalizer.normalize(small, Form.NFD)).toLowerCase(Locale.ROOT);
    }

    private static String looks(String text) {
        var result = new StringBuilder();
        text.codePoints().forEach(one -> result.append(LOOKS.getOrDefault(one, Character.toString(one))));
        return result.toString();
    }

    /** Spaces are visible, but between and in what quantity is not seen well. */
    private static boolean isInvisible(int one) {
        var isSelector = (one >= 0xFE00 && one <= 0xFE0F) || (one >= 0xE0100 && one <= 0xE01EF);
        return Character.isWhitespace(one)
                || Character.isSpaceChar(one)
                || Character.isIdentifierIgnorable(one)
                || isSelector
                || one == 0x034F
                || one == 0x115F
                || one == 0x1160
                || one == 0x3164
                || one == 0xFFA0;
    }
}
