package dev.herald.push;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869), for results of at most 32 bytes. */
final class Hkdf {

    private Hkdf() {}

    /** Makes a key from what was agreed on. */
    static byte[] derive(byte[] salt, byte[] agreed, byte[] info, int length) {
        var extracted = hmac(salt, agreed);
        var last = Arrays.copyOf(info, info.length + 1);
        last[info.length] = 1;
        return Arrays.copyOf(hmac(extracted, last), length);
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
