package dev.herald.admin;

import java.util.Locale;

/**
 * How the Admin UI is served.
 *
 * @param namespace to which it connects
 * @param username whom it has to name
 * @param password bcrypt's hash of it, or the password itself
 * @param readOnly whether it may only look
 * @param mode how much it is shown
 */
public record AdminSettings(String namespace, String username, Password password, boolean readOnly, Mode mode) {

    /** How much is shown. */
    public enum Mode {
        /** Each socket, room and event. */
        DEVELOPMENT,
        /** Numbers only, which cost the same however many sockets there are. */
        PRODUCTION;

        /**
         * Reads the setting {@code herald.admin.mode}.
         *
         * @throws IllegalArgumentException when it is none
         */
        public static Mode of(String text) {
            try {
                return valueOf(text.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("herald.admin.mode is development or production, not " + text, e);
            }
        }
    }

    /** Checks the settings. */
    public AdminSettings {
        if (!namespace.startsWith("/")
                || namespace.length() < 2
                || namespace.contains(",")
                || namespace.contains("*")) {
            throw new IllegalArgumentException(
                    "herald.admin.namespace is a name such as /admin, without comma and star, not " + namespace);
        }
    }
}
