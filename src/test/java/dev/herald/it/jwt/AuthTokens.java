package dev.herald.it.jwt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.Authenticator;
import dev.herald.api.Credentials;
import dev.herald.api.Identity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Checks the same tokens where the container does not look for them: in {@code auth.token}, and in a subprotocol. */
@ApplicationScoped
public class AuthTokens implements Authenticator {

    @Inject
    @ConfigProperty(name = "mp.jwt.verify.publickey")
    String key;

    @Override
    public Optional<Identity> authenticate(Credentials credentials) {
        var parts = credentials.token().split("\\.", -1);
        try {
            return parts.length == 3 && isSigned(parts[0] + "." + parts[1], parts[2])
                    ? identity(json(parts[1]))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no Base64
        }
    }

    private boolean isSigned(String content, String signature) {
        try {
            var spec = new X509EncodedKeySpec(Base64.getDecoder().decode(key));
            var check = Signature.getInstance("SHA256withRSA");
            check.initVerify(KeyFactory.getInstance("RSA").generatePublic(spec));
            check.update(content.getBytes(US_ASCII));
            return check.verify(Base64.getUrlDecoder().decode(signature));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Optional<Identity> identity(JsonObject claims) {
        var until = Instant.ofEpochSecond(claims.getInt("exp"));
        var groups = claims.getJsonArray("groups").getValuesAs(JsonString::getString);
        return until.isBefore(Instant.now())
                ? Optional.empty()
                : Optional.of(Identity.of(claims.getString("upn"))
                        .inRoles(Set.copyOf(groups.stream().collect(Collectors.toSet())))
                        .until(until));
    }

    private static JsonObject json(String part) {
        try (var reader = Json.createReader(
                new StringReader(new String(Base64.getUrlDecoder().decode(part), UTF_8)))) {
            return reader.readObject();
        }
    }
}
