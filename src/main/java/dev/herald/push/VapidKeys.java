package dev.herald.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * The key pair by which push services know this board (RFC 8292). Browsers are told the public key when they subscribe, and take only
 * what is signed with the private one; so it must stay the same.
 *
 * @param publicKey in base64url
 * @param privateKey likewise; a secret
 */
public record VapidKeys(String publicKey, String privateKey) {

    /** How long a signature is good; 24 hours at most are allowed. */
    static final Duration VALIDITY = Duration.ofHours(12);

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String HEADER = base64("{\"typ\":\"JWT\",\"alg\":\"ES256\"}");

    /** A new pair. */
    public static VapidKeys make() {
        var pair = P256.newPair();
        return new VapidKeys(
                BASE64.encodeToString(P256.bytes(pair.getPublic())),
                BASE64.encodeToString(P256.bytes(pair.getPrivate())));
    }

    /**
     * The header {@code Authorization} of a request to a push service.
     *
     * @param contact {@code mailto:} or {@code https:}, where the service finds who operates this board; empty to leave it out
     */
    String authorization(URI endpoint, String contact, Instant now) {
        var port = endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort();
        var audience = endpoint.getScheme() + "://" + endpoint.getHost() + port;
        var subject = contact.isEmpty() ? "" : ",\"sub\":\"" + contact + "\"";
        var claims =
                "{\"aud\":\"" + audience + "\",\"exp\":" + now.plus(VALIDITY).getEpochSecond() + subject + "}";
        var signed = HEADER + "." + base64(claims);
        return "vapid t=" + signed + "." + BASE64.encodeToString(sign(signed)) + ", k=" + publicKey;
    }

    private byte[] sign(String text) {
        try {
            var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(P256.privateKey(Base64.getUrlDecoder().decode(privateKey)));
            signature.update(text.getBytes(UTF_8));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not sign with keys of the curve P-256", e);
        }
    }

    private static String base64(String text) {
        return BASE64.encodeToString(text.getBytes(UTF_8));
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "VapidKeys " + publicKey;
    }
}
