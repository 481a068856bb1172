package dev.herald.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The servers of a test in the place of those that an example's configuration names. */
final class Addresses {

    private Addresses() {}

    /**
     * The example with these servers in it, in their order.
     *
     * @param named finds each address, between its first and its second group
     */
    static String put(Path example, Pattern named, List<ServerProcess> servers) throws IOException {
        var text = Files.readString(example);
        if (named.matcher(text).results().count() != servers.size()) {
            throw new AssertionError(example + " does not name " + servers.size() + " servers");
        }
        var next = servers.iterator();
        return named.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1) + "127.0.0.1:" + next.next().port() + found.group(2)));
    }
}
