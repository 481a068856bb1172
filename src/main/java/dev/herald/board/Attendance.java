package dev.herald.board;

import dev.herald.api.Herald;
import dev.herald.api.Person;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells everyone who comes and goes. A few changes are announced one by one and at once. Many are joined into one announcement,
 * so that a rush of newcomers does not send everyone a message for each of them.
 *
 * <p>Each announcement has the number of people after the changes told so far; after the last one, that is the number of people
 * who are there. Whether somebody is there is checked when it is announced, because the events of different connections are
 * observed in any order. Somebody who comes and goes between two announcements is not mentioned.
 *
 * <p>Of several nodes {@linkplain Announcer one announces} who comes and goes on any of them.
 *
 * <p>Called by the threads of observers and by the timer, which hold no lock. One thread at a time makes the announcements,
 * also holding no lock; other threads add their change to those that wait, and return.
 */
final class Attendance {

    /** Starts a task after a delay. */
    interface Timer {

        void schedule(Runnable task, Duration delay);
    }

    /** The most people that a list or a message names. The count of people is not bounded by it. */
    static final int LISTED_PEOPLE = 200;

    /** How many deliveries of announcements there may be in a second. With many people, announcements are therefore rarer. */
    static final int DELIVERIES_PER_SECOND = 2_000;

    /** The shortest average time between two announcements, however few people are there. */
    static final Duration PAUSE = Duration.ofMillis(250);

    /** How far announcements may be ahead of that average: five changes that come at once are announced at once. */
    static final Duration BURST = Duration.ofSeconds(1);

    /** After which all nodes know who is there. */
    static final Duration SETTLED = Duration.ofMillis(1_500);

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final Herald herald;
    private final Timer timer;
    private final LongSupplier nanoTime;

    /** Whether an {@link Announcer} says who comes and goes. */
    private final boolean isShared;

    /** Somebody came or went. */
    private record Change(Person person, boolean came) {}

    /** By the person's id: who came or went since the last announcement. At most one for each connection. */
    private final Map<String, Change> changes = new LinkedHashMap<>();

    /** The connections that wait for the list of people. */
    private final Set<String> readers = new LinkedHashSet<>();

    /** By the person's id: who is there according to the announcements so far. */
    private final Map<String, Person> present = new LinkedHashMap<>();

    /** Announcements that are not in the log yet, or not refused. */
    private final AtomicInteger underWay = new AtomicInteger();

    private final AtomicBoolean refused = new AtomicBoolean();

    private boolean isTelling;
    private boolean isScheduled;
    private boolean isStopped;

    /** Until when the announcements so far have used up the allowed rate. */
    private long usedUntil;

    /**
     * @param nanoTime as {@link System#nanoTime}
     * @param isShared whether an {@link Announcer}, here or on another node, says who comes and goes
     */
    Attendance(Herald herald, Timer timer, LongSupplier nanoTime, boolean isShared) {
        this.herald = herald;
        this.timer = timer;
        this.nanoTime = nanoTime;
        this.isShared = isShared;
        this.usedUntil = nanoTime.getAsLong();
    }

    /** A connection of the person is open. */
    void came(Person person) {
        changed(List.of(person), List.of());
    }

    /** A connection of the person is closed. */
    void went(Person person) {
        changed(List.of(), List.of(person));
    }

    /** These came, or have another name, and those went: in one moment, so many are announced together. */
    void changed(Collection<Person> come, Collection<Person> gone) {
        synchronized (this) {
            gone.forEach(person -> changes.putIfAbsent(person.id(), new Change(person, false)));
            come.forEach(person -> changes.put(person.id(), new Change(person, true)));
        }
        tellWhatWaits();
    }

    /** Goes on where another node was that announced until now: these are there according to its announcements. */
    void goOn(Map<String, Person> announced) {
        synchronized (this) {
            changes.clear();
            present.clear();
            present.putAll(announced);
        }
    }

    /** Whether something of what {@link #present} has said before may not be in the log yet. */
    boolean isUnderWay() {
        return underWay.get() > 0;
    }

    /** Whether the log has refused an announcement since this was asked last. */
    boolean wasRefused() {
        return refused.getAndSet(false);
    }

    private void follow(CompletionStage<?> announcement) {
        underWay.incrementAndGet();
        announcement.whenComplete((receipt, failure) -> {
            if (failure != null) {
                refused.set(true);
            }
            underWay.decrementAndGet();
        });
    }

    private synchronized @Nullable Person announced(String id) {
        return present.get(id);
    }

    private synchronized int countAnnounced() {
        return present.size();
    }

    /** Who is there according to the announcements so far. */
    synchronized Map<String, Person> present() {
        return new LinkedHashMap<>(present);
    }

    /**
     * Sends a connection the list of people. Later messages of the channel {@code people} are changes to this list. Of several nodes
     * this one may learn a moment later than the announcing one who is there; so the list is sent once more then.
     */
    void list(String connectionId) {
        sendListTo(connectionId);
        if (isShared) {
            timer.schedule(() -> sendListTo(connectionId), SETTLED);
        }
    }

    private void sendListTo(String connectionId) {
        synchronized (this) {
            readers.add(connectionId);
        }
        tellWhatWaits();
    }

    /** Makes no more announcements. */
    synchronized void stop() {
        isStopped = true;
    }

    private void tellWhatWaits() {
        for (var step = next(); step != null; step = next()) {
            try {
                step.run();
            } finally {
                synchronized (this) {
                    isTelling = false;
                }
            }
        }
    }

    /**
     * What the calling thread has to do next; null when nothing waits, when it is too early, or when another thread does it.
     */
    private synchronized @Nullable Runnable next() {
        if (isTelling || isStopped) {
            return null;
        }
        if (!readers.isEmpty()) {
            var ids = List.copyOf(readers);
            readers.clear();
            isTelling = true;
            return () -> sendList(ids);
        }
        return changes.isEmpty() ? null : nextAnnouncement(nanoTime.getAsLong());
    }

    private @Nullable Runnable nextAnnouncement(long now) {
        var used = Math.max(0, usedUntil - now);
        var tooEarly = used - BURST.toNanos();
        if (tooEarly > 0) {
            return isScheduled ? null : scheduling(Duration.ofNanos(tooEarly));
        }
        var cost = cost();
        var areFew = used + (changes.size() - 1) * cost <= BURST.toNanos();
        var told = areFew ? List.of(changes.values().iterator().next()) : List.copyOf(changes.values());
        told.forEach(change -> changes.remove(change.person().id()));
        usedUntil = now + used + cost;
        isTelling = true;
        // Before the people who are told count as present.
        underWay.incrementAndGet();
        return () -> {
            try {
                tell(told);
            } finally {
                underWay.decrementAndGet();
            }
        };
    }

    private long cost() {
        return Math.max(PAUSE.toNanos(), present.size() * (Duration.ofSeconds(1).toNanos() / DELIVERIES_PER_SECOND));
    }

    private Runnable scheduling(Duration delay) {
        isTelling = true;
        isScheduled = true;
        return () -> {
            try {
                timer.schedule(this::timeIsUp, delay);
            } catch (RuntimeException e) {
                // The next change tries again.
                setScheduled(false);
                throw e;
            }
        };
    }

    private void timeIsUp() {
        setScheduled(false);
        tellWhatWaits();
    }

    private synchronized void setScheduled(boolean isScheduled) {
        this.isScheduled = isScheduled;
    }

    private void tell(List<Change> changes) {
        var here = here();
        var gone = new ArrayList<Person>();
        var come = new ArrayList<Person>();
        var renamed = new ArrayList<Person>();
        for (var change : changes) {
            var person = change.person();
            var known = announced(person.id());
            if (!here.contains(person.id())) {
                Optional.ofNullable(known).ifPresent(gone::add);
            } else if (change.came() && !person.equals(known)) {
                (known == null ? come : renamed).add(person);
            }
        }
        var before = countAnnounced();
        synchronized (this) {
            gone.forEach(person -> present.remove(person.id()));
            come.forEach(person -> present.put(person.id(), person));
            renamed.forEach(person -> present.put(person.id(), person));
        }
        tellNews(gone.size(), "Someone went home", "people went home", before - gone.size());
        tellNews(come.size(), "One more person is online", "more people are online", countAnnounced());
        come.addAll(renamed);
        tellPeople(gone, come);
    }

    /** The ids of the people who are there. */
    private Set<String> here() {
        return herald.people().stream().map(Person::id).collect(Collectors.toSet());
    }

    private void tellNews(int people, String one, String several, int count) {
        if (people > 0) {
            var text = people == 1 ? one : people + " " + several;
            follow(herald.news(JSON.createObjectBuilder()
                    .add("msg", text)
                    .add("count", count)
                    .build()));
        }
    }

    private void tellPeople(List<Person> gone, List<Person> come) {
        var changes = gone.size() + come.size();
        if (changes > LISTED_PEOPLE) {
            publish("people", snapshot());
        } else if (changes > 1) {
            var offline = JSON.createArrayBuilder();
            gone.forEach(person -> offline.add(person.id()));
            publish(
                    "changed",
                    JSON.createObjectBuilder().add("offline", offline).add("online", list(come)));
        } else {
            gone.forEach(person -> publish("offline", describe(person)));
            come.forEach(person -> publish("online", describe(person)));
        }
    }

    private void publish(String event, JsonObjectBuilder data) {
        follow(herald.publish(
                Board.PEOPLE, event, data.add("count", countAnnounced()).build()));
    }

    private void sendList(List<String> connectionIds) {
        var list = snapshot().build();
        connectionIds.forEach(id -> herald.send(id, "people", list));
    }

    private JsonObjectBuilder snapshot() {
        var people = isShared ? herald.people() : present().values();
        return JSON.createObjectBuilder().add("count", people.size()).add("people", list(people));
    }

    private static JsonArrayBuilder list(Collection<Person> people) {
        var list = JSON.createArrayBuilder();
        people.stream().limit(LISTED_PEOPLE).map(Attendance::describe).forEach(list::add);
        return list;
    }

    private static JsonObjectBuilder describe(Person person) {
        return JSON.createObjectBuilder().add("id", person.id()).add("name", person.name());
    }
}
