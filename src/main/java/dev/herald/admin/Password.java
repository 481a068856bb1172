package dev.herald.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/** The password of the Admin UI, as it is set: by bcrypt's hash or as it is. Immutable. */
public final class Password {

    /** The version, the cost, and salt and hash in bcrypt's base64. */
    private static final Pattern HASH = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");

    /** What bcrypt takes of a password; in bytes. A longer one is none. */
    private static final int MAX_BYTES = 72;

    /** More than this would take minutes for one password. */
    private static final int MAX_COST = 16;

    private final byte[] set;
    private final boolean isHash;

    /**
     * The password that is set.
     *
     * @throws IllegalArgumentException when it begins like a hash and is none, or one that takes too long
     */
    public Password(String text) {
        var hash = HASH.matcher(text);
        isHash = hash.matches();
        if (!isHash && text.startsWith("$2")) {
            throw new IllegalArgumentException("herald.admin.password begins like a hash of bcrypt, but is none");
        } else if (isHash && Integer.parseInt(hash.group(1)) > MAX_COST) {
            throw new IllegalArgumentException(
                    "herald.admin.password has a cost of more than " + MAX_COST + ": each login would take too long");
        } else if (text.isEmpty()) {
            throw new IllegalArgumentException("herald.admin.password is empty");
        }
        set = text.getBytes(UTF_8);
    }

    /** Whether this is the password. With a hash it takes a tenth of a second or more, on purpose. */
    boolean is(String given) {
        var bytes = given.getBytes(UTF_8);
        if (!isHash) {
            return MessageDigest.isEqual(bytes, set);
        }
        return bytes.length <= MAX_BYTES && BCrypt.verifyer().verify(bytes, set).verified;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return isHash ? "a hash of bcrypt" : "a password";
    }
}
