package dev.herald.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What one node tells another about the client for whom it asks. It is signed (HMAC-SHA-256, RFC 2104) together with the request
 * that it belongs to, so that clients cannot make one, and the nodes' secret is never sent.
 *
 * @param person the id of the person as whom the client has signed in with the node that asks; empty for others, who show their
 *     cookie to the node that has the session
 * @param address from where the client's request came
 */
record Voucher(Optional<String> person, String address) {

    /** The header field of requests from node to node. */
    static final String HEADER = "Herald-Forwarded";

    /** A longer header is not looked at. */
    private static final int MAX_LENGTH = 2_048;

    private static final String ALGORITHM = "HmacSHA256";

    /** The header's value in a request. */
    String sealed(byte[] secret, String method, String query) {
        var claims = base64(person.orElse("").getBytes(UTF_8)) + "." + base64(address.getBytes(UTF_8));
        return claims + "." + base64(seal(secret, method, query, claims));
    }

    /** Reads the header's value; empty when none of the nodes has signed it for this request. */
    static Optional<Voucher> open(String header, byte[] secret, String method, String query) {
        var parts = header.length() > MAX_LENGTH ? new String[0] : header.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        var seal = base64(seal(secret, method, query, parts[0] + "." + parts[1]));
        if (!MessageDigest.isEqual(seal.getBytes(UTF_8), parts[2].getBytes(UTF_8))) {
            return Optional.empty();
        }
        return Optional.of(
                new Voucher(Optional.of(text(parts[0])).filter(person -> !person.isEmpty()), text(parts[1])));
    }

    private static byte[] seal(byte[] secret, String method, String query, String claims) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return mac.doFinal((method + "\n" + query + "\n" + claims).getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Of what was signed, so it is well-formed. */
    private static String text(String base64) {
        return new String(Base64.getUrlDecoder().decode(base64), UTF_8);
    }
}
