package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.ServerLog;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's {@code java -jar} line. */
class LaunchIT {

    @TempDir
    Path directory;

    @Test
    void logsLittleAndSaysWhereHeraldIs() throws Exception {
        var log = directory.resolve("server.log");
        try (var server = PayaraProcess.start(log.toFile(), "herald.quota=on")) {
            assertThat(Files.readAllLines(log))
                    .hasSizeLessThan(10)
                    .noneMatch(line -> line.contains("JDBC driver"))
                    .filteredOn(line -> line.contains(" dev.herald.Startup: "))
                    .singleElement()
                    .asString()
                    .endsWith("Herald is at http://localhost:" + server.port() + "/ (Ctrl-C stops the server)");

            whoFloodsItIsHeldToTheQuotasAndNamedOnce(server, log);
        }
    }

    private static void whoFloodsItIsHeldToTheQuotasAndNamedOnce(PayaraProcess server, Path log) throws Exception {
        var said = NodeScript.pass("socketio/flood.mjs", server.url());

        said.lines().filter(line -> line.startsWith("    ")).forEach(System.out::println);
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains(" is held to "))
                .hasSizeBetween(1, 3) // one in 10 s
                .allMatch(line -> line.contains(" at 127.0.0.1 is held to 100 messages a second; herald.quota says"));
        assertThat(ServerLog.mistakes(log)).isEmpty();
    }

    @Test
    void endsWithOneLineAndNotWithSuccessWhenThePortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var server = new ProcessBuilder(List.of(
                            java,
                            "-javaagent:" + System.getProperty("herald.agent"),
                            "-Dherald.port=" + taken.getLocalPort(),
                            "-jar",
                            System.getenv("MICRO_JAR"),
                            "--nohazelcast"))
                    .redirectErrorStream(true)
                    .start();

            assertThat(server.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(server.exitValue()).isEqualTo(1);
            assertThat(new String(server.getInputStream().readAllBytes(), UTF_8).lines())
                    .singleElement()
                    .asString()
                    .startsWith("Herald cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ");
        }
    }
}
