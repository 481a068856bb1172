package dev.herald.board;

import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.Person;
import dev.herald.boardstore.BoardStore;

/**
 * Who may have which name. Nobody has one that looks like the server's, like that of a user who signs in, or like that of somebody who
 * is there, on any node. Called by handlers and requests, which hold no lock: it waits for the database.
 */
final class Names {

    private final Herald herald;
    private final BoardStore store;

    Names(Herald herald, BoardStore store) {
        this.herald = herald;
        this.store = store;
    }

    /**
     * Gives a guest a name, which is the guest's from now on.
     *
     * @return the name as it is shown
     * @throws EventException with {@code name-invalid} or {@code name-taken}
     */
    String claim(Person guest, String wanted) {
        var problem = DisplayName.problem(wanted);
        var name = wanted.strip();
        var skeleton = problem.isPresent() ? "" : Skeleton.of(name);
        if (problem.isPresent() || skeleton.isEmpty()) {
            throw new EventException("name-invalid", problem.orElse("A name has at least one letter."));
        }
        if (skeleton.equals(Skeleton.of(Line.APPLICATION_NAME))) {
            throw new EventException("name-taken", "This is the server's name.");
        }
        var isSomebodyElses = herald.people().stream()
                .filter(other -> !other.id().equals(guest.id()))
                .map(Person::name)
                // A Greek letter may look like one Latin letter, and its other case like another.
                .anyMatch(other -> Skeleton.of(other).equals(skeleton) || other.equalsIgnoreCase(name));
        if (isSomebodyElses || !store.names().claim(new Person(guest.id(), name), skeleton, herald::isOnline)) {
            throw new EventException("name-taken", "Somebody here has this name, or one that looks like it.");
        }
        return name;
    }

    /** Keeps the name of a user who has signed in from guests. */
    void reserve(Person user) {
        var unused = store.names().reserve(user, Skeleton.of(user.name()));
    }
}
