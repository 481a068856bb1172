package dev.herald.api;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The name of a channel.
 *
 * @param value 1 to 128 of the characters {@code A-Z a-z 0-9 _ . : -}; case matters
 */
public record ChannelName(String value) {

    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 128;

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_.:-]{1," + MAX_LENGTH + "}");

    /** The channel that every connection is in. */
    public static final ChannelName NEWS = new ChannelName("news");

    private static final String USER_PREFIX = "user:";

    public ChannelName {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "a channel name is 1 to " + MAX_LENGTH + " of the characters A-Z a-z 0-9 _ . : -");
        }
    }

    /**
     * The private channel of one person: whatever is published here reaches all connections of that person and nobody
     * else's. Different people have different channels: each byte (UTF-8) of the id that is not {@code A-Z a-z 0-9 _ -}
     * is written as {@code .} and two hexadecimal digits.
     *
     * @throws IllegalArgumentException when the id is empty or too long to be written so
     */
    public static ChannelName ofUser(String personId) {
        if (personId.isEmpty()) {
            throw new IllegalArgumentException("a person's id is not empty");
        }
        var name = new StringBuilder(USER_PREFIX);
        for (var octet : personId.getBytes(StandardCharsets.UTF_8)) {
            var c = (char) (octet & 0xFF);
            if (c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-')) {
                name.append(c);
            } else {
                name.append(String.format(".%02x", (int) c));
            }
        }
        return new ChannelName(name.toString());
    }

    /** Whether this is somebody's private channel, which nobody else may join or publish to by its name. */
    public boolean isPrivate() {
        return value.startsWith(USER_PREFIX);
    }

    @Override
    public String toString() {
        return value;
    }
}
