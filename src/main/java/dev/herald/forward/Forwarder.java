package dev.herald.forward;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.SparingExecutor;
import dev.herald.engine.EngineServlet;
import dev.herald.engine.EngineSettings;
import dev.herald.nonblocking.SlowBodies;
import dev.herald.websocket.WebSocketHandshake;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests on whose session another node has, so that a load balancer may send each request to any node. A request makes one
 * hop: one that a node has sent is never sent on.
 *
 * <p>Thread-safe: called by request threads, by the threads that it borrows, and by its clock; under no lock.
 */
public final class Forwarder implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Forwarder.class.getName());

    /** How long a node may take to accept a connection. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** How much longer than a poll may last its answer is waited for. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final Duration TICK = Duration.ofMillis(500);

    /** How many threads may wait for clients that do not take their answers. */
    private static final int MAX_ANSWERING = 64;

    /** How many threads may carry what comes and goes between the nodes; none of them waits. */
    private static final int MAX_CARRYING = 8;

    /** On a request that another node has sent. */
    private static final String FORWARDED = Forwarder.class.getName();

    private final NodeDirectory nodes;
    private final String path;
    private final EngineSettings settings;
    private final SlowBodies slowBodies;
    private final Executor answering;
    private final Executor carrying;
    private final Future<?> clock;
    /** Has one permit for each request and each WebSocket that may still be forwarded. */
    private final Semaphore room;

    private final Set<ForwardedExchange> exchanges = ConcurrentHashMap.newKeySet();
    private final Set<SocketRelay> relays = ConcurrentHashMap.newKeySet();
    private final LongAdder forwarded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LimitedLog unreachable = new LimitedLog(LOG);
    private final LimitedLog turnedAway = new LimitedLog(LOG);
    private volatile @Nullable HttpClient client;

    /**
     * Starts the clock.
     *
     * @param path where each node serves Socket.IO, below its address
     * @param slowBodies counts the bodies on their way; somebody else has its clock
     * @param timer may have a single thread: what it runs here does not block
     * @param executor for what may wait for a client, and for what comes from other nodes
     */
    public Forwarder(
            NodeDirectory nodes,
            String path,
            EngineSettings settings,
            SlowBodies slowBodies,
            ScheduledExecutorService timer,
            Executor executor) {
        this.nodes = nodes;
        this.path = path;
        this.settings = settings;
        this.slowBodies = slowBodies;
        this.answering = new SparingExecutor(executor, MAX_ANSWERING);
        this.carrying = new SparingExecutor(executor, MAX_CARRYING);
        this.room = new Semaphore(settings.maxSessions());
        this.clock = timer.scheduleAtFixedRate(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * The request as the client has sent it, if another node has handed it on: with the client's address, and with the person as
     * whom it has signed in there. Any other request stays as it is, also one that only claims to come from a node.
     */
    public HttpServletRequest view(HttpServletRequest request) {
        if (nodes.me().isEmpty() || !path.equals(request.getServletPath() + "/")) {
            return request;
        }
        var header = request.getHeader(Voucher.HEADER);
        var query = request.getQueryString();
        if (header == null || query == null) {
            return request;
        }
        var voucher = Voucher.open(header, nodes.secret(), request.getMethod(), query);
        if (voucher.isEmpty()) {
            LOG.log(DEBUG, "a request that no node has signed says that it comes from one; it counts as any other");
            return request;
        }
        request.setAttribute(FORWARDED, true);
        return new VouchedRequest(request, voucher.get());
    }

    /**
     * Hands a request on to the node that has its session, if that is another one and lives. Then it is answered later, or is
     * already.
     *
     * @param request one that has seen {@link #view}
     * @param visitor asked who sends a request that is handed on
     * @return false when this node is to answer: also requests of sessions of dead and unknown nodes
     */
    public boolean handOn(
            HttpServletRequest request, HttpServletResponse response, Function<HttpServletRequest, Visitor> visitor)
            throws IOException, ServletException {
        var me = nodes.me();
        if (me.isEmpty() || request.getAttribute(FORWARDED) != null) {
            return false;
        }
        var sid = EngineServlet.parameter(request, "sid");
        var node = sid == null ? "" : SessionIds.nodeOf(sid);
        if (node.isEmpty() || node.equals(me)) {
            return false;
        }
        var isWebSocket = WebSocketHandshake.isRequested(request);
        var url = nodes.urlOf(node);
        if (url.isEmpty() || !isOfEngine(request, isWebSocket)) {
            return false;
        }
        handOn(request, response, visitor.apply(request), node, url.get(), isWebSocket);
        return true;
    }

    /** Others are refused, whoever has the session. */
    private static boolean isOfEngine(HttpServletRequest request, boolean isWebSocket) {
        var transport = EngineServlet.parameter(request, "transport");
        return isWebSocket
                ? EngineSettings.WEBSOCKET.equals(transport)
                : EngineSettings.POLLING.equals(transport)
                        && Set.of("GET", "POST").contains(request.getMethod());
    }

    private void handOn(
            HttpServletRequest request,
            HttpServletResponse response,
            Visitor visitor,
            String node,
            URI url,
            boolean isWebSocket)
            throws IOException, ServletException {
        var ownerRequest = OwnerRequest.of(request, node, url, path, visitor, nodes);
        if (!room.tryAcquire()) {
            turnedAway.log(
                    WARNING,
                    "requests are turned away (503): " + settings.maxSessions()
                            + " are on their way to other nodes, as many as herald.connections.max allows");
            EngineServlet.refuseForWantOfRoom(response, isWebSocket);
            return;
        }
        forwarded.increment();
        if (isWebSocket) {
            relay(request, response, ownerRequest);
        } else {
            exchange(request, response, ownerRequest);
        }
    }

    private void exchange(HttpServletRequest request, HttpServletResponse response, OwnerRequest ownerRequest)
            throws IOException {
        var exchange = new ForwardedExchange(this, ownerRequest, request, response);
        exchanges.add(exchange);
        var begun = false;
        try {
            exchange.begin();
            begun = true;
        } finally {
            if (!begun) {
                forget(exchange);
            }
        }
    }

    private void relay(HttpServletRequest request, HttpServletResponse response, OwnerRequest ownerRequest)
            throws IOException, ServletException {
        var relay = new SocketRelay(ownerRequest.node(), listener -> connect(ownerRequest, listener));
        relays.add(relay);
        var accepted = false;
        try {
            accepted = WebSocketHandshake.accept(request, response, EngineServlet.limits(settings), relay)
                    .isPresent();
        } finally {
            if (!accepted) {
                forget(relay);
            }
        }
    }

    private CompletableFuture<WebSocket> connect(OwnerRequest ownerRequest, WebSocket.Listener listener) {
        var connecting = ownerRequest
                .complete(client().newWebSocketBuilder())
                .connectTimeout(CONNECT_TIMEOUT)
                .buildAsync(ownerRequest.socketTarget(), listener);
        var unused = connecting.whenComplete((same, failure) -> {
            if (failure != null && !(failure instanceof CancellationException)) {
                unreachable(ownerRequest, failure);
            }
        });
        return connecting;
    }

    // For what is on its way.

    int maxBody() {
        return settings.maxPayload();
    }

    SlowBodies slowBodies() {
        return slowBodies;
    }

    /** How long the answer to a request is waited for. */
    Duration patience() {
        return settings.pingInterval().plus(settings.pingTimeout()).plus(GRACE);
    }

    /** Runs a task that may wait for a client. */
    void execute(Runnable task) {
        answering.execute(task);
    }

    /** For requests to other nodes; made when there is the first one. */
    HttpClient client() {
        var made = client;
        if (made == null) {
            synchronized (this) {
                made = client;
                if (made == null) {
                    made = HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(CONNECT_TIMEOUT)
                            .executor(carrying)
                            .build();
                    client = made;
                }
            }
        }
        return made;
    }

    /**
     * The client of a polling session is gone, or has lost an answer. The node that has the session may not notice; so it is told in
     * the client's name.
     */
    void endSession(OwnerRequest ownerRequest) {
        var close =
                ownerRequest.request("POST").POST(BodyPublishers.ofString("1")).timeout(CONNECT_TIMEOUT);
        var unused = client().sendAsync(close.build(), BodyHandlers.discarding())
                .whenComplete((same, failure) -> {
                    if (failure != null) {
                        LOG.log(
                                DEBUG,
                                () -> "the end of a session was not told to node " + ownerRequest.node() + ": "
                                        + failure);
                    }
                });
    }

    /** Another node has not answered. */
    void unreachable(OwnerRequest ownerRequest, @Nullable Throwable failure) {
        var cause = failure != null && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof WebSocketHandshakeException refusal) {
            LOG.log(
                    DEBUG,
                    () -> "node " + ownerRequest.node() + " has refused a WebSocket: "
                            + refusal.getResponse().statusCode());
            return;
        }
        failed.increment();
        unreachable.log(
                WARNING,
                () -> "a request could not be handed on to node " + ownerRequest.node() + " at "
                        + ownerRequest.target().getAuthority()
                        + "; its client connects again and goes on; if this lasts, see whether the nodes reach each other there: "
                        + cause);
    }

    void forget(ForwardedExchange exchange) {
        if (exchanges.remove(exchange)) {
            room.release();
        }
    }

    private void forget(SocketRelay relay) {
        if (relays.remove(relay)) {
            room.release();
        }
    }

    /** How many requests and WebSockets were handed on. */
    public long forwarded() {
        return forwarded.sum();
    }

    /** How many of them another node has not answered; their clients have connected again, or will. */
    public long failed() {
        return failed.sum();
    }

    /** How many are on their way now: polls that wait, and WebSockets. */
    public int underWay() {
        return exchanges.size() + relays.size();
    }

    private void tick() {
        try {
            exchanges.stream().filter(one -> !lives(one.node())).forEach(ForwardedExchange::breakOff);
            var now = System.nanoTime();
            relays.stream().filter(one -> !one.tick(now, lives(one.node()))).forEach(this::forget);
        } catch (RuntimeException | Error e) {
            // It must not stop the clock.
            LOG.log(ERROR, "the deadlines of forwarded requests could not be checked", e);
        }
    }

    private boolean lives(String node) {
        return nodes.urlOf(node).isPresent();
    }

    /** Stops the clock, and breaks off what is on its way: this node goes down. */
    @Override
    public void close() {
        clock.cancel(false);
        exchanges.forEach(ForwardedExchange::breakOff);
        var now = System.nanoTime();
        relays.forEach(one -> one.tick(now, false));
    }
}
