package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * {@code LISTEN} and {@code NOTIFY} of PostgreSQL. Each connection is the bus's own: one waits for notifications all the time, and the
 * other one notifies in transactions that do nothing else, as {@code NOTIFY} holds a lock of the whole server until its commit ends.
 *
 * <p>No class but this one and {@link PostgresAddress} uses the driver.
 */
final class PostgresCarrier implements Carrier {

    private static final System.Logger LOG = System.getLogger(PostgresCarrier.class.getName());

    /** PostgreSQL takes payloads that are shorter than 8,000 bytes (its documentation, "NOTIFY"). */
    static final int MAX_BYTES = 7_999;

    /** How long the listening thread waits before it looks around. */
    private static final Duration GLANCE = Duration.ofMillis(250);

    private final String name;
    private final Source source;

    /** Where connections come from: a call returns or fails within a few seconds. */
    interface Source {

        Connection open() throws SQLException;
    }

    /**
     * Not connected yet.
     *
     * @throws NoClassDefFoundError when the driver is missing
     */
    PostgresCarrier(String name, Source source) {
        LOG.log(DEBUG, "the driver is there: {0}", PGConnection.class);
        this.name = name;
        this.source = source;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int maxBytes() {
        return MAX_BYTES;
    }

    @Override
    public Ear openEar() throws IOException {
        var connection = open();
        try {
            return new Listening(connection, connection.unwrap(PGConnection.class));
        } catch (SQLException e) {
            end(connection);
            throw new IOException("this connection does not tell what PostgreSQL notifies it of: " + e.getMessage(), e);
        }
    }

    @Override
    public Mouth openMouth() throws IOException {
        return new Notifying(open());
    }

    private Connection open() throws IOException {
        try {
            return source.open();
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Closes it without a word to the server, for which another thread might have to wait. */
    private static void end(Connection connection) {
        try {
            connection.abort(Runnable::run);
            connection.close();
        } catch (SQLException e) {
            LOG.log(DEBUG, "the connection was gone already", e);
        }
    }

    private record Listening(Connection connection, PGConnection notified) implements Ear {

        @Override
        public void listen(Collection<String> more, Collection<String> noMore) throws IOException {
            try (var statement = connection.createStatement()) {
                statement.execute(Stream.concat(
                                more.stream().map(channel -> "LISTEN \"" + channel + "\""),
                                noMore.stream().map(channel -> "UNLISTEN \"" + channel + "\""))
                        .collect(Collectors.joining(";")));
            } catch (SQLException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public List<Said> await() throws IOException {
            try {
                var notifications = notified.getNotifications((int) GLANCE.toMillis());
                return notifications == null
                        ? List.of()
                        : Arrays.stream(notifications).map(Listening::said).toList();
            } catch (SQLException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        private static Said said(PGNotification one) {
            return new Said(one.getName(), one.getParameter());
        }

        @Override
        public void close() {
            end(connection);
        }
    }

    private record Notifying(Connection connection) implements Mouth {

        @Override
        public void say(List<Said> things) throws IOException {
            // One statement is one transaction and one way to the server and back.
            try (var statement = connection.prepareStatement(
                    "SELECT pg_notify(channel, text) FROM unnest(?, ?) AS said (channel, text)")) {
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "text", things.stream().map(Said::channel).toArray()));
                statement.setArray(
                        2,
                        connection.createArrayOf(
                                "text", things.stream().map(Said::text).toArray()));
                statement.execute();
            } catch (SQLException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            end(connection);
        }
    }
}
