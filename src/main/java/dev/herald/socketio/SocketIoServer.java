package dev.herald.socketio;

import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.PersonPrincipal;
import dev.herald.engine.EngineListener;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineSession;
import dev.herald.hub.ClientStates;
import dev.herald.hub.Hub;
import dev.herald.request.Admission;
import dev.herald.request.Requests;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes each session of Engine.IO a connection of Socket.IO 5, whose clients are subscribers of the hub. Lives from deployment
 * to undeployment. The threads of sessions, the clock's, and operators' call it, holding no lock.
 */
public final class SocketIoServer implements EngineServer.Application, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SocketIoServer.class.getName());
    private static final Duration TICK = Duration.ofMillis(250);

    /** Tells the other nodes the id of a connection that goes on here. */
    private static final String GOES_ON = "socketio-goes-on";

    private final SocketIoSettings settings;
    private final Hub hub;
    private final Requests requests;
    private final Admission admission;
    private final Recoveries recoveries;
    private final UnhandledEvents unhandled;
    private final Entrance entrance;
    private final Future<?> clock;
    private final ConcurrentMap<String, EventDialect> dialects = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, EventDialect> bareDialects = new ConcurrentHashMap<>();

    /** The connections that have something to wait for. */
    private final Set<SocketIoConnection> waiting = ConcurrentHashMap.newKeySet();

    /**
     * Starts the clock.
     *
     * @param states where clients are kept that outlive this server
     * @param timer may have a single thread: what it runs here does not block
     * @param executor for what waits for the database
     */
    public SocketIoServer(
            SocketIoSettings settings,
            Hub hub,
            Requests requests,
            Admission admission,
            ClientStates states,
            ScheduledExecutorService timer,
            Executor executor) {
        this.settings = settings;
        this.hub = hub;
        this.requests = requests;
        this.admission = admission;
        this.entrance = new Entrance(executor);
        this.unhandled = new UnhandledEvents(hub::observedNames);
        this.recoveries = new Recoveries(
                settings.recoveryWindow(),
                settings.maxSuspended(),
                states,
                connection -> hub.neighbours().command(GOES_ON, List.of(connection)));
        hub.remote().on(GOES_ON, told -> recoveries.goesOnElsewhere(told.get(0)));
        this.clock = timer.scheduleAtFixedRate(
                () -> tick(System.nanoTime()), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * A client has a session.
     *
     * @throws IllegalStateException when the request did not pass the filter that says who it is from
     */
    @Override
    public EngineListener accept(EngineSession session, @Nullable Principal principal) {
        return accept(session, principal, EngineServer.Caller.UNKNOWN);
    }

    @Override
    public EngineListener accept(EngineSession session, @Nullable Principal principal, EngineServer.Caller caller) {
        if (!(principal instanceof PersonPrincipal visitor)) {
            throw new IllegalStateException(
                    "the request did not pass Herald's filter: map dev.herald.web.VisitorFilter to Socket.IO's path");
        }
        var connection = new SocketIoConnection(session, visitor, caller, this);
        waiting.add(connection);
        return connection;
    }

    SocketIoSettings settings() {
        return settings;
    }

    Hub hub() {
        return hub;
    }

    Requests requests() {
        return requests;
    }

    Entrance entrance() {
        return entrance;
    }

    UnhandledEvents unhandled() {
        return unhandled;
    }

    Admission admission() {
        return admission;
    }

    Recoveries recoveries() {
        return recoveries;
    }

    /**
     * The dialect of a namespace, of which there are two: messages are written once for all clients that are alike. Those of
     * namespaces whose names clients choose are not kept here.
     */
    EventDialect dialect(String namespace, boolean isBare) {
        var hasMetadata = !isBare && settings.metadata() && namespace.equals(SocketIoPacket.MAIN_NAMESPACE);
        if (!settings.isNamed(namespace)) {
            return new EventDialect(namespace, hasMetadata);
        }
        return (isBare ? bareDialects : dialects)
                .computeIfAbsent(namespace, name -> new EventDialect(name, hasMetadata));
    }

    /** Looks after a connection's deadlines until it has none. */
    void watch(SocketIoConnection connection) {
        waiting.add(connection);
    }

    /** How often clients went on where they were ({@code recovered}), and how often they could not, by the reason. */
    public Map<String, Long> recoveryOutcomes() {
        var counts = new TreeMap<String, Long>();
        recoveries
                .outcomes()
                .forEach((outcome, count) -> counts.put(outcome.name().toLowerCase(Locale.ROOT), count));
        return counts;
    }

    void tick(long now) {
        recoveries.tick(now);
        for (var connection : List.copyOf(waiting)) {
            // Taken out first: what begins to wait meanwhile puts it in again.
            waiting.remove(connection);
            try {
                if (connection.tick(now)) {
                    waiting.add(connection);
                }
            } catch (RuntimeException e) {
                // It must not end the clock for the others.
                LOG.log(ERROR, "the deadlines of a Socket.IO connection could not be checked", e);
            }
        }
    }

    /** Stops the clock; the sessions are the Engine.IO server's to end. */
    @Override
    public void close() {
        clock.cancel(false);
        recoveries.close();
    }
}
