package dev.herald;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.ServerProcess;
import dev.herald.testing.PostgresServer;
import dev.herald.testing.RedisServer;
import java.io.File;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A benchmark, not a test: one node, two that tell each other by PostgreSQL, and two that do so by Redis, measured by turns on real
 * servers with {@code cluster/load.mjs}, and what a polling request costs that the other node hands on. Needs what the integration
 * tests need: the system properties {@code herald.war}, {@code herald.agent} and {@code herald.browser}, and {@code MICRO_JAR} in the
 * environment. Its argument is the number of rounds after one to warm up.
 */
final class NodesBenchmark {

    private static final String SECONDS = "8";

    private NodesBenchmark() {}

    /** Nodes on one database. */
    private record House(String name, List<PayaraProcess> nodes) {
        String urls() {
            return nodes.stream().map(ServerProcess::url).collect(Collectors.joining(","));
        }

        String pids() {
            return nodes.stream().map(node -> node.pid() + "").collect(Collectors.joining(","));
        }
    }

    /** Prints a line of JSON for each measurement. */
    public static void main(String... arguments) throws Exception {
        var houses = new ArrayList<House>();
        try (var postgres = PostgresServer.start(false);
                var redis = RedisServer.start()) {
            try {
                houses.add(start("one", 1, postgres));
                houses.add(start("notify", 2, postgres));
                houses.add(start("redis", 2, postgres, "herald.cluster.redis=" + redis.address()));
                for (var round = 0; round <= Integer.parseInt(arguments[0]); round++) {
                    for (var house : houses) {
                        measure("round " + round + " " + house.name(), house);
                    }
                }
            } finally {
                houses.stream().flatMap(house -> house.nodes().stream()).forEach(ServerProcess::close);
            }
        }
        System.exit(0);
    }

    private static House start(String name, int count, PostgresServer postgres, String... more)
            throws IOException, SQLException {
        var url = postgres.createDatabase();
        var nodes = new ArrayList<PayaraProcess>();
        for (var n = 1; n <= count; n++) {
            var settings = Stream.concat(
                    Stream.of(
                            // Both of Java's compilers, as in use.
                            "-XX:TieredStopAtLevel=4",
                            "-Xmx512m",
                            "herald.quota=off",
                            "herald.datasource.url=" + url,
                            "herald.datasource.user=" + PostgresServer.USER),
                    Arrays.stream(more));
            var log = new File(System.getProperty("herald.war") + "-bench-" + name + n + ".log");
            nodes.add(PayaraProcess.start(log, settings.toArray(String[]::new)));
        }
        return new House(name, List.copyOf(nodes));
    }

    private static void measure(String label, House house) throws IOException, InterruptedException {
        var first = house.nodes().get(0).url();
        var last = house.nodes().get(house.nodes().size() - 1).url();
        for (var pace : List.of("20", "350")) {
            run(label, "cluster/load.mjs", "paced", first, last, house.pids(), pace, SECONDS);
        }
        for (var publishers : List.of("1", "64")) {
            run(label, "cluster/load.mjs", "saturated", house.urls(), house.pids(), publishers, SECONDS);
        }
        run(label, "engine/polling-load.mjs", house.urls(), house.pids(), "fanout", "50", SECONDS, "2");
    }

    @SuppressWarnings("SystemOut") // it is what a benchmark is for
    private static void run(String label, String... script) throws IOException, InterruptedException {
        var process = NodeScript.start(script);
        var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        System.out.println(label + ": " + said.strip() + (process.waitFor() == 0 ? "" : " FAILED"));
    }
}
