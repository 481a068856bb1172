package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.Draft;
import dev.herald.hub.Replay;
import dev.herald.testing.RealTimer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import javax.sql.DataSource;

/**
 * How many publishes a second the log takes, and how fast it reads for those who come back: in a database of 10,000 messages and
 * in one of many more, by turns.
 */
final class JdbcLogBenchmark {

    private static final int SMALL = 10_000;
    private static final int CHANNELS = 4;
    private static final long MEASURED = TimeUnit.SECONDS.toNanos(5);
    private static final int PAGE = 128;
    private static final String JSON = "{\"text\":\"" + "x".repeat(128) + "\"}";

    private JdbcLogBenchmark() {}

    /**
     * Measures.
     *
     * @param arguments the URLs of an empty database and of another one, how many messages that one shall have, and the number of
     *     rounds after one to warm up; -1 only to fill the databases, which later runs find filled
     */
    public static void main(String... arguments) throws Exception {
        var threads = Executors.newCachedThreadPool();
        var messages = Integer.parseInt(arguments[2]);
        try (var small = ConnectionPool.open(new DatabaseSettings(arguments[0], "herald", "herald", null, 8));
                var large = ConnectionPool.open(new DatabaseSettings(arguments[1], "herald", "herald", null, 8))) {
            fill(small, SMALL);
            fill(large, messages);
            var inSmall = log(small, threads);
            var inLarge = log(large, threads);
            for (var round = 0; round <= Integer.parseInt(arguments[3]); round++) {
                for (var publishers : new int[] {1, 64}) {
                    publish(SMALL, inSmall, publishers);
                    publish(messages, inLarge, publishers);
                }
                for (var places : new int[] {SMALL, messages}) {
                    read(SMALL, inSmall, SMALL);
                    read(messages, inLarge, places);
                }
            }
        } finally {
            threads.shutdown();
        }
    }

    private static JdbcLog log(DataSource database, Executor threads) {
        // Nothing to read is at hand in memory.
        var bounds = new JdbcLog.Bounds(10_000, 64_000_000, 1, 64_000_000);
        return new JdbcLog(
                new DataSources(database), Clock.systemUTC(), new Threads(threads, RealTimer.SHARED), bounds);
    }

    private static void fill(DataSource database, int messages) throws SQLException {
        Schema.prepare(database, UUID.randomUUID().toString());
        try (var connection = database.getConnection()) {
            if (Tables.channel(connection, channel(0)).head() > 0) {
                return;
            }
            for (var channel = 0; channel < CHANNELS; channel++) {
                fill(connection, channel(channel).value(), messages / CHANNELS);
            }
        }
    }

    private static void fill(Connection connection, String channel, int messages) throws SQLException {
        Tables.create(connection, channel);
        var numbers = connection.getMetaData().getDatabaseProductName().equals("H2")
                ? "SYSTEM_RANGE(?, ?) AS n (x)"
                : "generate_series(?::bigint, ?::bigint) AS n (x)";
        try (var insert =
                connection.prepareStatement("INSERT INTO message (channel, number, event, sender_id, sender_name,"
                        + " client_id, sent_at, json) SELECT '" + channel + "', n.x, 'said', 'person', 'Somebody',"
                        + " 'id-' || n.x, 0, '" + JSON + "' FROM " + numbers)) {
            for (var first = 1; first <= messages; first += 10_000) {
                insert.setLong(1, first);
                insert.setLong(2, Math.min(first + 9_999, messages));
                insert.executeUpdate();
            }
        }
        try (var update = connection.prepareStatement("UPDATE channel SET head = ? WHERE name = ?")) {
            update.setLong(1, messages);
            update.setString(2, channel);
            update.executeUpdate();
        }
    }

    private static ChannelName channel(int number) {
        return new ChannelName("channel-" + number % CHANNELS);
    }

    private static void publish(int messages, JdbcLog log, int publishers) throws Exception {
        var begin = System.nanoTime();
        var end = begin + MEASURED;
        var took = new LongStream.Builder[publishers];
        var done = new CountDownLatch(publishers);
        for (var publisher = 0; publisher < publishers; publisher++) {
            var times = LongStream.builder();
            took[publisher] = times;
            var channel = channel(publisher);
            var person = new Person("person-" + publisher, "Somebody");
            new Thread(() -> {
                        for (var start = System.nanoTime(); start < end; start = System.nanoTime()) {
                            var id = UUID.randomUUID().toString();
                            log.append(new Draft(channel, "said", person, null, JSON, id))
                                    .toCompletableFuture()
                                    .join();
                            times.add(System.nanoTime() - start);
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        var all = Arrays.stream(took)
                .flatMapToLong(LongStream.Builder::build)
                .sorted()
                .toArray();
        System.out.printf(
                "%,d messages, %d publishers: %,d publishes/s, median %.2f ms, p99 %.2f ms, slowest %.2f ms%n",
                messages,
                publishers,
                all.length / TimeUnit.NANOSECONDS.toSeconds(MEASURED),
                millis(all, 0.5),
                millis(all, 0.99),
                millis(all, 1));
    }

    private static double millis(long[] sorted, double part) {
        return sorted[(int) Math.min(part * sorted.length, sorted.length - 1.0)] / 1e6;
    }

    /** Reads pages that begin somewhere in the last messages, of all channels together. */
    private static void read(int messages, JdbcLog log, int last) {
        var random = new Random(7);
        var begin = System.nanoTime();
        var pages = 0;
        for (; System.nanoTime() - begin < MEASURED; pages++) {
            var channel = channel(pages);
            var head = log.head(channel);
            var since = new Position(head.epoch(), head.offset() - PAGE - random.nextInt(last / CHANNELS - PAGE));
            if (!(log.since(channel, since, PAGE) instanceof Replay.Complete complete)
                    || complete.messages().size() != PAGE) {
                throw new AssertionError("a page is missing after " + since + " in " + channel);
            }
        }
        System.out.printf(
                "%,d messages: %,d pages of %d read a second, in the last %,d messages%n",
                messages, pages / TimeUnit.NANOSECONDS.toSeconds(MEASURED), PAGE, last);
    }
}
