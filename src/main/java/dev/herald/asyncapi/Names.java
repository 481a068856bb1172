package dev.herald.asyncapi;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Names for parts of one document, each another one, of the characters that every name there may have. Used by one thread. */
public final class Names {

    private static final Pattern OTHERS = Pattern.compile("[^A-Za-z0-9_]+");
    private static final Pattern EDGES = Pattern.compile("^-+|-+$");

    private final Set<String> taken = new HashSet<>();

    /** A name that nobody has yet, as much like the wished one as may be. */
    public String unique(String wish) {
        var plain = plain(wish);
        var name = plain;
        for (var n = 2; !taken.add(name); n++) {
            name = plain + "-" + n;
        }
        return name;
    }

    /** The wished name without characters that it may not have; the same for the same wish. */
    public static String plain(String wish) {
        var plain = EDGES.matcher(OTHERS.matcher(wish).replaceAll("-")).replaceAll("");
        return plain.isEmpty() ? "unnamed" : plain;
    }
}
