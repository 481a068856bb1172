package dev.herald.admin;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Peer;
import dev.herald.api.Received;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import dev.herald.hub.Observers;
import jakarta.json.Json;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Serves those who have the Admin UI open: shows them this node's sockets, rooms and events, and does what they ask for, on all nodes.
 * While nobody has it open it costs a look at an empty map for each event.
 *
 * <p>{@link #tell}, {@link #show} and {@link #tick} may be called by any thread with any lock held: they only queue. The rest runs on the
 * executor's threads, one thing at a time, with no lock held.
 */
public final class AdminDesk {

    private static final System.Logger LOG = System.getLogger(AdminDesk.class.getName());

    /** How many things may wait to be shown or done. What is more is not shown; the totals are right all the same. */
    private static final int MAX_WAITING = 1_000;

    /** How many sockets are shown one by one, those that were connected first. */
    static final int MAX_SOCKETS = 1_000;

    /** How many events of clients are shown between two ticks. */
    static final int MAX_EVENTS = 200;

    /** How much of what is asked for is logged, in characters. */
    private static final int MAX_LOGGED = 500;

    private final LimitedLog log = new LimitedLog(LOG);
    private final AdminSettings settings;
    private final ServerSight server;
    private final Supplier<Hub> hub;
    private final Supplier<Herald> herald;
    private final Clock clock;
    private final OrderedDispatcher<String, Runnable> work;

    /** Who has the UI open, by the connection's id. */
    private final Map<String, Peer> watchers = new ConcurrentHashMap<>();

    private final AtomicInteger events = new AtomicInteger();
    private final LongAdder connects = new LongAdder();
    private final LongAdder disconnects = new LongAdder();

    // Only for the one thing that is done at a time.
    private final Map<String, String> transports = new HashMap<>();
    private long packetsIn;
    private long packetsOut;

    /**
     * A desk without watchers.
     *
     * @param hub asked when somebody watches, by which time it is there
     * @param herald as well
     */
    public AdminDesk(
            AdminSettings settings,
            ServerSight server,
            Supplier<Hub> hub,
            Supplier<Herald> herald,
            Executor executor,
            Clock clock) {
        this.settings = settings;
        this.server = server;
        this.hub = hub;
        this.herald = herald;
        this.clock = clock;
        this.work = new OrderedDispatcher<>(executor, 1, MAX_WAITING, (key, thing) -> thing.run());
    }

    /** Whether an event is of the UI's namespace. */
    boolean isItsOwn(HeraldEvent event) {
        var connection = Observers.connection(event);
        return connection != null && connection.namespace().equals(settings.namespace());
    }

    /** Takes an event of the UI's namespace: somebody opens it, closes it, or asks for something. */
    void tell(HeraldEvent event) {
        if (event instanceof Connected connected) {
            watchers.put(connected.connection().id(), connected.peer());
            add(() -> greet(connected.peer()));
        } else if (event instanceof Disconnected disconnected) {
            watchers.remove(disconnected.connection().id());
        } else if (event instanceof Received && work.isFull()) {
            log.log(
                    WARNING,
                    "what the Admin UI asks for is not done: more than " + MAX_WAITING + " events wait for it");
        } else if (event instanceof Received received) {
            work.add("", () -> obey(received));
        }
    }

    /** Shows an event of another namespace to those who watch. */
    void show(HeraldEvent event) {
        if (watchers.isEmpty()) {
            return;
        }
        if (event instanceof Connected) {
            connects.increment();
        } else if (event instanceof Disconnected) {
            disconnects.increment();
        }
        var isShown = settings.mode() == AdminSettings.Mode.DEVELOPMENT
                && Observers.connection(event) != null
                && !(event instanceof Received && events.incrementAndGet() > MAX_EVENTS);
        if (isShown) {
            var at = clock.instant().toString();
            add(() -> showNow(event, at));
        }
    }

    /** Shows the totals. To be called every two seconds, as the reference does. */
    public void tick() {
        events.set(0);
        if (!watchers.isEmpty()) {
            add(this::showTotals);
        }
    }

    private void add(Runnable thing) {
        if (work.isFull()) {
            log.log(WARNING, "the Admin UI is not shown everything: more than " + MAX_WAITING + " events wait for it");
        } else {
            work.add("", thing);
        }
    }

    private void greet(Peer watcher) {
        if (watchers.size() == 1) {
            beginToCount();
        }
        watcher.get(AdminGate.SESSION).ifPresent(id -> watcher.send("session", Sight.arguments(id)));
        watcher.send("config", Sight.arguments(ServerSight.config(settings)));
        if (settings.mode() == AdminSettings.Mode.DEVELOPMENT) {
            var all = Json.createArrayBuilder();
            shown().forEach(member -> all.add(Sight.socket(member)));
            watcher.send("all_sockets", Sight.arguments(all.build()));
        }
        showTotals();
    }

    /** What was before anybody watched is not counted. */
    private void beginToCount() {
        connects.reset();
        disconnects.reset();
        packetsIn = hub.get().figures().in();
        packetsOut = hub.get().figures().out();
        transports.clear();
    }

    private List<Member> shown() {
        return hub.get().presence().members().stream().limit(MAX_SOCKETS).toList();
    }

    private void showNow(HeraldEvent event, String at) {
        if (event instanceof Connected connected) {
            hub.get()
                    .peer(connected.connection().id())
                    .ifPresent(member -> send("socket_connected", Sight.socket(member), at));
        } else if (event instanceof Disconnected gone) {
            send(
                    "socket_disconnected",
                    gone.connection().namespace(),
                    gone.connection().id(),
                    gone.reason(),
                    at);
        } else if (event instanceof Joined joined) {
            joined.room().ifPresent(room -> showRoom("room_joined", room, joined.connection(), at));
        } else if (event instanceof Left left) {
            left.room().ifPresent(room -> showRoom("room_left", room, left.connection(), at));
        } else if (event instanceof Received received) {
            var connection = received.connection();
            send("event_received", connection.namespace(), connection.id(), Sight.event(received), at);
        }
    }

    private void showRoom(String what, String room, Connection connection, String at) {
        send(what, connection.namespace(), room, connection.id(), at);
    }

    private void send(String event, Object... arguments) {
        var json = Sight.arguments(arguments);
        watchers.values().forEach(watcher -> watcher.send(event, json));
    }

    private void showTotals() {
        var members = hub.get().presence().members();
        var counts = new LinkedHashMap<String, Long>();
        var figures = hub.get().figures();
        counts.put("rawConnection", connects.sumThenReset());
        counts.put("rawDisconnection", disconnects.sumThenReset());
        counts.put("packetsIn", figures.in() - packetsIn);
        counts.put("packetsOut", figures.out() - packetsOut);
        packetsIn = figures.in();
        packetsOut = figures.out();
        var stats = server.stats(members, Sight.counted(clock.millis() / 1000 * 1000, counts));
        var json = Sight.arguments(stats);
        // A slow reader is spared the old ones.
        watchers.values().forEach(watcher -> watcher.sendIfIdle("server_stats", json));
        if (settings.mode() == AdminSettings.Mode.DEVELOPMENT) {
            showUpgrades(members.stream().limit(MAX_SOCKETS).toList());
        }
    }

    /** Which sockets have another transport than before. Nobody tells of it, so it is looked for. */
    private void showUpgrades(List<Member> members) {
        var now = new HashMap<String, String>();
        for (var member : members) {
            var id = member.connection().id();
            var transport = member.link().transport();
            now.put(id, transport);
            var before = transports.get(id);
            if (before != null && !before.equals(transport)) {
                send(
                        "socket_updated",
                        Json.createObjectBuilder()
                                .add("id", id)
                                .add("nsp", member.connection().namespace())
                                .add("transport", transport)
                                .build());
            }
        }
        transports.clear();
        transports.putAll(now);
    }

    private void obey(Received received) {
        var command = Command.read(received);
        var who = received.connection().handshake().remoteAddress();
        if (command.isEmpty()) {
            LOG.log(
                    INFO,
                    "the Admin UI at " + who + " asks for something that is not understood: " + line(received.event()));
        } else if (settings.readOnly()) {
            LOG.log(INFO, "the Admin UI at " + who + " may only look; not done: " + line(command.get()));
        } else {
            LOG.log(INFO, "the Admin UI at " + who + " does: " + line(command.get()));
            command.get()
                    .run(herald.get(), failure -> LOG.log(INFO, "not done: " + line(command.get() + ": " + failure)));
        }
    }

    /** What somebody has typed, as a part of a line of the log: it makes no further lines, and no long one. */
    private static String line(Object typed) {
        var text = typed.toString().replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", " ");
        return text.length() <= MAX_LOGGED ? text : text.substring(0, MAX_LOGGED) + "…";
    }

    /** Those who watch, for tests. */
    List<Peer> watchers() {
        return new ArrayList<>(watchers.values());
    }
}
