package dev.herald.operate;

import dev.herald.cluster.Cluster;
import dev.herald.engine.EngineServer;
import dev.herald.hub.Bus;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import dev.herald.measure.Latency;
import dev.herald.outbox.OutboundBudget;
import dev.herald.request.Requests;
import dev.herald.socketio.SocketIoServer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What operators see of this node, by HTTP. The requests' threads read it; it waits for nothing. */
public final class Figures {

    private static final double NANOS = 1e9;

    private final Hub hub;
    private final Requests requests;
    private final SocketIoServer socketIo;
    private final EngineServer engine;
    private final OutboundBudget budget;
    private final LogDatabase database;
    private final JdbcLog log;
    private final Cluster cluster;

    /** The figures of these parts. */
    public Figures(
            Hub hub,
            Requests requests,
            SocketIoServer socketIo,
            EngineServer engine,
            OutboundBudget budget,
            LogDatabase database,
            JdbcLog log,
            Cluster cluster) {
        this.hub = hub;
        this.requests = requests;
        this.socketIo = socketIo;
        this.engine = engine;
        this.budget = budget;
        this.database = database;
        this.log = log;
        this.cluster = cluster;
    }

    /** The connections of this node. */
    List<Member> connections() {
        return hub.presence().members();
    }

    /** Ends a connection and its transport; false when there is no such one. */
    boolean disconnect(String connectionId) {
        var member = hub.peer(connectionId);
        member.ifPresent(Member::close);
        return member.isPresent();
    }

    /** All figures as they are now. */
    List<Figure> now() {
        return Stream.of(present(), messages(), troubles(), logAndBus())
                .flatMap(List::stream)
                .toList();
    }

    private List<Figure> present() {
        return List.of(
                Figure.gauges(
                        "herald_connections",
                        "Open connections of this node; a client of Socket.IO has one in each namespace.",
                        "transport",
                        byTransport()),
                Figure.gauge("herald_sessions", "Engine.IO sessions of this node.", engine.size()),
                Figure.gauge(
                        "herald_people",
                        "People who are connected, on all nodes.",
                        hub.presence().countPeople()),
                Figure.gauge(
                        "herald_channels",
                        "Channels that somebody on this node is subscribed to, private ones included.",
                        hub.figures().channels()));
    }

    private List<Figure> messages() {
        var done = hub.figures();
        return List.of(
                Figure.counter(
                        "herald_messages_in",
                        "Messages published to channels on this node, without repeats and refused ones.",
                        done.in()),
                Figure.counter(
                        "herald_messages_out",
                        "Messages of channels that were queued for clients of this node.",
                        done.out()),
                latency(
                        "herald_ack_latency_seconds",
                        "From when a new message is taken until it is in the log, delivered to queues, and its publisher told.",
                        done.acknowledgements()),
                latency(
                        "herald_delivery_latency_seconds",
                        "From the commit of a new message of this node until it is in the queues of those who are live here.",
                        done.deliveries()),
                Figure.gauge("herald_outbound_queued_bytes", "Bytes that wait for all clients.", budget.bytes()));
    }

    private List<Figure> troubles() {
        return List.of(
                Figure.counter(
                        "herald_slow_readers",
                        "Connections closed as slow readers, or as the log could not be read for them.",
                        hub.figures().slowReaders()),
                Figure.counters(
                        "herald_recoveries",
                        "Clients of Socket.IO that came back, by what became of it.",
                        "outcome",
                        new TreeMap<>(socketIo.recoveryOutcomes())),
                Figure.counters(
                        "herald_refusals", "What clients were refused, by error code.", "code", requests.refusals()));
    }

    private List<Figure> logAndBus() {
        var bus = cluster.bus().orElse(new Bus.State(false, 0, 0, 0, 0));
        var nodes = cluster.nodes().others().size() + 1;
        return List.of(
                Figure.gauge("herald_log_up", "Whether the log's database answers: 1 or 0.", database.isOpen() ? 1 : 0),
                Figure.gauge("herald_log_waiting", "Messages that wait to be committed.", log.waiting()),
                Figure.gauge("herald_nodes", "Nodes that live, this one included.", nodes),
                Figure.gauge("herald_bus_up", "Whether this node hears the bus: 1 or 0.", bus.hearing() ? 1 : 0),
                Figure.gauge("herald_bus_waiting", "Messages that wait to be told to other nodes.", bus.waiting()),
                Figure.counter("herald_bus_told", "Messages told to other nodes.", bus.told()),
                Figure.counter("herald_bus_heard", "Messages of other nodes heard.", bus.heard()),
                Figure.counter("herald_bus_dropped", "Messages not told by the bus; the log has them.", bus.dropped()));
    }

    private Map<String, Long> byTransport() {
        return connections().stream()
                .collect(Collectors.groupingBy(
                        member -> member.link().transport(), TreeMap::new, Collectors.counting()));
    }

    private static Figure latency(String name, String help, Latency latency) {
        var noted = latency.now();
        return Figure.seconds(
                name,
                help,
                noted.p50Nanos() / NANOS,
                noted.p99Nanos() / NANOS,
                noted.count(),
                noted.sumNanos() / NANOS);
    }
}
