package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Reads the log, and trims it. Recently written or read messages come from memory, all others from the database. Any thread may
 * call it; it may wait for the database, so callers hold no lock.
 */
final class LogReader {

    /** How many trimmed messages are removed in one transaction. */
    static final int TRIMMED_TOGETHER = 500;

    private final DataSource database;
    private final Tails tails;
    private final Settled settled;

    /** As {@link GroupCommit#settled}. */
    interface Settled {
        long upTo(ChannelName channel, long head);
    }

    /**
     * Reads from this database.
     *
     * @param tails recent committed messages; what is read from the database is added
     * @param settled up to which message a reader may see the log
     */
    LogReader(DataSource database, Tails tails, Settled settled) {
        this.database = database;
        this.tails = tails;
        this.settled = settled;
    }

    /** As {@link JdbcLog#since}. */
    Replay since(ChannelName channel, Position since, int limit) {
        return read(connection -> since(connection, channel, since, limit));
    }

    private Replay since(Connection connection, ChannelName channel, Position since, int limit) throws SQLException {
        while (true) {
            var row = channel(connection, channel);
            var head = row.position();
            if (!head.epoch().equals(since.epoch())) {
                return new Replay.Gap(Replay.Reason.EPOCH, head);
            }
            if (since.offset() > head.offset()) {
                return new Replay.Gap(Replay.Reason.AHEAD, head);
            }
            if (since.offset() < row.firstKept() - 1) {
                return new Replay.Gap(Replay.Reason.TRIMMED, head);
            }
            var upTo = Math.min(head.offset(), since.offset() + limit);
            var messages = messages(connection, channel, head.epoch(), since.offset(), upTo);
            if (messages.size() == upTo - since.offset()) {
                return new Replay.Complete(messages, head);
            }
            requireTrimmed(connection, channel, row);
        }
    }

    /** As {@link JdbcLog#before}. */
    Page before(ChannelName channel, long before, int limit) {
        return read(connection -> before(connection, channel, before, limit));
    }

    private Page before(Connection connection, ChannelName channel, long before, int limit) throws SQLException {
        while (true) {
            var row = channel(connection, channel);
            var upTo = Math.min(row.head(), before - 1);
            var after = Math.max(row.firstKept() - 1, upTo - limit);
            var messages = new ArrayList<>(messages(connection, channel, row.epoch(), after, upTo));
            if (messages.size() == Math.max(upTo - after, 0)) {
                Collections.reverse(messages);
                return new Page(messages, row.position());
            }
            requireTrimmed(connection, channel, row);
        }
    }

    /** As {@link JdbcLog#head}. */
    Position head(ChannelName channel) {
        return read(connection -> channel(connection, channel)).position();
    }

    /** As {@link JdbcLog#heads}. */
    Map<ChannelName, Position> heads(Collection<ChannelName> channels) {
        if (channels.isEmpty()) {
            return Map.of();
        }
        var heads = read(connection -> Tables.heads(connection, channels));
        heads.replaceAll((channel, head) -> new Position(head.epoch(), settled.upTo(channel, head.offset())));
        return heads;
    }

    /** As {@link JdbcLog#trim}. */
    boolean trim(ChannelName channel, Position upTo) {
        return read(connection -> {
            var row = Tables.channel(connection, channel);
            if (row.firstKept() <= upTo.offset()) {
                Tables.trim(connection, channel, upTo);
                row = Tables.channel(connection, channel);
            }
            tails.forget(channel, row.firstKept() - 1);
            var first = Tables.first(connection, channel).orElse(row.firstKept());
            var last = Math.min(first + TRIMMED_TOGETHER, row.firstKept()) - 1;
            if (first <= last) {
                Tables.remove(connection, channel, first, last);
            }
            return last < row.firstKept() - 1;
        });
    }

    private Tables.Row channel(Connection connection, ChannelName channel) throws SQLException {
        var row = Tables.channel(connection, channel);
        return new Tables.Row(row.epoch(), settled.upTo(channel, row.head()), row.firstKept());
    }

    private List<Envelope> messages(Connection connection, ChannelName channel, String epoch, long after, long upTo)
            throws SQLException {
        if (after >= upTo) {
            return List.of();
        }
        var recent = tails.read(channel, epoch, after, upTo);
        if (recent.isPresent()) {
            return recent.get();
        }
        var messages = Tables.messages(connection, channel, epoch, after, upTo);
        if (messages.size() == upTo - after) {
            tails.add(channel, messages);
        }
        return messages;
    }

    /** Some messages to be read are missing. That is no error if they were trimmed after the channel's row was read. */
    private static void requireTrimmed(Connection connection, ChannelName channel, Tables.Row before)
            throws SQLException {
        if (Tables.channel(connection, channel).firstKept() == before.firstKept()) {
            throw new LogUnavailableException("messages are missing in channel " + channel);
        }
    }

    /** Something to read by a connection. */
    private interface Reading<T> {
        T from(Connection connection) throws SQLException;
    }

    private <T> T read(Reading<T> reading) {
        try (var connection = database.getConnection()) {
            return read(connection, reading);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private static <T> T read(Connection connection, Reading<T> reading) throws SQLException {
        try {
            return reading.from(connection);
        } catch (SQLException e) {
            Tables.afterFailure(connection, e);
            throw e;
        }
    }

    private static LogUnavailableException unreadable(SQLException cause) {
        return new LogUnavailableException("the log's database does not answer", cause);
    }
}
