package dev.herald.cluster;

import static org.awaitility.Awaitility.await;

import dev.herald.hub.Bus;
import dev.herald.random.RandomIds;
import dev.herald.testing.PostgresServer;
import dev.herald.testing.RealTimer;
import dev.herald.testing.RedisServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A benchmark, not a test: what announcements cost, and when they are heard, by PostgreSQL and by Redis in turn. All nodes are buses in
 * this process, each with connections of its own to the one server; each hears what all others tell. Arguments: for each
 * measurement the number of nodes, and how many announcements all of them together tell in a second, as {@code 100x350}.
 */
final class BusBenchmark {

    private static final String TOPIC = "news";
    /** As long as the announcement of a short message. */
    private static final String REST = " " + "x".repeat(200);

    /** How many announcements a node hears at most in a measurement. */
    private static final int MOST = 200_000;

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration MEASURED = Duration.ofSeconds(10);

    private BusBenchmark() {}

    /** Prints a line for each measurement and bus. */
    public static void main(String... arguments) throws Exception {
        try (var postgres = PostgresServer.start(false);
                var redis = RedisServer.start()) {
            var postgreSql = new PostgreSql(new PostgresAddress(postgres.createDatabase(), PostgresServer.USER, ""));
            for (var argument : arguments) {
                var numbers = Arrays.stream(argument.split("x"))
                        .mapToInt(Integer::parseInt)
                        .toArray();
                measure(postgreSql, numbers[0], numbers[1]);
                measure(new Redis(redis), numbers[0], numbers[1]);
            }
        }
        System.exit(0);
    }

    /** The server between the nodes. */
    private interface Server {
        Carrier carrier();

        /** Its CPU until now, in µs, without what it has spent on connections that are gone. */
        long cpuMicros() throws Exception;
    }

    private record PostgreSql(PostgresAddress address) implements Server {
        @Override
        public Carrier carrier() {
            return new PostgresCarrier(address.name(), address);
        }

        @Override
        public long cpuMicros() throws SQLException, IOException {
            var micros = 0L;
            try (var connection = DriverManager.getConnection(address.url(), address.user(), address.password());
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery(
                            "SELECT pid FROM pg_stat_activity WHERE application_name = 'Herald bus'")) {
                while (rows.next()) {
                    var fields = Files.readString(Path.of("/proc/" + rows.getLong(1) + "/stat"))
                            .replaceFirst(".*\\) ", "")
                            .split(" ", -1);
                    micros += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000;
                }
            }
            return micros;
        }
    }

    private record Redis(RedisServer server) implements Server {
        @Override
        public Carrier carrier() {
            return new RedisCarrier(server.address());
        }

        @Override
        public long cpuMicros() throws IOException {
            return (long) (server.execute("INFO cpu")
                            .lines()
                            .filter(line -> line.matches("used_cpu_(sys|user):.*"))
                            .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                            .sum()
                    * 1_000_000);
        }
    }

    private static void measure(Server server, int nodes, int perSecond) throws Exception {
        var cluster = new ClusterName("bench" + RandomIds.ofBytes(6));
        var threads = Executors.newCachedThreadPool();
        var ears = new ArrayList<Ear>();
        var buses = new ArrayList<Bus>();
        try {
            for (var n = 0; n < nodes; n++) {
                var bus = new PartitionedBus(new BusLine(
                        server.carrier(), () -> Optional.of(cluster), BusPace.USUAL, threads, RealTimer.SHARED));
                var ear = new Ear();
                bus.listen(TOPIC);
                bus.start(ear);
                buses.add(bus);
                ears.add(ear);
            }
            await().atMost(Duration.ofMinutes(2)).until(() -> ears.stream().allMatch(ear -> ear.isHearing));
            tell(buses, perSecond, WARM_UP);
            ears.forEach(Ear::forget);
            var dropped = dropped(buses);
            var mine = ownMicros();
            var its = server.cpuMicros();
            var told = tell(buses, perSecond, MEASURED);
            var wanted = (long) told * (nodes - 1);
            var isHeard = awaitHeard(ears, wanted);
            var delays = ears.stream().flatMapToLong(Ear::delays).sorted().toArray();
            print(new Result(
                    server.getClass().getSimpleName(),
                    nodes,
                    told,
                    (server.cpuMicros() - its) / (double) told,
                    (ownMicros() - mine) / (double) told,
                    dropped(buses) - dropped,
                    isHeard ? 0 : wanted - heard(ears),
                    percentile(delays, 50),
                    percentile(delays, 99)));
        } finally {
            buses.parallelStream().forEach(Bus::close);
            threads.shutdownNow();
        }
    }

    /** Tells at a steady pace, one node after the other; returns how many. */
    private static int tell(List<Bus> buses, int perSecond, Duration time) {
        var all = (int) (perSecond * time.toSeconds());
        var begin = System.nanoTime();
        for (var n = 0; n < all; n++) {
            var due = begin + n * 1_000_000_000L / perSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(Math.max(1, due - System.nanoTime()));
            }
            buses.get(n % buses.size()).tell(TOPIC, System.nanoTime() + REST);
        }
        return all;
    }

    private static boolean awaitHeard(List<Ear> ears, long wanted) {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (heard(ears) < wanted && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        return heard(ears) >= wanted;
    }

    private static long heard(List<Ear> ears) {
        return ears.stream().mapToLong(ear -> ear.count.get()).sum();
    }

    private static long dropped(List<Bus> buses) {
        return buses.stream().mapToLong(bus -> bus.state().dropped()).sum();
    }

    private static long ownMicros() {
        var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return bean.getProcessCpuTime() / 1_000;
    }

    private record Result(
            String bus,
            int nodes,
            int told,
            double server,
            double own,
            long dropped,
            long missing,
            double p50,
            double p99) {}

    @SuppressWarnings("SystemOut") // it is what a benchmark is for
    private static void print(Result result) {
        System.out.printf(
                Locale.ROOT,
                "%s, %d nodes, %d announcements/s: heard after %.1f ms (p50), %.1f ms (p99); CPU for each: %.0f us of the server, %.0f us of all nodes together, %.1f us for each hearing; %d dropped, %d not heard%n",
                result.bus(),
                result.nodes(),
                result.told() / MEASURED.toSeconds(),
                result.p50(),
                result.p99(),
                result.server(),
                result.own(),
                result.own() / Math.max(1, result.nodes() - 1),
                result.dropped(),
                result.missing());
    }

    private static double percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) ((sorted.length - 1L) * percent / 100)] / 1_000_000.0;
    }

    /** What one node hears. Called by its bus alone; asked by the one who measures. */
    private static final class Ear implements Bus.Listener {

        private final AtomicInteger count = new AtomicInteger();
        private final long[] delays = new long[MOST];
        private volatile boolean isHearing;

        @Override
        public void heard(String topic, String text) {
            var delay = System.nanoTime() - Long.parseLong(text, 0, text.indexOf(' '), 10);
            delays[count.get()] = delay;
            count.incrementAndGet();
        }

        @Override
        public void deaf() {
            isHearing = false;
        }

        @Override
        public void hearing() {
            isHearing = true;
        }

        void forget() {
            count.set(0);
        }

        LongStream delays() {
            return IntStream.range(0, count.get()).mapToLong(n -> delays[n]);
        }
    }
}
