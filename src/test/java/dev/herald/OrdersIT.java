package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The example, as its own POM has packed it, at {@code /orders} beside the released WAR at the root. */
class OrdersIT {

    private static final Path WAR = Path.of(System.getProperty("herald.examples"), "orders/target/orders.war");
    private static final Path OUT = WAR.resolveSibling("screenshots");

    private static PayaraProcess server;

    @BeforeAll
    static void start() throws Exception {
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/orders.log");
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        server = PayaraProcess.startTwice(WAR, log.toFile());
        await("the example").atMost(Duration.ofMinutes(2)).until(() -> statusOf("orders/") == 401);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static int statusOf(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path)).build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void showsOrdersLiveToTheRightPeople() throws Exception {
        NodeScript.pass("examples/orders.mjs", server.url() + "orders/", OUT.toString());
    }

    @Test
    void hasOneVersionOfEachLibraryAndNoDrivers() throws IOException {
        List<String> libraries;
        try (var war = new ZipFile(WAR.toFile())) {
            libraries = war.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("WEB-INF/lib/") && name.endsWith(".jar"))
                    .map(name -> name.substring("WEB-INF/lib/".length()).replaceFirst("-[0-9].*", ""))
                    .toList();
        }

        assertThat(libraries)
                .containsExactlyInAnyOrder(
                        "herald",
                        "HikariCP",
                        "bcrypt",
                        "bytes",
                        "flyway-core",
                        "flyway-database-postgresql",
                        "slf4j-api",
                        "slf4j-jdk14");
    }
}
