package dev.herald.board;

import dev.herald.api.Herald;
import dev.herald.api.Person;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * On several nodes: has one of them announce who comes and goes on any. It compares who is there with who is there according to the
 * announcements so far, which is kept in the database. So another node goes on when that one is gone, and also tells who was on it and
 * does not come back.
 *
 * <p>Called by one thread at a time, which holds no lock, as it waits for the database.
 */
final class Announcer {

    /** How often it looks, and so how late an announcement may be. */
    static final Duration LOOK = Duration.ofMillis(250);

    /** How long after the start of this node nobody is missed: those who were there before are on the way back. */
    static final Duration GRACE = Duration.ofSeconds(10);

    private final Herald herald;
    private final Attendance attendance;
    private final BooleanSupplier isMine;
    private final Supplier<Map<String, Person>> read;
    private final BiConsumer<Collection<Person>, Collection<String>> write;
    private final LongSupplier nanoTime;
    private final long start;

    /** What the database has; {@code null} while another node announces. */
    private @Nullable Map<String, Person> written;

    /**
     * @param isMine whether it is this node that announces now
     * @param read who was announced, by any node, and not announced to be gone
     * @param write keeps who is there now, or has another name, and the ids of those who are gone
     * @param nanoTime as {@link System#nanoTime}
     */
    Announcer(
            Herald herald,
            Attendance attendance,
            BooleanSupplier isMine,
            Supplier<Map<String, Person>> read,
            BiConsumer<Collection<Person>, Collection<String>> write,
            LongSupplier nanoTime) {
        this.herald = herald;
        this.attendance = attendance;
        this.isMine = isMine;
        this.read = read;
        this.write = write;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    /** Announces what has changed since the last look, if this node is the one that does. */
    void look() {
        if (!isMine.getAsBoolean()) {
            if (written != null) {
                written = null;
                attendance.goOn(Map.of());
            }
            return;
        }
        if (written == null) {
            written = read.get();
            attendance.goOn(written);
        }
        var announced = attendance.present();
        if (attendance.isUnderWay()) {
            return;
        }
        if (attendance.wasRefused()) {
            attendance.goOn(written);
            announced = written;
        }
        keep(written, announced);
        written = announced;
        announce(announced, herald.people());
    }

    /** What was announced since the last look, and is in the log, is kept. Who dies before that announces it again. */
    private void keep(Map<String, Person> before, Map<String, Person> now) {
        var there = now.values().stream()
                .filter(person -> !person.equals(before.get(person.id())))
                .toList();
        var gone = before.keySet().stream().filter(id -> !now.containsKey(id)).toList();
        if (!there.isEmpty() || !gone.isEmpty()) {
            write.accept(there, gone);
        }
    }

    private void announce(Map<String, Person> announced, List<Person> people) {
        var missing = new LinkedHashMap<>(announced);
        var come = people.stream()
                .filter(person -> !person.equals(missing.remove(person.id())))
                .toList();
        var isLongEnoughThere = nanoTime.getAsLong() - start >= GRACE.toNanos();
        attendance.changed(come, isLongEnoughThere ? missing.values() : List.of());
    }
}
