package dev.herald.api;

import java.util.regex.Pattern;

/**
 * Somebody who is or was connected; several connections (tabs, devices) of one person share one id.
 *
 * <pre>{@code
 * for (Person person : herald.people()) {
 *     herald.person(person.id()).tell("hello", "Hello " + person.name());
 * }
 * }</pre>
 *
 * @param id the container's principal name, or for a guest {@code guest-} and a public, server-given code; this is what others
 *     put into {@code to}; 1 to 128 characters of well-formed Unicode
 * @param name how the person is shown, not unique; 1 to 64 characters
 */
public record Person(String id, String name) {

    /** The longest id, in characters. */
    public static final int MAX_ID = 128;

    /** The longest display name, in characters. */
    public static final int MAX_NAME = 64;

    private static final Pattern GUEST_ID = Pattern.compile("guest-[A-Za-z0-9_-]{16}");

    public Person {
        if (id.isEmpty() || id.length() > MAX_ID) {
            throw new IllegalArgumentException("a person's id is 1 to " + MAX_ID + " characters");
        }
        ChannelName.ofUser(id);
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("a display name is 1 to " + MAX_NAME + " characters");
        }
    }

    /** Whether this is the id of a guest, which nobody else may have. */
    public static boolean isGuest(String id) {
        return GUEST_ID.matcher(id).matches();
    }

    /** Cuts a name to the longest length, but not within a surrogate pair. */
    public static String shortened(String name) {
        if (name.length() <= MAX_NAME) {
            return name;
        }
        var end = Character.isHighSurrogate(name.charAt(MAX_NAME - 1)) ? MAX_NAME - 1 : MAX_NAME;
        return name.substring(0, end);
    }
}
