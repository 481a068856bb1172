package dev.herald.push;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.PublicKey;
import java.util.Base64;

/**
 * A browser that takes messages, as its page tells it ({@code PushSubscription.toJSON()} of the Push API).
 *
 * @param endpoint the address where its push service takes them, at most {@value #MAX_ENDPOINT} characters. Who knows it can send there
 * @param key in JSON {@code p256dh}: its public key in base64url
 * @param secret in JSON {@code auth}: 16 bytes in base64url
 */
public record PushDevice(String endpoint, String key, String secret) {

    /** The longest address, in characters. */
    public static final int MAX_ENDPOINT = 2_000;

    private static final int SECRET_BYTES = 16;

    /** @throws IllegalArgumentException with a sentence for whoever gave it */
    public PushDevice {
        if (endpoint.length() > MAX_ENDPOINT) {
            throw new IllegalArgumentException("an endpoint is at most " + MAX_ENDPOINT + " characters");
        }
        var unused = address(endpoint);
        P256.publicKey(decoded(key));
        if (decoded(secret).length != SECRET_BYTES) {
            throw new IllegalArgumentException("auth is " + SECRET_BYTES + " bytes in base64url");
        }
    }

    /** Where messages for it go. */
    URI address() {
        return address(endpoint);
    }

    PublicKey publicKey() {
        return P256.publicKey(decoded(key));
    }

    byte[] secretBytes() {
        return decoded(secret);
    }

    private static URI address(String endpoint) {
        try {
            var address = new URI(endpoint);
            if (address.getHost() == null || address.getUserInfo() != null || address.getFragment() != null) {
                throw new IllegalArgumentException("an endpoint is an address with a host");
            }
            return address;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("an endpoint is an address", e);
        }
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("keys are written in base64url", e);
        }
    }
}
