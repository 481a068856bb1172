package dev.herald.api;

/**
 * What a client shows to prove who it is.
 *
 * <pre>{@code
 * Optional<Identity> authenticate(Credentials credentials) {
 *     return accounts.byToken(credentials.token()).map(account -> Identity.of(account.id()));
 * }
 * }</pre>
 *
 * @param token as the client gave it: 1 to {@value #MAX_TOKEN} characters, not yet checked
 * @param handshake of its connection
 */
public record Credentials(String token, Handshake handshake) {

    /** The longest token, in characters. */
    public static final int MAX_TOKEN = 8_192;

    public Credentials {
        if (token.isEmpty() || token.length() > MAX_TOKEN) {
            throw new IllegalArgumentException("a token is 1 to " + MAX_TOKEN + " characters");
        }
    }

    /** Without the token, which is a secret. */
    @Override
    public String toString() {
        return "Credentials[" + handshake + "]";
    }
}
