package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.json.WellFormed;
import org.jspecify.annotations.Nullable;

/**
 * That a person is somewhere, or is there no more, on one node.
 *
 * @param place a namespace, or the name of a channel
 * @param name the person's display name; {@code null} when the person is there no more
 */
public record Attendance(
        String place, String personId, @Nullable String name) {

    static Attendance of(String place, Person person) {
        return new Attendance(place, person.id(), WellFormed.is(person.name()) ? person.name() : UNWRITABLE);
    }

    /** Instead of a name that no database takes. */
    private static final String UNWRITABLE = "\uFFFD";

    /** The place of a channel. No namespace is written as a channel's name is: it begins with a slash. */
    static String place(ChannelName channel) {
        return channel.value();
    }
}
