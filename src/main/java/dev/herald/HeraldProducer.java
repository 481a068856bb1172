package dev.herald;

import static dev.herald.WayDown.Step.CLIENTS;
import static dev.herald.WayDown.Step.DATABASE;
import static dev.herald.WayDown.Step.DELIVERIES;
import static dev.herald.WayDown.Step.MESSAGES;
import static dev.herald.WayDown.Step.OBSERVERS;
import static dev.herald.WayDown.Step.OPERATORS;
import static dev.herald.WayDown.Step.RECORDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.herald.api.ChannelKind;
import dev.herald.boardstore.BoardStore;
import dev.herald.cdi.ApplicationPolicy;
import dev.herald.cdi.CdiObservers;
import dev.herald.cdi.HandlerCatalogue;
import dev.herald.cdi.ObserverCatalogue;
import dev.herald.cdi.RequestContext;
import dev.herald.cdi.TypedJson;
import dev.herald.cluster.Cluster;
import dev.herald.concurrent.RetryingExecutor;
import dev.herald.document.Awareness;
import dev.herald.document.Documents;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineSettings;
import dev.herald.feed.FeedSettings;
import dev.herald.feed.Relay;
import dev.herald.feed.Sockets;
import dev.herald.forward.SessionIds;
import dev.herald.http.EventStreams;
import dev.herald.http.HttpServer;
import dev.herald.http.HttpSettings;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Devices;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.LogsByKind;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.ObjectJson;
import dev.herald.hub.Observers;
import dev.herald.journal.Housekeeping;
import dev.herald.journal.JdbcClientStates;
import dev.herald.journal.JdbcDevices;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import dev.herald.journal.Threads;
import dev.herald.operate.ClusterStatus;
import dev.herald.operate.JournalStatus;
import dev.herald.operate.SocketIoStatus;
import dev.herald.outbox.OutboundBudget;
import dev.herald.random.RandomIds;
import dev.herald.request.Admission;
import dev.herald.request.Authentication;
import dev.herald.request.Logins;
import dev.herald.request.Permission;
import dev.herald.request.Quotas;
import dev.herald.request.Requests;
import dev.herald.socketio.SocketIoServer;
import dev.herald.socketio.SocketIoSettings;
import dev.herald.transaction.Outbox;
import dev.herald.transaction.TransactionalPublisher;
import dev.herald.web.Callers;
import dev.herald.web.LoginSessions;
import dev.herald.web.RoleNames;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;

/** Puts Herald together, once for each deployment. */
@ApplicationScoped
public class HeraldProducer {

    /** Clients' states that wait for the database. */
    private static final int WAITING_STATES = 20_000;

    /** Of their text, in characters. */
    private static final long WAITING_STATES_SIZE = 64L * 1024 * 1024;

    /** Of the random id of a log, which is 16 characters. */
    private static final int EPOCH_BYTES = 12;

    /** Devices on which something was seen that wait for the database. */
    private static final int WAITING_DEVICES = 20_000;

    /** How long going down waits for what is committed to be delivered. */
    private static final Duration LAST_DELIVERIES = Duration.ofSeconds(2);

    @Inject
    Deployment deployment;

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    @Resource
    TransactionSynchronizationRegistry transactions;

    @Inject
    Callers callers;

    private final WayDown wayDown = new WayDown();

    /**
     * Goes down in order while the container still lets clients be told; some servers cut the connections before they destroy the
     * beans. What is disposed later, each by itself, has been closed here already.
     */
    void goDown(@Observes @BeforeDestroyed(ApplicationScoped.class) Object deployment) {
        wayDown.closeAll();
    }

    /** For the parts that other producers make. */
    @Produces
    @Singleton
    WayDown wayDown() {
        return wayDown;
    }

    @Produces
    @Singleton
    LogDatabase database(Settings settings) {
        var opening = new LogDatabase.Opening(settings.isStrict(), RandomIds.ofBytes(EPOCH_BYTES), settings.restored());
        return wayDown.add(DATABASE, LogDatabase.configured(opening, threads()));
    }

    static void close(@Disposes LogDatabase database) {
        WayDown.close(database);
    }

    private Threads threads() {
        return new Threads(executor, timer);
    }

    /** For those who keep what waits for a thread until there is one. */
    private Executor lasting() {
        return new RetryingExecutor(executor, timer);
    }

    @Produces
    @Singleton
    @Typed(JdbcLog.class)
    JdbcLog durableLog(LogDatabase database, JdbcLog.Bounds bounds) {
        var log = wayDown.add(MESSAGES, new JdbcLog(database.sources(), Clock.systemUTC(), threads(), bounds));
        wayDown.add(OPERATORS, new JournalStatus(deployment.path(), database, log))
                .open();
        return log;
    }

    static void close(@Disposes JdbcLog log) {
        WayDown.close(log);
    }

    @Produces
    @Singleton
    Log log(JdbcLog durable, ChannelKinds kinds, MemoryLog.Bounds bounds) {
        return new LogsByKind(kinds, durable, new MemoryLog(RandomIds.ofBytes(EPOCH_BYTES), Clock.systemUTC(), bounds));
    }

    @Produces
    @Singleton
    Hub hub(
            Log log,
            ChannelKinds kinds,
            Devices devices,
            Observers observers,
            ObjectJson objects,
            HubLimits limits,
            Cluster cluster,
            Deployment deployment) {
        wayDown.add(RECORDS, cluster);
        wayDown.add(OPERATORS, new ClusterStatus(deployment.path(), cluster)).open();
        var hub = new Hub(
                log, kinds, devices, observers, objects, limits, Clock.systemUTC(), cluster.neighbours(), lasting());
        wayDown.<AutoCloseable>add(DELIVERIES, () -> hub.awaitDelivered(LAST_DELIVERIES));
        return hub;
    }

    /** What beans publish goes through it. */
    @Produces
    @Singleton
    TransactionalPublisher publisher(Settings settings, Hub hub, Log log) {
        var outbox = Outbox.of(
                settings.outbox(),
                hub,
                channel -> log.kind(channel) == ChannelKind.DURABLE,
                Clock.systemUTC(),
                executor,
                timer);
        return wayDown.add(MESSAGES, new TransactionalPublisher(hub, transactions, outbox.orElse(null)));
    }

    static void close(@Disposes TransactionalPublisher publisher) {
        WayDown.close(publisher);
    }

    @Produces
    @Singleton
    JdbcDevices devices(LogDatabase database) {
        return wayDown.add(RECORDS, new JdbcDevices(database.sources(), threads(), WAITING_DEVICES));
    }

    static void close(@Disposes JdbcDevices devices) {
        WayDown.close(devices);
    }

    /** What the board keeps. */
    @Produces
    @Singleton
    BoardStore boardStore(LogDatabase database, Housekeeping housekeeping) {
        return BoardStore.in(database.sources().reading(), Clock.systemUTC(), housekeeping);
    }

    @Produces
    @Singleton
    @Typed(CdiObservers.class)
    CdiObservers observers(
            Settings settings,
            ObserverCatalogue catalogue,
            HandlerCatalogue handlers,
            TypedJson json,
            BeanManager beans,
            RequestContext context) {
        handlers.start(json, beans);
        return wayDown.add(
                OBSERVERS,
                new CdiObservers(
                        callers.withoutCaller(lasting()),
                        settings.observerThreads(),
                        settings.observerQueue(),
                        catalogue,
                        context));
    }

    static void close(@Disposes CdiObservers observers) {
        WayDown.close(observers);
    }

    /** What the application's objects are written and read with, also by observers. */
    @Produces
    @Singleton
    TypedJson typedJson() {
        return wayDown.add(RECORDS, new TypedJson());
    }

    static void close(@Disposes TypedJson typedJson) {
        WayDown.close(typedJson);
    }

    @Produces
    @Singleton
    Sockets sockets(FeedSettings settings, OutboundBudget budget) {
        return wayDown.add(CLIENTS, new Sockets(settings, timer, lasting(), budget));
    }

    static void close(@Disposes Sockets sockets) {
        WayDown.close(sockets);
    }

    /** What may wait for the clients of both dialects together. */
    @Produces
    @Singleton
    OutboundBudget outboundBudget(Settings settings) {
        return new OutboundBudget(settings.outboundBytes(), lasting());
    }

    @Produces
    @Singleton
    Requests requests(
            Hub hub,
            Permission permission,
            Quotas quotas,
            Authentication authentication,
            Logins logins,
            Documents documents,
            Awareness awareness) {
        return new Requests(hub, permission, quotas, authentication, logins, documents, awareness);
    }

    @Produces
    @Singleton
    Logins logins(Hub hub, LoginSessions sessions) {
        var logins = new Logins(hub, Clock.systemUTC(), executor);
        var clock = timer.scheduleAtFixedRate(logins::tick, 1, 1, SECONDS);
        var look = timer.scheduleAtFixedRate(() -> sessions.look(executor), 1, 1, SECONDS);
        wayDown.<AutoCloseable>add(CLIENTS, () -> {
            clock.cancel(false);
            look.cancel(false);
        });
        return logins;
    }

    @Produces
    @Singleton
    Quotas quotas(Settings settings) {
        return settings.quotaLimits()
                .map(limits -> new Quotas(limits, System::nanoTime))
                .orElse(Quotas.NONE);
    }

    @Produces
    @Singleton
    RoleNames roleNames(Settings settings, ApplicationPolicy policy, ObserverCatalogue catalogue) {
        var roles = settings.roles();
        roles.addAll(catalogue.roles());
        policy.bean().ifPresent(bean -> roles.addAll(bean.roles()));
        return new RoleNames(roles);
    }

    @Produces
    @Singleton
    Relay relay(Sockets sockets, HubLimits limits) {
        return new Relay(sockets, limits.connections());
    }

    @Produces
    @Singleton
    JdbcClientStates clientStates(LogDatabase database, SocketIoSettings settings, Housekeeping housekeeping) {
        return wayDown.add(
                RECORDS,
                new JdbcClientStates(
                        database.sources(),
                        settings.recoveryWindow(),
                        Clock.systemUTC(),
                        threads(),
                        housekeeping,
                        WAITING_STATES,
                        WAITING_STATES_SIZE));
    }

    static void close(@Disposes JdbcClientStates states) {
        WayDown.close(states);
    }

    @Produces
    @Singleton
    SocketIoServer socketIo(
            SocketIoSettings settings, Hub hub, Requests requests, Admission admission, JdbcClientStates states) {
        return wayDown.add(CLIENTS, new SocketIoServer(settings, hub, requests, admission, states, timer, lasting()));
    }

    static void close(@Disposes SocketIoServer socketIo) {
        WayDown.close(socketIo);
    }

    @Produces
    @Singleton
    EngineServer engine(EngineSettings settings, SocketIoServer socketIo, OutboundBudget budget, SessionIds ids) {
        var engine = wayDown.add(CLIENTS, new EngineServer(settings, socketIo, timer, executor, budget, ids::next));
        wayDown.add(OPERATORS, new SocketIoStatus(deployment.path(), engine, socketIo))
                .open();
        return engine;
    }

    static void close(@Disposes EngineServer engine) {
        WayDown.close(engine);
    }

    @Produces
    @Singleton
    HttpServer http(HttpSettings settings) {
        return wayDown.add(CLIENTS, new HttpServer(settings, timer, executor));
    }

    static void close(@Disposes HttpServer http) {
        WayDown.close(http);
    }

    @Produces
    @Singleton
    EventStreams eventStreams(
            HttpSettings settings, Hub hub, Requests requests, Admission admission, OutboundBudget budget) {
        return wayDown.add(CLIENTS, new EventStreams(settings, hub, requests, admission, budget, timer, executor));
    }

    static void close(@Disposes EventStreams streams) {
        WayDown.close(streams);
    }
}
