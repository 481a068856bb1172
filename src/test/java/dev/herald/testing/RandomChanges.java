package dev.herald.testing;

import java.util.Random;

/** Texts that are nearly what they should be. */
public final class RandomChanges {

    private RandomChanges() {}

    /**
     * Removes, puts in, replaces and repeats characters at random places.
     *
     * @param alphabet what is put in
     * @param most changes; there is one at least, unless nothing is left to change
     */
    public static String of(String text, String alphabet, int most, Random random) {
        var changed = new StringBuilder(text);
        for (var edits = 1 + random.nextInt(most); edits > 0 && !changed.isEmpty(); edits--) {
            var at = random.nextInt(changed.length());
            var other = alphabet.charAt(random.nextInt(alphabet.length()));
            switch (random.nextInt(4)) {
                case 0 -> changed.deleteCharAt(at);
                case 1 -> changed.insert(at, other);
                case 2 -> changed.setCharAt(at, other);
                default ->
                    changed.insert(at, changed.substring(at, Math.min(changed.length(), at + random.nextInt(8))));
            }
        }
        return changed.toString();
    }
}
