package dev.herald.it.identity;

import dev.herald.api.Authenticator;
import dev.herald.api.Credentials;
import dev.herald.api.Identity;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Takes tokens such as {@code good.ann.clerk.60}: of whom, with which role, and for how many seconds since the token was seen. */
@ApplicationScoped
public class WordTokens implements Authenticator {

    @Override
    public Optional<Identity> authenticate(Credentials credentials) {
        var words = credentials.token().split("\\.", -1);
        if (!words[0].equals("good") || words.length != 4) {
            return Optional.empty();
        }
        return Optional.of(Identity.of(words[1])
                .named(words[1] + " 名前")
                .inRoles(Set.of(words[2]))
                .until(Instant.now().plusSeconds(Long.parseLong(words[3])))
                .with("tenant", "tenant of " + words[1]));
    }
}
