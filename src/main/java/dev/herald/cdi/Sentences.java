package dev.herald.cdi;

/** Texts of bounded length for peers and for the log. */
final class Sentences {

    private Sentences() {}

    /** The text, or its beginning with "…" if it is longer than so many characters. No character is cut in two. */
    static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        var end = most - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    /** As {@link #cut}, in one line. */
    static String line(String text, int most) {
        return cut(text, most).replaceAll("\\p{Cntrl}+", " ");
    }
}
