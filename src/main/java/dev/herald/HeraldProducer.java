package dev.herald;

import dev.herald.cdi.CdiAdmission;
import dev.herald.cdi.CdiObservers;
import dev.herald.cdi.ObserverCatalogue;
import dev.herald.cdi.RequestContext;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineSettings;
import dev.herald.feed.Feed;
import dev.herald.feed.FeedSettings;
import dev.herald.feed.Relay;
import dev.herald.feed.Sockets;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Devices;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.LogsByKind;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Observers;
import dev.herald.journal.JdbcClientStates;
import dev.herald.journal.JdbcDevices;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.Journal;
import dev.herald.journal.Retention;
import dev.herald.operate.JournalStatus;
import dev.herald.operate.SocketIoStatus;
import dev.herald.socketio.Admission;
import dev.herald.socketio.SocketIoServer;
import dev.herald.socketio.SocketIoSettings;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import jakarta.json.bind.JsonbBuilder;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Puts Herald together, once for each deployment. */
@ApplicationScoped
public class HeraldProducer {

    /** Clients' states that wait for the database. */
    private static final int WAITING_STATES = 20_000;

    /** Of their text, in characters. */
    private static final long WAITING_STATES_SIZE = 64L * 1024 * 1024;

    /** Devices on which something was seen that wait for the database. */
    private static final int WAITING_DEVICES = 20_000;

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    private @Nullable SocketIoStatus status;

    private @Nullable JournalStatus journalStatus;

    @Produces
    @Singleton
    Journal journal(Settings settings) {
        var opening = new Journal.Opening(settings.isStrict(), randomId(), settings.restored());
        return Journal.configured(opening, timer, executor);
    }

    @Produces
    @Singleton
    @Typed(JdbcLog.class)
    JdbcLog durableLog(Journal journal, JdbcLog.Bounds bounds) {
        var log = new JdbcLog(journal.database(), Clock.systemUTC(), executor, bounds);
        journalStatus = new JournalStatus(journal, log);
        journalStatus.open();
        return log;
    }

    @Produces
    @Singleton
    Log log(JdbcLog durable, ChannelKinds kinds, MemoryLog.Bounds bounds) {
        return new LogsByKind(kinds, durable, new MemoryLog(randomId(), Clock.systemUTC(), bounds));
    }

    @Produces
    @Singleton
    Retention retention(JdbcLog log, Journal journal, Retention.Rules rules) {
        return new Retention(log, journal.database(), rules, Clock.systemUTC(), timer, executor);
    }

    private static String randomId() {
        var id = new byte[12];
        new SecureRandom().nextBytes(id);
        return Base64.getUrlEncoder().encodeToString(id);
    }

    @Produces
    @Singleton
    Hub hub(Log log, ChannelKinds kinds, Devices devices, Observers observers, HubLimits limits) {
        return new Hub(log, kinds, devices, observers, limits, Clock.systemUTC());
    }

    @Produces
    @Singleton
    Devices devices(Journal journal) {
        return new JdbcDevices(journal.database(), executor, WAITING_DEVICES);
    }

    @Produces
    @Singleton
    Observers observers(Settings settings, ObserverCatalogue catalogue, RequestContext context) {
        return new CdiObservers(executor, settings.observerThreads(), settings.observerQueue(), catalogue, context);
    }

    @Produces
    @Singleton
    Sockets sockets(FeedSettings settings) {
        return new Sockets(settings, timer, executor);
    }

    /** Closes the sockets while the container still lets us: some servers would only cut them. */
    void goDown(
            @Observes @BeforeDestroyed(ApplicationScoped.class) Object deployment,
            Sockets sockets,
            EngineServer engine,
            SocketIoServer socketIo,
            JdbcClientStates states,
            Retention retention,
            Journal journal) {
        if (status != null) {
            status.close();
        }
        if (journalStatus != null) {
            journalStatus.close();
        }
        sockets.close();
        engine.close();
        socketIo.close();
        states.close();
        retention.close();
        journal.close();
    }

    @Produces
    @Singleton
    Feed feed(Hub hub, Sockets sockets) {
        return new Feed(hub, sockets, JsonbBuilder.create());
    }

    @Produces
    @Singleton
    Relay relay(Sockets sockets, HubLimits limits) {
        return new Relay(sockets, limits.connections());
    }

    @Produces
    @Singleton
    JdbcClientStates clientStates(Journal journal, SocketIoSettings settings) {
        return new JdbcClientStates(
                journal.database(),
                settings.recoveryWindow(),
                Clock.systemUTC(),
                executor,
                timer,
                WAITING_STATES,
                WAITING_STATES_SIZE);
    }

    @Produces
    @Singleton
    SocketIoServer socketIo(SocketIoSettings settings, Hub hub, Admission admission, JdbcClientStates states) {
        return new SocketIoServer(settings, hub, admission, states, timer);
    }

    @Produces
    @Singleton
    Admission admission(Settings settings, ObserverCatalogue catalogue, RequestContext context) {
        return new CdiAdmission(executor, settings.observerThreads(), settings.observerQueue(), catalogue, context);
    }

    @Produces
    @Singleton
    EngineServer engine(EngineSettings settings, SocketIoServer socketIo) {
        var engine = new EngineServer(settings, socketIo, timer, executor);
        status = new SocketIoStatus(engine, socketIo);
        status.open();
        return engine;
    }
}
