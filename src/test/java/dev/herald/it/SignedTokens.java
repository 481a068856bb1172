package dev.herald.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.Json;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** Issues tokens as MicroProfile JWT wants them, signed with a key of its own. Used by one thread. */
public final class SignedTokens {

    private static final String ISSUER = "https://issuer.example";

    private final KeyPair keys;

    /** Makes a new key. */
    public SignedTokens() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What lets a server trust this key. */
    public String settings() {
        return "mp.jwt.verify.publickey="
                + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()) + "\nmp.jwt.verify.issuer=" + ISSUER
                + "\n";
    }

    /** A token of a user with a role, for so many seconds from now. */
    public String issue(String user, String role, int seconds) {
        var now = Instant.now().getEpochSecond();
        var header = Json.createObjectBuilder()
                .add("alg", "RS256")
                .add("typ", "JWT")
                .add("kid", "test")
                .build();
        var claims = Json.createObjectBuilder()
                .add("iss", ISSUER)
                .add("sub", user)
                .add("upn", user)
                .add("jti", UUID.randomUUID().toString())
                .add("iat", now)
                .add("exp", now + seconds)
                .add("groups", Json.createArrayBuilder(List.of(role)))
                .build();
        var content = encoded(header.toString().getBytes(UTF_8)) + "."
                + encoded(claims.toString().getBytes(UTF_8));
        return content + "." + encoded(sign(content));
    }

    private byte[] sign(String content) {
        try {
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(content.getBytes(US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
