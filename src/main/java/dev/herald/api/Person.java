package dev.herald.api;

/**
 * Somebody who is or was connected; several connections (tabs, devices) of one person share one id.
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

    public Person {
        if (id.isEmpty() || id.length() > MAX_ID) {
            throw new IllegalArgumentException("a person's id is 1 to " + MAX_ID + " characters");
        }
        ChannelName.ofUser(id);
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("a display name is 1 to " + MAX_NAME + " characters");
        }
    }
}
