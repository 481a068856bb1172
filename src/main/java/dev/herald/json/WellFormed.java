package dev.herald.json;

/** Which texts every log can hold: any Unicode but the character U+0000 and halves of surrogate pairs. */
public final class WellFormed {

    private WellFormed() {}

    /** Whether the text is such a one. */
    public static boolean is(String text) {
        for (var n = 0; n < text.length(); n++) {
            var c = text.charAt(n);
            if (c == 0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                var isPair = Character.isHighSurrogate(c)
                        && n + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(n + 1));
                if (!isPair) {
                    return false;
                }
                n++;
            }
        }
        return true;
    }
}
