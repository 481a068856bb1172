package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.HeraldWar;
import dev.herald.it.PayaraProcess;
import dev.herald.it.wrong.Mistakes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application with handlers that cannot be, beside one without. */
class WrongHandlersIT {

    private static final String MISTAKES = Mistakes.class.getName();

    @TempDir
    private static Path directory;

    @Test
    void handlersThatCannotBeFailTheDeploymentWithOneLineEach() throws Exception {
        var wrong = directory.resolve("wrong.war").toFile();
        HeraldWar.anApplicationWithTheJar()
                .addPackage(Mistakes.class.getPackage())
                .as(ZipExporter.class)
                .exportTo(wrong);
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/wrong-handlers.log");
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);

        try (var server = PayaraProcess.startTwice(wrong.toPath(), log.toFile())) {
            await("the deployment has failed")
                    .atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(Files.readString(log))
                            .contains(
                                    MISTAKES
                                            + ".upload, the handler of the event \"upload\", has the parameter file, which"
                                            + " cannot be read from JSON: java.io.InputStream is abstract\n",
                                    MISTAKES
                                            + ".connect, the handler of the event \"connect\", is never called: no such"
                                            + " event can come to it in the namespace /,"));
            var request = HttpRequest.newBuilder(URI.create(server.url() + "wrong/health/ready"))
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(404);
        }
    }
}
