package dev.herald.web;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.random.RandomIds;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who a visitor is: a signed-in user, or a guest. A guest's browser keeps a secret. The guest's public id is derived from it,
 * and does not reveal it. So the server keeps no list of guests, and guests stay the same when it restarts.
 */
final class Visitors {

    /** 128 bits or more, in base64url. */
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{22,64}");

    private static final int SECRET_BYTES = 20;

    private Visitors() {}

    static String newSecret() {
        return RandomIds.ofBytes(SECRET_BYTES);
    }

    static boolean isSecret(String text) {
        return SECRET.matcher(text).matches();
    }

    /** The guest with this secret. */
    static Person guest(String secret, @Nullable String chosenName) {
        var code = Base64.getUrlEncoder()
                .encodeToString(sha256("herald guest " + secret))
                .substring(0, 16);
        var name = chosenName != null && isName(chosenName) ? chosenName.strip() : "Guest " + code.substring(0, 4);
        return new Person("guest-" + code, name);
    }

    /**
     * The signed-in user of this name.
     *
     * @throws IllegalArgumentException when the name could be a guest's id, or is too long for a channel's name
     */
    static Person user(String principal) {
        if (Person.isGuest(principal)) {
            throw new IllegalArgumentException("the user name " + principal + " looks like a guest's id");
        }
        ChannelName.ofUser(principal);
        return new Person(principal, Person.shortened(principal));
    }

    /** Whether a guest may have this display name. */
    static boolean isName(String name) {
        return !name.isBlank()
                && name.strip().length() <= Person.MAX_NAME
                && name.chars().noneMatch(Character::isISOControl);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
