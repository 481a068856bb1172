package dev.herald.document;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import jakarta.json.spi.JsonProvider;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Who does what in which document: where cursors are, what is selected. It is told to those who have the document open, as the event
 * {@code doc:people}, a few times a second at the most; it is in no log, and ends with the connection.
 *
 * <p>Each node keeps what all nodes have told. A node tells its own again from time to time, and forgets what is not told again: that of
 * a node that has died.
 *
 * <p>Any thread may call, with any lock held: it only computes and queues. The timer's thread tells.
 */
public final class Awareness {

    private static final System.Logger LOG = System.getLogger(Awareness.class.getName());

    /** The longest state, in characters of JSON. */
    public static final int MAX_STATE = 4_096;

    /** How many connections are told of in one document. */
    static final int MAX_PEOPLE = 200;

    /** How long the event may be when one more connection is told of, in characters. */
    static final int MAX_TOLD = 64 * 1024;

    /** How many connections may have a state, in all documents of all nodes. */
    static final int MAX_ENTRIES = 20_000;

    private static final String EVENT = "doc:people";

    /** What other nodes are told: the document, the connection, the person's id and name, and the state. */
    private static final String COMMAND = "doc:presence";

    /** The state of who does nothing any more. */
    private static final String NOTHING = "null";

    private static final int TICK_MILLIS = 100;

    /** After so many ticks it is looked who has gone. */
    private static final int LOOK = 10;

    /** After so many ticks other nodes are told again. */
    private static final int REPEAT = 150;

    /** After so many ticks what another node has told is forgotten. */
    private static final int FORGET = 400;

    private static final JsonProvider JSON = JsonProvider.provider();

    private final Hub hub;
    private final ScheduledExecutorService timer;

    // Guarded by this object's monitor, under which only is queued.
    private final Map<String, Map<String, Entry>> documents = new HashMap<>();
    private final Set<String> changed = new HashSet<>();
    private int entries;
    private long ticks;
    private boolean isTicking;

    /**
     * What a connection does.
     *
     * @param isHere whether it is one of this node
     * @param toldAt the tick when it was told last
     */
    private record Entry(Person person, String state, boolean isHere, long toldAt) {}

    /** Nobody does anything yet. */
    public Awareness(Hub hub, ScheduledExecutorService timer) {
        this.hub = hub;
        this.timer = timer;
        hub.remote()
                .on(
                        COMMAND,
                        told -> put(
                                told.get(0), told.get(1), new Person(told.get(2), told.get(3)), told.get(4), false));
    }

    /**
     * A connection says what it does in a document that it has open.
     *
     * @param state as JSON text; {@code null} (the word) for nothing any more
     * @return false when too many do something
     */
    public boolean present(Member member, String name, String state) {
        var connection = member.connection();
        if (!put(name, connection.id(), connection.person(), state, true)) {
            return false;
        }
        tellOthers(name, connection.id(), connection.person(), state);
        return true;
    }

    private void tellOthers(String name, String connection, Person person, String state) {
        hub.neighbours().command(COMMAND, List.of(name, connection, person.id(), person.name(), state));
    }

    /** Somebody has opened a document: who does what there is told again. */
    public synchronized void opened(String name) {
        if (documents.containsKey(name)) {
            changed.add(name);
        }
    }

    private synchronized boolean put(String name, String connection, Person person, String state, boolean isHere) {
        var people = documents.get(name);
        if (state.equals(NOTHING)) {
            if (people != null && people.remove(connection) != null) {
                entries--;
                changed.add(name);
            }
            return true;
        }
        if ((people == null || !people.containsKey(connection)) && ++entries > MAX_ENTRIES) {
            entries--;
            return false;
        }
        documents
                .computeIfAbsent(name, one -> new LinkedHashMap<>())
                .put(connection, new Entry(person, state, isHere, ticks));
        changed.add(name);
        isTicking = isTicking || tickLater();
        return true;
    }

    /** Whether the timer takes it; if not, the next state asks again. */
    private boolean tickLater() {
        try {
            var unused = timer.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (RuntimeException e) {
            LOG.log(DEBUG, "who does what in documents is told later, as the timer takes nothing", e);
            return false;
        }
    }

    private synchronized void tick() {
        try {
            ticks++;
            if (ticks % LOOK == 0) {
                look();
            }
            changed.forEach(name -> hub.deliverHere(ChannelName.ofDocument(name), EVENT, people(name)));
            changed.clear();
            documents.values().removeIf(Map::isEmpty);
        } catch (RuntimeException e) {
            LOG.log(ERROR, "who does what in documents was not told to everybody; it is with the next change", e);
        } finally {
            isTicking = !documents.isEmpty() && tickLater();
        }
    }

    /** Forgets who has gone, and tells other nodes again who is here. */
    private void look() {
        documents.forEach((name, people) -> people.entrySet().removeIf(one -> {
            var entry = one.getValue();
            var isGone = entry.isHere() ? !isOpen(one.getKey(), name) : ticks - entry.toldAt() > FORGET;
            if (isGone) {
                entries--;
                changed.add(name);
            }
            if (entry.isHere() && (isGone || ticks % REPEAT == 0)) {
                tellOthers(name, one.getKey(), entry.person(), isGone ? NOTHING : entry.state());
            }
            return isGone;
        }));
    }

    private boolean isOpen(String connection, String name) {
        return hub.peer(connection)
                .filter(member -> member.channels().contains(ChannelName.ofDocument(name)))
                .isPresent();
    }

    /** Who does what in a document, as JSON text: {@code {"name", "people": [{"id", "name", "connection", "state"}]}}. */
    public synchronized String people(String name) {
        var json =
                new StringBuilder("{\"name\":").append(JSON.createValue(name)).append(",\"people\":[");
        var before = json.length();
        var people = documents.getOrDefault(name, Map.of()).entrySet().iterator();
        for (var n = 0; people.hasNext() && n < MAX_PEOPLE && json.length() < MAX_TOLD; n++) {
            var one = people.next();
            var person = one.getValue().person();
            json.append(json.length() == before ? "{\"id\":" : ",{\"id\":")
                    .append(JSON.createValue(person.id()))
                    .append(",\"name\":")
                    .append(JSON.createValue(person.name()))
                    .append(",\"connection\":")
                    .append(JSON.createValue(one.getKey()))
                    .append(",\"state\":")
                    .append(one.getValue().state())
                    .append('}');
        }
        return json.append("]}").toString();
    }
}
