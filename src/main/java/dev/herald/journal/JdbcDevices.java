package dev.herald.journal;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.hub.DeviceName;
import dev.herald.hub.Devices;
import dev.herald.hub.LogUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * People's devices in a database. Any number of nodes may use the same one.
 *
 * <p>Threads: any thread may call {@link #seen}, even while it holds a lock. {@link #begin} waits for the database, so its
 * callers hold no lock. The stages complete on the one thread that writes.
 */
public final class JdbcDevices implements Devices, AutoCloseable {

    /** How long {@link #close} waits until everything is written. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    /** How long the writer keeps its thread when there is nothing to write. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private static final int BATCH = 256;

    private static final System.Logger LOG = System.getLogger(JdbcDevices.class.getName());

    private final DataSources database;
    private final Writer<Waiting> writer;

    /** Whether the last attempt to write failed. */
    private final AtomicBoolean failing = new AtomicBoolean();

    private record Waiting(DeviceTables.Key key, Position seen, CompletableFuture<Boolean> stage) {}

    /**
     * The devices in a database whose {@linkplain Schema tables} are there.
     *
     * @param database should be a pool whose connections fail within a known time when the database does not answer
     * @param threads one of these writes as long as something waits; the stages complete on it
     * @param waiting the most devices on which something was seen and is not written yet
     */
    public JdbcDevices(DataSources database, Threads threads, int waiting) {
        this.database = database;
        // All have the same size, so a bound on their number is enough.
        this.writer = new Writer<>(
                threads,
                new Writer.Bounds(waiting, waiting, BATCH, BATCH, Duration.ZERO, LINGER),
                one -> 1,
                this::write,
                this::refuse);
    }

    @Override
    public Position begin(ChannelName channel, DeviceName device, String epoch) {
        try {
            return Transaction.of(database.reading(), connection -> {
                var devices = DeviceTables.all(connection, channel);
                var known = devices.get(device);
                return known != null ? known : add(connection, channel, device, devices, epoch);
            });
        } catch (SQLException e) {
            throw new LogUnavailableException("the devices cannot be read", e);
        }
    }

    private static Position add(
            Connection connection,
            ChannelName channel,
            DeviceName device,
            Map<DeviceName, Position> others,
            String epoch)
            throws SQLException {
        var furthest = others.values().stream()
                .filter(seen -> seen.epoch().equals(epoch))
                .max(Comparator.comparingLong(Position::offset))
                .orElse(new Position(epoch, 0));
        Comparator<Map.Entry<DeviceName, Position>> furthestBehind = Comparator.comparingLong(other ->
                other.getValue().epoch().equals(epoch) ? other.getValue().offset() : -1);
        var forgotten = others.entrySet().stream()
                .sorted(furthestBehind)
                .limit(Math.max(0, others.size() + 1 - MAX_PER_PERSON))
                .toList();
        for (var other : forgotten) {
            DeviceTables.delete(connection, new DeviceTables.Key(channel, other.getKey()));
        }
        DeviceTables.insert(connection, new DeviceTables.Key(channel, device), furthest);
        return furthest;
    }

    @Override
    public CompletionStage<Boolean> seen(ChannelName channel, DeviceName device, Position seen) {
        var waiting = new Waiting(new DeviceTables.Key(channel, device), seen, new CompletableFuture<>());
        if (writer.offer(waiting)) {
            return waiting.stage();
        }
        return CompletableFuture.failedStage(
                unavailable(writer.isClosed() ? "the server goes down" : "too much waits for the database"));
    }

    /** Takes nothing more, and waits a limited time until everything is written. */
    @Override
    public void close() {
        writer.close(CLOSE_PATIENCE);
    }

    private void write(List<Waiting> batch) {
        Set<DeviceTables.Key> missing;
        try {
            missing = commit(batch);
        } catch (SQLException | RuntimeException | Error e) {
            failed(e);
            refuse(batch);
            return;
        }
        if (failing.compareAndSet(true, false)) {
            LOG.log(INFO, "the database takes again what has been seen");
        }
        batch.forEach(one -> one.stage().complete(!missing.contains(one.key())));
    }

    private void failed(Throwable cause) {
        if (writer.isClosed()) {
            LOG.log(DEBUG, "what has been seen is not written as Herald goes down", cause);
        } else if (failing.compareAndSet(false, true)) {
            LOG.log(ERROR, "the database does not take what has been seen; it will be sent again", cause);
        }
    }

    private void refuse(List<Waiting> batch) {
        batch.forEach(one -> one.stage()
                .completeExceptionally(unavailable("the database cannot take what has been seen now; try again")));
    }

    private static RefusedException unavailable(String why) {
        return new RefusedException(LOG_UNAVAILABLE, why);
    }

    /** Writes the furthest place of each device. Returns the devices that are not known. */
    private Set<DeviceTables.Key> commit(List<Waiting> batch) throws SQLException {
        var seen = new TreeMap<DeviceTables.Key, Position>();
        batch.forEach(one -> seen.merge(one.key(), one.seen(), JdbcDevices::further));
        return Transaction.of(database.writing(), connection -> DeviceTables.move(connection, seen));
    }

    private static Position further(Position one, Position next) {
        return one.epoch().equals(next.epoch()) && one.offset() > next.offset() ? one : next;
    }
}
