package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.PayaraProcess;
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
        try (var server = PayaraProcess.start(log.toFile())) {
            assertThat(Files.readAllLines(log))
                    .hasSizeLessThan(10)
                    .noneMatch(line -> line.contains("JDBC driver"))
                    .filteredOn(line -> line.contains(" dev.herald.Startup: "))
                    .singleElement()
                    .asString()
                    .endsWith("Herald is at http://localhost:" + server.port() + "/ (Ctrl-C stops the server)");
        }
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
