package dev.herald.board;

import dev.herald.api.Herald;
import dev.herald.api.Person;
import java.util.List;
import java.util.Set;

/**
 * Who is there, and who of them looks. Computes on what it was given, so any thread may use it.
 *
 * @param away the ids of those who are connected and do not look
 */
record People(Herald herald, Set<String> away) {

    /** Somebody, as pages are told. */
    Views.Someone view(Person person) {
        var state = !herald.isOnline(person.id()) ? "offline" : away.contains(person.id()) ? "away" : "here";
        return new Views.Someone(person.id(), person.name(), state, Person.isGuest(person.id()));
    }

    /** Those who are there, the first {@value Board#LISTED_PEOPLE} of them. */
    List<Views.Someone> views(List<Person> people) {
        return people.stream().limit(Board.LISTED_PEOPLE).map(this::view).toList();
    }

    /** How somebody is shown of whom only the id is known. */
    static String nameOf(String id) {
        return Person.isGuest(id) ? "Guest " + id.substring(6, 10) : Person.shortened(id);
    }
}
