package dev.herald.push;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A browser's side of Web Push, written after RFC 8291 and RFC 8292 without anything of the server's side: it reads what is pushed to it,
 * and checks who signed.
 */
public final class PushBrowser {

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final KeyPair keys;
    private final byte[] secret;

    /** A browser with new keys. */
    public PushBrowser() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        secret = Arrays.copyOf(Integer.toString(keys.hashCode()).repeat(3).getBytes(US_ASCII), 16);
    }

    /** Its public key, as a page tells it. */
    public String key() {
        var point = ((ECPublicKey) keys.getPublic()).getW();
        return BASE64.encodeToString(ByteBuffer.allocate(65)
                .put((byte) 4)
                .put(fixed(point.getAffineX()))
                .put(fixed(point.getAffineY()))
                .array());
    }

    /** Its secret, likewise. */
    public String secret() {
        return BASE64.encodeToString(secret);
    }

    /** As the server knows it. */
    PushDevice device(String endpoint) {
        return new PushDevice(endpoint, key(), secret());
    }

    private static byte[] fixed(BigInteger number) {
        var hex = number.toString(16);
        var bytes = new byte[32];
        var padded = "0".repeat(64 - hex.length()) + hex;
        for (var n = 0; n < bytes.length; n++) {
            bytes[n] = (byte) Integer.parseInt(padded.substring(2 * n, 2 * n + 2), 16);
        }
        return bytes;
    }

    private PublicKey point(byte[] bytes) throws GeneralSecurityException {
        var x = new BigInteger(1, Arrays.copyOfRange(bytes, 1, 33));
        var y = new BigInteger(1, Arrays.copyOfRange(bytes, 33, 65));
        var curve = ((ECPublicKey) keys.getPublic()).getParams();
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve));
    }

    /** Reads a message that was encrypted for it; fails when it was not. */
    public String read(byte[] coded) {
        try {
            var buffer = ByteBuffer.wrap(coded);
            var salt = new byte[16];
            buffer.get(salt);
            if (buffer.getInt() < buffer.capacity() - 21) {
                throw new IllegalStateException("it is more than one record");
            }
            var senderKey = new byte[buffer.get()];
            buffer.get(senderKey);
            var rest = new byte[buffer.remaining()];
            buffer.get(rest);
            var agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(keys.getPrivate());
            agreement.doPhase(point(senderKey), true);
            var info = joined(
                    "WebPush: info\0".getBytes(US_ASCII), Base64.getUrlDecoder().decode(key()), senderKey);
            var agreed = expand(hmac(secret, agreement.generateSecret()), info, 32);
            var extracted = hmac(salt, agreed);
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(expand(extracted, "Content-Encoding: aes128gcm\0".getBytes(US_ASCII), 16), "AES"),
                    new GCMParameterSpec(128, expand(extracted, "Content-Encoding: nonce\0".getBytes(US_ASCII), 12)));
            var text = cipher.doFinal(rest);
            if (text[text.length - 1] != 2) {
                throw new IllegalStateException("the record is not the last");
            }
            return new String(text, 0, text.length - 1, UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the message is not for this browser", e);
        }
    }

    private static byte[] expand(byte[] key, byte[] info, int length) throws GeneralSecurityException {
        return Arrays.copyOf(hmac(key, joined(info, new byte[] {1})), length);
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** Who signed a request, as JSON of the claims; fails when it was not the holder of the key that browsers were told. */
    public String claims(String authorization, String publicKey) {
        var token = authorization.replaceFirst("^vapid t=([^,]+), k=(.+)$", "$1");
        var told = authorization.replaceFirst("^vapid t=([^,]+), k=(.+)$", "$2");
        var parts = token.split("\\.", -1);
        try {
            var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initVerify(point(Base64.getUrlDecoder().decode(publicKey)));
            signature.update((parts[0] + "." + parts[1]).getBytes(US_ASCII));
            if (!told.equals(publicKey)
                    || !signature.verify(Base64.getUrlDecoder().decode(parts[2]))) {
                throw new IllegalStateException("signed by another: " + authorization);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8);
    }
}
