package dev.herald.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How one of a person's devices calls itself. Each person has devices of their own: the same name of another person is another
 * device.
 *
 * @param value 1 to 64 of {@code A-Z a-z 0-9 _ . : -}
 */
public record DeviceName(String value) {

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

    /** The rule in words, for a client that gives an invalid name. */
    public static final String RULE = "a device's name is 1 to 64 of A-Z a-z 0-9 _ . : -";

    public DeviceName {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException(RULE);
        }
    }

    /**
     * The name that a client gives.
     *
     * @return empty when it is not a valid name
     */
    public static Optional<DeviceName> read(String name) {
        return VALID.matcher(name).matches() ? Optional.of(new DeviceName(name)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
