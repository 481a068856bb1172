package dev.herald.journal;

import static dev.herald.api.RefusedException.Reason.ID_REUSED;
import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.hub.Appended;
import dev.herald.hub.Draft;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * Appends drafts of any channels in one transaction. The channels' rows stay locked from the first statement to the commit, so
 * offsets are in the order of the commits, on any number of nodes. Only one thread at a time may append.
 */
final class GroupCommit {

    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());

    /** How often a transaction is tried that was rolled back for another's sake. */
    private static final int TRIES = 5;

    private final DataSource database;
    private final Clock clock;

    /** Whether connections come as they are needed. Only the writer uses it. */
    private volatile boolean isReadCommitted;

    /** The first offset of each channel in the transaction that is being committed. */
    private volatile Map<ChannelName, Long> unsettled = Map.of();

    GroupCommit(DataSource database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * The last offset of a channel that a reader may be told of, which has read the head just before. H2 shows a transaction to
     * others before it is safe in the file: what could still be lost is not shown.
     */
    long settled(ChannelName channel, long head) {
        var first = unsettled.get(channel);
        return first == null ? head : Math.min(head, first - 1);
    }

    /**
     * Appends drafts, all or none of them, except for those that are repeats or use an id again.
     *
     * @return for each draft what became of it, after the commit
     * @throws SQLException when nothing was appended; or, if the connection broke in the commit, maybe all
     */
    List<Outcome> append(List<Draft> drafts) throws SQLException {
        for (var attempt = 1; ; attempt++) {
            try {
                return tryToAppend(drafts);
            } catch (SQLException e) {
                if (attempt == TRIES || !Failures.isTransient(e)) {
                    throw e;
                }
                LOG.log(DEBUG, "a transaction is tried again", e);
            }
        }
    }

    private List<Outcome> tryToAppend(List<Draft> drafts) throws SQLException {
        var counts = new TreeMap<String, Integer>();
        drafts.forEach(draft -> counts.merge(draft.channel().value(), 1, Integer::sum));
        var connection = database.getConnection();
        try {
            begin(connection);
            var heads = Tables.grow(connection, counts);
            while (heads.size() < counts.size()) {
                connection.rollback();
                create(connection, counts.keySet(), heads.keySet());
                heads = Tables.grow(connection, counts);
            }
            var batch = new Batch(firstOffsets(heads, counts), heads, findRepeats(connection, drafts, heads));
            drafts.forEach(batch::add);
            batch.commit(connection);
            return batch.outcomes;
        } catch (SQLException e) {
            quietly("roll back", connection::rollback);
            Tables.afterFailure(connection, e);
            throw e;
        } catch (RuntimeException | Error e) {
            quietly("roll back", connection::rollback);
            throw e;
        } finally {
            quietly("reset", () -> connection.setAutoCommit(true));
            quietly("close", connection::close);
        }
    }

    /**
     * Each statement sees what was committed before it, and so, once the channels are locked, all of their messages. A data source
     * that gives connections of this kind is asked once: to ask PostgreSQL costs as much as a statement.
     */
    private void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        if (!isReadCommitted) {
            isReadCommitted = connection.getTransactionIsolation() == Connection.TRANSACTION_READ_COMMITTED;
            if (!isReadCommitted) {
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }
    }

    /** Each in a transaction of its own: another node may make the same one at the same time, and then it is there. */
    private static void create(Connection connection, Set<String> wanted, Set<String> present) throws SQLException {
        for (var channel : wanted) {
            if (present.contains(channel)) {
                continue;
            }
            try {
                Tables.create(connection, channel);
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                if (!Failures.isConstraint(e)) {
                    throw e;
                }
                LOG.log(DEBUG, () -> "another node has made channel " + channel, e);
            }
        }
    }

    private static Map<String, Long> firstOffsets(Map<String, Position> heads, Map<String, Integer> counts) {
        var first = new HashMap<String, Long>();
        counts.forEach((channel, count) ->
                first.put(channel, Objects.requireNonNull(heads.get(channel)).offset() - count + 1));
        return first;
    }

    private static Map<RepeatKey, Envelope> findRepeats(
            Connection connection, List<Draft> drafts, Map<String, Position> heads) throws SQLException {
        var keys = drafts.stream()
                .flatMap(draft -> RepeatKey.of(draft).stream())
                .distinct()
                .toList();
        return keys.isEmpty() ? new HashMap<>() : Tables.findRepeats(connection, keys, heads);
    }

    /** Something to do with a connection that is not needed any more, or is broken. */
    private interface Farewell {
        void run() throws SQLException;
    }

    /** What was committed stays so, and what failed has failed with the first failure. */
    private static void quietly(String what, Farewell farewell) {
        try {
            farewell.run();
        } catch (SQLException e) {
            LOG.log(DEBUG, () -> "a connection could not be used to " + what, e);
        }
    }

    private final class Batch {

        private final Map<String, Long> firstOffsets;
        private final Map<String, Long> nextOffsets;
        private final Map<String, Position> heads;
        /** Of earlier transactions and of this one. */
        private final Map<RepeatKey, Envelope> byRepeatKey;

        private final Instant at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        private final List<Tables.Entry> entries = new ArrayList<>();
        private final List<Outcome> outcomes = new ArrayList<>();

        /** By how many messages each head was moved too far. */
        private final TreeMap<String, Integer> surplus = new TreeMap<>();

        Batch(Map<String, Long> firstOffsets, Map<String, Position> heads, Map<RepeatKey, Envelope> byRepeatKey) {
            this.firstOffsets = firstOffsets;
            this.nextOffsets = new HashMap<>(firstOffsets);
            this.heads = heads;
            this.byRepeatKey = byRepeatKey;
        }

        void add(Draft draft) {
            var key = RepeatKey.of(draft);
            var first = key.map(byRepeatKey::get);
            if (first.isPresent()) {
                outcomes.add(repeat(first.get(), draft));
                surplus.merge(draft.channel().value(), -1, Integer::sum);
                return;
            }
            var channel = draft.channel().value();
            var offset = Objects.requireNonNull(nextOffsets.merge(channel, 1L, Long::sum)) - 1;
            var message = new Envelope(
                    draft.channel(),
                    new Position(Objects.requireNonNull(heads.get(channel)).epoch(), offset),
                    draft.event(),
                    draft.from(),
                    draft.to(),
                    at,
                    draft.json(),
                    draft.except());
            key.ifPresent(it -> byRepeatKey.put(it, message));
            entries.add(new Tables.Entry(message, draft.clientId()));
            outcomes.add(new Outcome.Taken(new Appended(message, false)));
        }

        private Outcome repeat(Envelope first, Draft draft) {
            return first.event().equals(draft.event())
                            && first.json().equals(draft.json())
                            && Objects.equals(first.to(), draft.to())
                    ? new Outcome.Taken(new Appended(first, true))
                    : new Outcome.Refused(new RefusedException(
                            ID_REUSED,
                            "id " + draft.clientId() + " was used for another message in channel " + draft.channel()));
        }

        void commit(Connection connection) throws SQLException {
            if (entries.isEmpty()) {
                connection.rollback();
                return;
            }
            if (!surplus.isEmpty()) {
                Tables.grow(connection, surplus);
            }
            Tables.insert(connection, entries);
            var first = new HashMap<ChannelName, Long>();
            firstOffsets.forEach((channel, offset) -> first.put(new ChannelName(channel), offset));
            unsettled = first;
            try {
                connection.commit();
            } finally {
                unsettled = Map.of();
            }
        }
    }
}
