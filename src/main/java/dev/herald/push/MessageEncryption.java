package dev.herald.push;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.herald.random.RandomIds;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Base64;
import javax.crypto.KeyAgreement;

/** Encrypts a message so that one browser can read it, and its push service cannot (RFC 8291). Any thread may call, with any lock held. */
final class MessageEncryption {

    private static final int AGREED_BYTES = 32;

    private MessageEncryption() {}

    /**
     * Encrypts a message with keys that are used for nothing else.
     *
     * @throws IllegalArgumentException when it is longer than {@link PushMessage#MAX_BYTES}
     */
    static byte[] encrypt(byte[] message, PushDevice device) {
        var salt = Base64.getUrlDecoder().decode(RandomIds.ofBytes(Aes128Gcm.SALT_BYTES));
        return encrypt(message, device.publicKey(), device.secretBytes(), P256.newPair(), salt);
    }

    /** Encrypts it with these. */
    static byte[] encrypt(byte[] message, PublicKey receiver, byte[] secret, KeyPair sender, byte[] salt) {
        if (message.length > PushMessage.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a message has " + message.length + " bytes, more than " + PushMessage.MAX_BYTES);
        }
        var senderKey = P256.bytes(sender.getPublic());
        var info = ByteBuffer.allocate(14 + 2 * P256.PUBLIC_BYTES)
                .put("WebPush: info\0".getBytes(US_ASCII))
                .put(P256.bytes(receiver))
                .put(senderKey);
        var agreed = Hkdf.derive(secret, agree(sender, receiver), info.array(), AGREED_BYTES);
        return Aes128Gcm.encrypt(message, salt, agreed, senderKey);
    }

    private static byte[] agree(KeyPair sender, PublicKey receiver) {
        try {
            var agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(sender.getPrivate());
            agreement.doPhase(receiver, true);
            return agreement.generateSecret();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not agree on keys of the curve P-256", e);
        }
    }
}
