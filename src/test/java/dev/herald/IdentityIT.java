package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.ServerLog;
import dev.herald.it.identity.Desk;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application whose users sign in by the container or by tokens, on a server that can be killed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class IdentityIT {

    private static final Path LOG = Path.of(System.getProperty("herald.war")).resolveSibling("server/identity.log");

    private static PayaraProcess server;

    @BeforeAll
    static void start() throws Exception {
        Files.createDirectories(LOG.getParent());
        Files.deleteIfExists(LOG);
        var war = LOG.resolveSibling("identity.war").toFile();
        HeraldWar.anApplicationWithTheJar()
                .addPackage(Desk.class.getPackage())
                .as(ZipExporter.class)
                .exportTo(war, true);
        server = PayaraProcess.start(
                war.toPath(),
                new File(LOG.toString()),
                "-Xmx512m",
                "herald.board=false",
                "herald.policy=staff.*:read=clerk|boss:write=boss");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void everybodyIsWhoTheySay() throws Exception {
        NodeScript.pass("socketio/identity.mjs", server.url());

        // Payara itself may complain of clients that leave, and traces each refusal of an enterprise bean down to
        // Herald's thread.
        assertThat(ServerLog.mistakes(LOG))
                .noneMatch(line ->
                        line.contains("dev.herald") && !line.stripLeading().startsWith("at "));
    }

    @Test
    void whatIsKeptWithAConnectionSurvivesARestart() throws Exception {
        var client = NodeScript.start("socketio/kept.mjs", server.url());
        try (var said = client.inputReader(UTF_8)) {
            assertThat(said.readLine()).isEqualTo("KEPT");
            server.kill();
            server.startAgain();

            assertThat(said.lines()).last().isEqualTo("PASSED");
        }
    }
}
