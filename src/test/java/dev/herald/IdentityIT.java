package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.HeraldWar;
import dev.herald.it.JavaClient;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.ServerLog;
import dev.herald.it.identity.Desk;
import io.socket.client.Socket;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        NodeScript.pass("socketio/caller.mjs", server.url());

        // Payara itself may complain of clients that leave, and traces each refusal of an enterprise bean down to
        // Herald's thread.
        assertThat(ServerLog.mistakes(LOG))
                .noneMatch(line ->
                        line.contains("dev.herald") && !line.stripLeading().startsWith("at "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"polling", "websocket"})
    void theJavaClientIsToldThatItIsSignedOutAndStaysAway(String transport) throws Exception {
        var who = "java-" + UUID.randomUUID();
        var root = URI.create(server.url().replaceFirst("/$", ""));
        var auth = Map.of("token", "good." + who + ".clerk.600");
        try (var client = new JavaClient(root, "/socket.io/", auth, transport).arrive()) {
            assertThat(client.ask("for-clerks")).containsExactly("for clerks");

            var everywhere = HttpRequest.newBuilder(URI.create(server.url() + "door/everywhere?user=" + who))
                    .POST(BodyPublishers.noBody())
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(everywhere, BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);

            assertThat(((JSONObject) client.hear("error").get(0)).getString("code"))
                    .isEqualTo("unauthorized");
            assertThat(client.hear(Socket.EVENT_DISCONNECT)).containsExactly("io server disconnect");
        }
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
