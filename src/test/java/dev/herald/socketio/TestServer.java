package dev.herald.socketio;

import dev.herald.api.ChannelName;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.Receipt;
import dev.herald.engine.EngineServer;
import dev.herald.engine.EngineSettings;
import dev.herald.engine.PollingClient;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.ClientStates;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.MemoryDevices;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.ObjectJson;
import dev.herald.request.Logins;
import dev.herald.request.Permission;
import dev.herald.request.Requests;
import dev.herald.testing.AdjustableClock;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.ObserverDiary;
import dev.herald.testing.Tokens;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Socket.IO over a real hub and a real Engine.IO, without a network: the time is the test's. */
final class TestServer {

    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789Z"), ZoneOffset.UTC);
    static final Person ANN = new Person("ann", "Ann");
    static final Person BOB = new Person("bob", "Bob");
    static final String MAIN = "/";
    static final String SHOP = "/shop";
    static final MemoryLog.Bounds BOUNDS = new MemoryLog.Bounds(1_000, 10_000_000, 100);
    static final SocketIoSettings SETTINGS = settings(true, false);

    final ObserverDiary observers = new ObserverDiary();
    final FakeTimer timer = new FakeTimer();
    final MemoryDevices devices = new MemoryDevices();
    final CommandedNeighbours neighbours = new CommandedNeighbours();
    final Log log;
    final Hub hub;
    final Requests requests;
    final SocketIoServer socketIo;
    final Tokens tokens = new Tokens();
    final Logins logins;

    /** By which logins end. */
    final AdjustableClock clock = new AdjustableClock(CLOCK.instant());

    final EngineServer engine;

    /** Examines who connects; at first it lets everyone in, at once. */
    volatile BiConsumer<ConnectionAttempt, Runnable> examiner = (attempt, then) -> then.run();

    /** At first the one that holds everywhere. */
    volatile Permission permission = Permission::byChannel;

    TestServer() {
        this(SETTINGS);
    }

    TestServer(SocketIoSettings settings) {
        this(settings, BOUNDS, 256);
    }

    TestServer(SocketIoSettings settings, MemoryLog.Bounds bounds, int queuedPackets) {
        this(settings, bounds, queuedPackets, new HubLimits(100, 3, 900));
    }

    TestServer(SocketIoSettings settings, MemoryLog.Bounds bounds, int queuedPackets, HubLimits limits) {
        this(settings, new MemoryLog("life", CLOCK, bounds), ClientStates.NONE, queuedPackets, limits);
    }

    /** A life of a server, which may not be the first of its log and its clients' states. */
    TestServer(SocketIoSettings settings, Log log, ClientStates states, int queuedPackets, HubLimits limits) {
        this(settings, log, states, queuedPackets, limits, Runnable::run);
    }

    /** As above; the executor is for those who wait to be let in. */
    TestServer(
            SocketIoSettings settings,
            Log log,
            ClientStates states,
            int queuedPackets,
            HubLimits limits,
            Executor executor) {
        this.log = log;
        hub = new Hub(
                log,
                new ChannelKinds(List.of("typing:*"), List.of()),
                devices,
                observers,
                ObjectJson.NONE,
                limits,
                CLOCK,
                neighbours,
                Runnable::run);
        logins = new Logins(hub, clock, Runnable::run);
        requests = new Requests(hub, (asker, request) -> permission.decide(asker, request), tokens, logins);
        socketIo = new SocketIoServer(
                settings,
                hub,
                requests,
                (attempt, then) -> examiner.accept(attempt, then),
                states,
                timer.asExecutor(),
                executor);
        engine = new EngineServer(
                EngineSettings.DEFAULT.toBuilder()
                        .allowUpgrades(false)
                        .queuedPackets(queuedPackets)
                        .build(),
                socketIo,
                timer.asExecutor(),
                Runnable::run);
    }

    /** Settings with two namespaces besides the main one and those of a pattern, 3 invalid ones, 3 pending answers, and 1000 bytes of attachments. */
    static SocketIoSettings settings(boolean recovery, boolean metadata) {
        return settings(recovery, metadata, 100);
    }

    static SocketIoSettings settings(boolean recovery, boolean metadata, int maxSuspended) {
        return new SocketIoSettings(
                Set.of(SHOP, "/chat", "/tenant-*"),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                1_000,
                3,
                3,
                recovery,
                Duration.ofMinutes(2),
                maxSuspended,
                metadata,
                SocketIoSettings.BareEvents.AUTO,
                false);
    }

    /** A connection that is in no namespace yet. */
    PollingClient open(Person person) {
        return open(person, true);
    }

    PollingClient open(Person person, boolean isProven) {
        return PollingClient.open(engine, new PersonPrincipal(person, isProven), isProven);
    }

    /** A client of this program, in no namespace yet. */
    PollingClient open(Person person, EngineServer.Caller caller) {
        return PollingClient.open(engine, new PersonPrincipal(person, true), true, caller);
    }

    /** A client in the main namespace. */
    TestSocket connect(Person person) {
        return connect(person, MAIN);
    }

    TestSocket connect(Person person, String namespace) {
        return new TestSocket(open(person), namespace).connect("");
    }

    /** Publishes as the application, except to some. */
    Receipt publish(ChannelName channel, String event, String json, String... except) {
        return hub.publish(new Draft(channel, event, null, null, json, null, Set.of(except)))
                .toCompletableFuture()
                .join();
    }

    /** As much time has passed. */
    void pass(Duration time) {
        socketIo.tick(System.nanoTime() + time.toNanos());
    }

    long outcomes(String outcome) {
        return socketIo.recoveryOutcomes().getOrDefault(outcome, 0L);
    }

    /** Lets a test wait for what other threads do. */
    static <T> T await(java.util.concurrent.CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
