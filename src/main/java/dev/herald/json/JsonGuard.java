package dev.herald.json;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks JSON text (RFC 8259) from a peer before any parser sees it. It accepts what {@code JSON.parse} of a browser accepts,
 * except for what some logs, parsers or clients cannot store or read in the same way: a string with the character U+0000 or half
 * a surrogate pair, and nesting and numbers beyond the bounds below. Of members of one name it keeps the last, as {@code
 * JSON.parse} does, and cuts the others out of the text, because some parsers refuse them or keep another one. Those bounds are far below
 * the limits at which the servers' parsers fail or overflow the stack. The number of members and elements is bounded only by
 * the size of the text, which the caller limits.
 *
 * <p>Costs one pass over the text, and two stack frames for each level of nesting; a second pass only if there are members of one
 * name. It stops at the first mistake. Any thread may call.
 */
public final class JsonGuard {

    /** How deep arrays and objects may be nested. Parsson ends at 1,000; others recurse until the stack is full. */
    public static final int MAX_DEPTH = 256;

    /** How long a number may be, in characters. Parsson ends at 1,100, Johnzon at 8,192. */
    public static final int MAX_NUMBER = 1_000;

    /**
     * How large a number's exponent may be, positive or negative: converted to an integer, the number has about so many digits.
     */
    public static final int MAX_EXPONENT = 9_999;

    /** Stands for any part in the first pass, which only looks whether there are members of one name. */
    private static final Part SOME = new Part(0, 0);

    private final String text;
    private final @Nullable List<Part> surplus;
    private int at;
    private boolean hasSurplus;

    /** A part of the text, for example of a member with the comma behind it. */
    private record Part(int from, int to) {}

    /** @param surplus is given the members that a later one of the same name replaces; {@code null} when they are not wanted */
    private JsonGuard(String text, @Nullable List<Part> surplus) {
        this.text = text;
        this.surplus = surplus;
    }

    /**
     * The text is not accepted. The message is a sentence for the peer. There is no stack trace, because the mistake is the
     * peer's.
     */
    @SuppressWarnings("serial") // never serialised
    public static class MalformedJsonException extends RuntimeException {

        MalformedJsonException(String message) {
            super(message, null, false, false);
        }
    }

    /** The text is no JSON at all. */
    @SuppressWarnings("serial") // never serialised
    public static final class NotJsonException extends MalformedJsonException {

        NotJsonException(String message) {
            super(message);
        }
    }

    /**
     * Accepts one JSON value, with white space around it.
     *
     * @return the same text if each member of an object has a name of its own; else without the members that a later one of the same
     *     name replaces
     * @throws NotJsonException when it is no JSON
     * @throws MalformedJsonException when it is JSON that Herald does not take
     */
    public static String accept(String text) {
        if (!new JsonGuard(text, null).pass()) {
            return text;
        }
        var surplus = new ArrayList<Part>();
        new JsonGuard(text, surplus).pass();
        return without(surplus, text);
    }

    /** Passes over the whole text; returns whether it has members that others replace. */
    private boolean pass() {
        skipSpace();
        value(0);
        skipSpace();
        if (at < text.length()) {
            throw malformed("nothing may follow the value");
        }
        return hasSurplus;
    }

    /** Parts may be within others. */
    private static String without(List<Part> parts, String text) {
        parts.sort(Comparator.comparingInt(Part::from));
        var rest = new StringBuilder(text.length());
        var end = 0;
        for (var part : parts) {
            if (part.from() >= end) {
                rest.append(text, end, part.from());
            }
            end = Math.max(end, part.to());
        }
        return rest.append(text, end, text.length()).toString();
    }

    /**
     * Accepts what a bean gives to clients.
     *
     * @throws IllegalArgumentException when {@link #accept} would not return it unchanged
     */
    public static void requireHarmless(String json) {
        try {
            if (new JsonGuard(json, null).pass()) {
                throw new IllegalArgumentException(
                        "clients cannot take this data: an object has two members of one name");
            }
        } catch (MalformedJsonException e) {
            throw new IllegalArgumentException("clients cannot take this data: " + e.getMessage(), e);
        }
    }

    private void value(int depth) {
        switch (peek()) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void object(int depth) {
        requireDepth(depth);
        at++;
        skipSpace();
        if (skip('}')) {
            return;
        }
        var members = new HashMap<String, Part>();
        do {
            skipSpace();
            var start = at;
            if (peek() != '"') {
                throw malformed("an object's member begins with its name in quotes");
            }
            var name = string();
            skipSpace();
            require(':');
            skipSpace();
            value(depth);
            skipSpace();
            replace(members.put(name, surplus == null ? SOME : new Part(start, at + 1)));
        } while (skip(','));
        require('}');
    }

    private void replace(@Nullable Part earlier) {
        if (earlier != null) {
            hasSurplus = true;
            if (surplus != null) {
                surplus.add(earlier);
            }
        }
    }

    private void array(int depth) {
        requireDepth(depth);
        at++;
        skipSpace();
        if (skip(']')) {
            return;
        }
        do {
            skipSpace();
            value(depth);
            skipSpace();
        } while (skip(','));
        require(']');
    }

    private void requireDepth(int depth) {
        if (depth > MAX_DEPTH) {
            throw refused("nested deeper than " + MAX_DEPTH);
        }
    }

    /** Reads a string and returns its value. */
    private String string() {
        require('"');
        var start = at;
        StringBuilder unescaped = null;
        while (true) {
            var c = next("a string does not end");
            if (c == '"') {
                break;
            }
            if (c == '\\') {
                if (unescaped == null) {
                    unescaped = new StringBuilder(text.substring(start, at - 1));
                }
                c = escaped();
            } else if (c < ' ') {
                throw malformed("a string has an unescaped control character");
            }
            if (c == 0) {
                throw refused("a string has the character NUL");
            }
            if (unescaped != null) {
                unescaped.append(c);
            }
        }
        var string = unescaped == null ? text.substring(start, at - 1) : unescaped.toString();
        requireWholeSurrogates(string);
        return string;
    }

    private char escaped() {
        return switch (next("a string does not end")) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> throw malformed("a string has an unknown escape");
        };
    }

    private char hexadecimal() {
        var code = 0;
        for (var digits = 0; digits < 4; digits++) {
            var c = next("a string does not end");
            var digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw malformed("\\u is not followed by four hexadecimal digits");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private void requireWholeSurrogates(String string) {
        for (var i = 0; i < string.length(); i++) {
            if (Character.isSurrogate(string.charAt(i))) {
                if (Character.isSurrogatePair(string.charAt(i), i + 1 < string.length() ? string.charAt(i + 1) : ' ')) {
                    i++;
                } else {
                    throw refused("a string has half a surrogate pair");
                }
            }
        }
    }

    private void number() {
        var start = at;
        skip('-');
        if (!skip('0')) {
            digits();
        }
        if (skip('.')) {
            digits();
        }
        if (skip('e') || skip('E')) {
            exponent();
        }
        if (at - start > MAX_NUMBER) {
            throw refused("a number is longer than " + MAX_NUMBER + " characters");
        }
    }

    private void exponent() {
        if (!skip('+')) {
            skip('-');
        }
        var start = at;
        digits();
        var value = 0;
        for (var n = start; n < at && value <= MAX_EXPONENT; n++) {
            value = value * 10 + text.charAt(n) - '0';
        }
        if (value > MAX_EXPONENT) {
            throw refused("a number's exponent is beyond " + MAX_EXPONENT);
        }
    }

    private void digits() {
        var start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw malformed("a value is expected");
        }
    }

    private void word(String word) {
        if (!text.startsWith(word, at)) {
            throw malformed("a value is expected");
        }
        at += word.length();
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at == text.length()) {
            throw malformed("the text ends too early");
        }
        return text.charAt(at);
    }

    private char next(String orElse) {
        if (at == text.length()) {
            throw malformed(orElse);
        }
        return text.charAt(at++);
    }

    private boolean skip(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void require(char c) {
        if (!skip(c)) {
            throw malformed("'" + c + "' is expected");
        }
    }

    private MalformedJsonException malformed(String why) {
        return new NotJsonException(notTaken(why));
    }

    /** It is JSON, but none that Herald takes. */
    private MalformedJsonException refused(String why) {
        return new MalformedJsonException(notTaken(why));
    }

    private String notTaken(String why) {
        return "not the JSON we take: " + why + ", at character " + at;
    }
}
