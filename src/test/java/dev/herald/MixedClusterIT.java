package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.ServerLog;
import dev.herald.it.ServerProcess;
import dev.herald.it.TomEeProcess;
import dev.herald.it.WildFlyProcess;
import dev.herald.testing.PostgresServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The released WAR on Payara, WildFly and TomEE: one cluster on one PostgreSQL. */
@Tag("mixed")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MixedClusterIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Map<String, ServerProcess> NODES = new LinkedHashMap<>();
    private static PostgresServer database;

    @BeforeAll
    static void start() throws Exception {
        for (var node : List.of("payara", "wildfly", "tomee")) {
            Files.deleteIfExists(log(node).toPath());
        }
        database = PostgresServer.start(false);
        var url = database.createDatabase();
        var settings = new String[] {"herald.datasource.url=" + url, "herald.datasource.user=" + PostgresServer.USER};
        NODES.put("payara", PayaraProcess.start(log("payara"), settings));
        NODES.put("wildfly", WildFlyProcess.start(log("wildfly"), settings));
        NODES.put("tomee", TomEeProcess.start(log("tomee"), settings));
        await("each knows the two others")
                .atMost(PATIENCE)
                .until(() -> NODES.keySet().stream().allMatch(MixedClusterIT::knowsTwo));
    }

    private static File log(String node) throws IOException {
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/mixed-" + node + ".log");
        Files.createDirectories(log.getParent());
        return log.toFile();
    }

    private static boolean knowsTwo(String node) {
        try (var lines = Files.lines(log(node).toPath())) {
            return lines.filter(line -> line.contains(" is there")).count() == 2;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The logs are read before the servers stop: WildFly complains then of each task of a timer that it does not run any more. */
    @AfterAll
    static void stop() throws IOException {
        var mistakes = new ArrayList<String>();
        for (var node : NODES.keySet()) {
            mistakes.addAll(ServerLog.mistakes(log(node).toPath()));
        }
        NODES.values().forEach(ServerProcess::close);
        if (database != null) {
            database.close();
        }
        assertThat(mistakes).noneMatch(line -> line.contains("dev.herald"));
    }

    /** By WebSocket and by polling; and who goes from one kind of server to the other goes on there. */
    @ParameterizedTest
    @CsvSource({"payara, wildfly", "wildfly, tomee", "tomee, payara"})
    void clientsOfDifferentServersTalkToEachOtherAndChangePlaces(String one, String other) throws Exception {
        NodeScript.pass(
                "cluster/nodes.mjs", NODES.get(one).url(), NODES.get(other).url());
    }

    @Test
    void eachRequestMayReachAnyOfThem() throws Exception {
        var urls = NODES.values().stream().map(ServerProcess::url);
        var balancer = NodeScript.start(
                Stream.concat(Stream.of("cluster/spread.mjs"), urls).toArray(String[]::new));
        try (var said = balancer.inputReader()) {
            NodeScript.pass("socketio/conversation.mjs", said.readLine().replace("AT ", ""));
        } finally {
            balancer.destroyForcibly();
        }
    }
}
