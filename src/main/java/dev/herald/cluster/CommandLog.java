package dev.herald.cluster;

import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.herald.cluster.BusMessage.Command;
import dev.herald.concurrent.LimitedLog;
import dev.herald.random.RandomIds;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that what a node wants done reaches all nodes that live, although the bus may lose it: it is written to the database, and
 * each node reads there once a second. Each node does it once. Only a node that does not reach the database for {@link #KEPT} misses
 * something; and what is wanted while the database is away is lost when the node that wants it ends before the database is back.
 *
 * <p>Any thread may add, with any lock held. One borrowed thread at a time writes, reads and tells what it has read; it holds no lock.
 */
final class CommandLog implements BusNeighbours.Commands, AutoCloseable {

    /** How often it is read while there are other nodes. */
    static final Duration READ = Duration.ofSeconds(1);

    /** For how long commands are in the database. */
    static final Duration KEPT = Duration.ofHours(1);

    /** How long a transaction may take until others see what it has written. */
    private static final Duration OVERLAP = Duration.ofSeconds(10);

    /** How many commands may wait for the database; then the oldest ones go by the bus alone. */
    private static final int MAX_WAITING = 1_000;

    /** Of how many commands it is remembered that they were told. */
    private static final int REMEMBERED = 20_000;

    /** After how many readings old commands are deleted. */
    private static final int READINGS = 600;

    /** Of this node's name, which is 12 characters. */
    private static final int NAME_BYTES = 9;

    private static final System.Logger LOG = System.getLogger(CommandLog.class.getName());

    private final String me = RandomIds.ofBytes(NAME_BYTES);
    private final CommandTable table;
    private final BooleanSupplier hasOthers;
    private final BooleanSupplier isHousekeeper;
    private final Errand errand;
    private final Future<?> timer;
    private final LimitedLog failures = new LimitedLog(LOG);
    private final LimitedLog dropped = new LimitedLog(LOG);

    private volatile @Nullable Consumer<Command> handler;

    // Guarded by this object's monitor.
    private final Deque<Command> waiting = new ArrayDeque<>();
    private final Set<String> told = new LinkedHashSet<>();

    // Used by the errand's thread.
    private @Nullable Timestamp since;
    private int readings;

    /** Knows no command yet. */
    CommandLog(
            DataSource database,
            BooleanSupplier hasOthers,
            BooleanSupplier isHousekeeper,
            ScheduledExecutorService timer,
            Executor executor) {
        this.table = new CommandTable(database);
        this.hasOthers = hasOthers;
        this.isHousekeeper = isHousekeeper;
        this.errand = new Errand(executor, timer, this::work);
        this.timer = timer.scheduleAtFixedRate(this::tick, READ.toMillis(), READ.toMillis(), MILLISECONDS);
    }

    /** Who does what other nodes want. Called once; the handler only queues. */
    void start(Consumer<Command> doing) {
        handler = doing;
    }

    /** This node lives: what is wanted from now on, it does. */
    void begin() {
        errand.ask();
    }

    @Override
    public void add(Command command) {
        try {
            Parcel.bytes(BusMessage.command(command));
        } catch (IllegalArgumentException e) {
            LOG.log(WARNING, () -> "other nodes are not told to " + command.name() + ": " + e.getMessage());
            return;
        }
        boolean isFull;
        synchronized (this) {
            isFull = waiting.size() == MAX_WAITING;
            if (isFull) {
                waiting.remove();
            }
            waiting.add(command);
        }
        if (isFull) {
            dropped.log(
                    WARNING,
                    "more waits to be written for other nodes than may, as the database does not take it; who does not hear it by"
                            + " the bus never does it");
        }
        errand.ask();
    }

    @Override
    public synchronized boolean isNew(Command command) {
        if (!told.add(command.id())) {
            return false;
        }
        if (told.size() > REMEMBERED) {
            var oldest = told.iterator();
            oldest.next();
            oldest.remove();
        }
        return true;
    }

    private void tick() {
        if (hasOthers.getAsBoolean() || next() != null) {
            errand.ask();
        }
    }

    private synchronized @Nullable Command next() {
        return waiting.peek();
    }

    private synchronized void written(Command command) {
        waiting.removeFirstOccurrence(command);
    }

    private void work() {
        try {
            for (var command = next(); command != null; command = next()) {
                table.write(command.id(), me, BusMessage.command(command));
                written(command);
            }
            if (since == null || hasOthers.getAsBoolean()) {
                read();
            }
        } catch (SQLException | RuntimeException e) {
            failures.log(
                    WARNING,
                    () ->
                            "what nodes want done by others cannot be written to or read from the database; it goes by the bus"
                                    + " meanwhile, and is tried again each second: " + e.getMessage());
        }
    }

    private void read() throws SQLException {
        CommandTable.Page page;
        do {
            page = table.read(me, since, OVERLAP);
            page.texts().forEach(this::tell);
            since = page.end();
        } while (page.isFull());
        if (++readings % READINGS == 0 && isHousekeeper.getAsBoolean()) {
            table.purge(KEPT);
        }
    }

    private void tell(String text) {
        var doing = handler;
        try {
            if (BusMessage.read(text) instanceof Command command && isNew(command) && doing != null) {
                doing.accept(command);
            }
        } catch (RuntimeException e) {
            failures.log(WARNING, () -> "another node wants something that no Herald of this version does: " + e);
        }
    }

    @Override
    public void close() {
        timer.cancel(false);
        errand.close();
    }
}
