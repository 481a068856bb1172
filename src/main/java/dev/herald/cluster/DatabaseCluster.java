package dev.herald.cluster;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.concurrent.LimitedLog;
import dev.herald.hub.Bus;
import dev.herald.hub.Hub;
import dev.herald.hub.Neighbours;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that share a database. What happens to a node's life, its messages and its people meets here.
 *
 * <p>Threads: as {@link Cluster}; what it does by itself, it does on borrowed threads. It holds no lock.
 */
public final class DatabaseCluster implements Cluster {

    private static final System.Logger LOG = System.getLogger(DatabaseCluster.class.getName());

    /** After how long it is tried again to read the secret. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Nodes nodes;
    private final Bus bus;
    private final BusCalls calls;
    private final BusNeighbours neighbours;
    private final Roster roster;
    private final CommandLog commands;
    private final SharedSecret secret;
    private final Errand loading;
    private final LimitedLog failures = new LimitedLog(LOG);

    /** Written once, by {@link #start}. */
    private volatile @Nullable Hub hub;

    /**
     * A node that has not begun.
     *
     * @param secret not loaded yet
     * @param isDurable whether the messages of a channel are in the database
     * @param database which the nodes share
     * @param timer must not wait
     * @param executor lends threads that wait for the database
     */
    public DatabaseCluster(
            Nodes nodes,
            Bus bus,
            SharedSecret secret,
            Predicate<ChannelName> isDurable,
            DataSource database,
            ScheduledExecutorService timer,
            Executor executor) {
        this.nodes = nodes;
        this.bus = bus;
        this.secret = secret;
        this.loading = new Errand(executor, timer, this::loadSecret);
        this.roster = new Roster(database, this::announcePeople, timer, executor);
        this.calls = new BusCalls(
                bus,
                () -> nodes.others().stream().map(Nodes.Node::id).collect(Collectors.toSet()),
                nodes::me,
                System::nanoTime,
                executor);
        BooleanSupplier hasOthers = () -> !nodes.others().isEmpty();
        this.commands = new CommandLog(database, hasOthers, nodes::isHousekeeper, timer, executor);
        this.neighbours = new BusNeighbours(bus, roster, calls, commands, hasOthers, isDurable, timer, executor);
    }

    private void announcePeople() {
        neighbours.announcePeople();
    }

    @Override
    public Neighbours neighbours() {
        return neighbours;
    }

    @Override
    public void start(Hub hubHere) {
        hub = hubHere;
        roster.start(hubHere.presence());
        commands.start(command -> hubHere.remote().heard(command.name(), command.arguments()));
        neighbours.start(hubHere);
        nodes.start(new Life());
    }

    @Override
    public Nodes nodes() {
        return nodes;
    }

    @Override
    public Optional<Bus.State> bus() {
        return Optional.of(bus.state());
    }

    @Override
    public Lag lag() {
        return neighbours.lag();
    }

    @Override
    public Optional<byte[]> secret() {
        return secret.known();
    }

    private void loadSecret() {
        try {
            secret.load();
        } catch (SQLException | RuntimeException e) {
            failures.log(
                    WARNING,
                    () ->
                            "the nodes' common secret cannot be read, and that is tried again each second; until then this node is as"
                                    + " one that is alone: " + e.getMessage());
            loading.askAfter(RETRY);
        }
    }

    /** What the lives of nodes mean for this one. */
    private final class Life implements Nodes.Listener {

        @Override
        public void alive(String me) {
            roster.begin(me);
            loading.ask();
            commands.begin();
        }

        @Override
        public void joined(Nodes.Node node) {
            roster.joined(node.id());
            neighbours.lookSoon();
        }

        @Override
        public void left(Nodes.Node node, boolean orderly) {
            calls.left(node.id());
            roster.left(node.id());
            neighbours.lookSoon();
        }

        /**
         * The others take this node for dead. If it has held still, its clients may be with them by now: those that are still here
         * come back, to any node, and go on where they were. If only the database was away, they stay.
         */
        @Override
        public void over(String me, boolean heldStill) {
            var here = hub;
            try {
                if (here != null && heldStill) {
                    here.presence().sendAllBack("the server was away for a while; come back");
                }
            } finally {
                nodes.beginAnew();
            }
        }
    }

    @Override
    public void close() {
        loading.close();
        commands.close();
        roster.close();
        neighbours.close();
        nodes.close();
    }
}
