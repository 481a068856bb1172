package dev.herald.socketio;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Connection;
import dev.herald.concurrent.LimitedLog;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells the operator of events that no observer handles, once in a while, with the handler whose name is nearest: most often one
 * of the two names is misspelled. Any thread may call.
 */
final class UnhandledEvents {

    private static final System.Logger LOG = System.getLogger(UnhandledEvents.class.getName());

    /** As much of a name as a line shows, and is compared, in characters. */
    private static final int MAX_SHOWN = 60;

    private final LimitedLog log = new LimitedLog(LOG);
    private final Function<String, Collection<String>> handled;

    /** @param handled the names of the events that are handled in a namespace */
    UnhandledEvents(Function<String, Collection<String>> handled) {
        this.handled = handled;
    }

    /** A client has sent such an event. */
    void note(Connection connection, String event) {
        log.log(WARNING, () -> sentence(connection, shown(event)));
    }

    private String sentence(Connection connection, String event) {
        var namespace = connection.namespace();
        return "nobody handles the event " + event + " in namespace " + namespace + " (connection " + connection.id()
                + "), and it is not acknowledged; "
                + nearest(event, handled.apply(namespace))
                        .map(name -> "the nearest handler is that of " + name)
                        .orElse("no handler observes single events there");
    }

    private static String shown(String event) {
        var printable = event.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= MAX_SHOWN ? printable : printable.substring(0, MAX_SHOWN) + "…";
    }

    static Optional<String> nearest(String event, Collection<String> names) {
        return names.stream()
                .min(Comparator.comparingInt((String name) -> distance(event, shown(name)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** How many letters are to be changed, added or left out to make the one name of the other (Levenshtein). */
    private static int distance(String one, String other) {
        var above = new int[other.length() + 1];
        for (var column = 0; column <= other.length(); column++) {
            above[column] = column;
        }
        for (var row = 1; row <= one.length(); row++) {
            var current = new int[other.length() + 1];
            current[0] = row;
            for (var column = 1; column <= other.length(); column++) {
                var change = one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1;
                current[column] =
                        Math.min(above[column - 1] + change, 1 + Math.min(above[column], current[column - 1]));
            }
            above = current;
        }
        return above[other.length()];
    }
}
