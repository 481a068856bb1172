package dev.herald.push;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The content coding {@code aes128gcm} (RFC 8188) of a text that fits into one record. */
final class Aes128Gcm {

    static final int SALT_BYTES = 16;

    /** Of the whole record. */
    static final int RECORD_BYTES = 4_096;

    private static final int TAG_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int KEY_BYTES = 16;

    /** After the text of the last record (RFC 8188, 2). */
    private static final byte LAST = 2;

    private Aes128Gcm() {}

    /** How long the coded text is. */
    static int length(int textBytes, int keyIdBytes) {
        return SALT_BYTES + 4 + 1 + keyIdBytes + textBytes + 1 + TAG_BYTES;
    }

    /**
     * Encrypts a text.
     *
     * @param agreed what the receiver has, too: the input of the key's derivation
     * @param keyId tells the receiver which key it is
     */
    static byte[] encrypt(byte[] text, byte[] salt, byte[] agreed, byte[] keyId) {
        var key = Hkdf.derive(salt, agreed, "Content-Encoding: aes128gcm\0".getBytes(US_ASCII), KEY_BYTES);
        var nonce = Hkdf.derive(salt, agreed, "Content-Encoding: nonce\0".getBytes(US_ASCII), NONCE_BYTES);
        var coded = ByteBuffer.allocate(length(text.length, keyId.length))
                .put(salt)
                .putInt(RECORD_BYTES)
                .put((byte) keyId.length)
                .put(keyId);
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(key, "AES"),
                    new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
            var record = Arrays.copyOf(text, text.length + 1);
            record[text.length] = LAST;
            coded.put(cipher.doFinal(record));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not encrypt with AES-GCM", e);
        }
        return coded.array();
    }
}
