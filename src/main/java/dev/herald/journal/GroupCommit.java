package dev.herald.journal;

import static dev.herald.api.RefusedException.Reason.ID_REUSED;
import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.hub.Appended;
import dev.herald.hub.Draft;
import dev.herald.hub.HeadMovedException;
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
 * offsets are in the order of the commits, on any number of nodes. Only one thread at a time may append, holding no lock, as it
 * waits for the database; any thread may ask.
 */
final class GroupCommit {

    private static final System.Logger LOG = System.getLogger(GroupCommit.class.getName());

    /** How often a transaction is tried when other transactions make it roll back. */
    private static final int TRIES = 5;

    private final DataSource database;
    private final Clock clock;

    /** Whether connections already have the isolation level that is needed. Used only by the writing thread. */
    private volatile boolean isReadCommitted;

    /** Whether others see a transaction before it is safe. */
    private volatile boolean showsTooEarly = true;

    /** The first offset of each channel in the transaction that is being committed. */
    private volatile Map<ChannelName, Long> unsettled = Map.of();

    GroupCommit(DataSource database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * The last offset of a channel that a reader may see, given the head that it has just read. H2 shows a transaction to
     * others before it is safe in the file; messages that could still be lost are not shown.
     */
    long settled(ChannelName channel, long head) {
        var first = unsettled.get(channel);
        return first == null ? head : Math.min(head, first - 1);
    }

    /**
     * Appends all of the drafts or none of them. Left out are repeats, drafts that use an id again for other contents, and
     * those that are to come after another position than the head.
     *
     * @return for each draft what happened to it, after the commit
     * @throws SQLException when nothing was appended, or, if the connection broke during the commit, perhaps everything
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
     * Begins a transaction in which each statement sees what was committed before it ("read committed"). So, once the channels
     * are locked, it sees all of their messages. The level of a source's connections is asked only once: asking PostgreSQL
     * costs as much as a statement.
     */
    private void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        if (!isReadCommitted) {
            showsTooEarly = "H2".equals(connection.getMetaData().getDatabaseProductName());
            isReadCommitted = connection.getTransactionIsolation() == Connection.TRANSACTION_READ_COMMITTED;
            if (!isReadCommitted) {
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }
    }

    /**
     * Creates channels, each in its own transaction: another node may create the same channel at the same time, and then it
     * exists.
     */
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

    /** A step of cleaning up a connection that is broken or not needed any more. */
    private interface Farewell {
        void run() throws SQLException;
    }

    /**
     * A failure here is only logged: what was committed stays committed, and for what failed the first failure is the one that
     * is reported.
     */
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
        /** The first messages by which repeats are recognised, of earlier transactions and of this one. */
        private final Map<RepeatKey, Envelope> byRepeatKey;

        private final Instant at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        private final List<Tables.Entry> entries = new ArrayList<>();
        private final List<Outcome> outcomes = new ArrayList<>();

        /** By how many messages each head was moved too far (for what is left out). */
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
            var channel = draft.channel().value();
            if (first.isPresent()) {
                leaveOut(draft, repeat(first.get(), draft));
                return;
            }
            var epoch = Objects.requireNonNull(heads.get(channel)).epoch();
            var offset = Objects.requireNonNull(nextOffsets.get(channel));
            try {
                draft.requireAfter(new Position(epoch, offset - 1));
            } catch (HeadMovedException e) {
                leaveOut(draft, new Outcome.Refused(e));
                return;
            }
            nextOffsets.put(channel, offset + 1);
            var message = new Envelope(
                    draft.channel(),
                    new Position(epoch, offset),
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

        private void leaveOut(Draft draft, Outcome outcome) {
            draft.breakChain();
            outcomes.add(outcome);
            surplus.merge(draft.channel().value(), -1, Integer::sum);
        }

        private Outcome repeat(Envelope first, Draft draft) {
            return draft.isRepeatOf(first)
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
            if (showsTooEarly) {
                var first = new HashMap<ChannelName, Long>();
                firstOffsets.forEach((channel, offset) -> first.put(new ChannelName(channel), offset));
                unsettled = first;
            }
            try {
                connection.commit();
            } finally {
                unsettled = Map.of();
            }
        }
    }
}
