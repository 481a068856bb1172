package dev.herald;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Server-Sent Events of the released WAR in a real browser and by curl, as {@code docs/http.md} says ("Events"). */
class EventSourceIT {

    private static final Path LOG = Path.of(System.getProperty("herald.war")).resolveSibling("server/eventsource.log");

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void listenersGoOnWhereTheyWere() throws Exception {
        Files.createDirectories(LOG.getParent());
        Files.deleteIfExists(LOG);
        try (var server = PayaraProcess.start(
                LOG.toFile(),
                "herald.board=false",
                "herald.retention=brief-*=20,*=all",
                "herald.retention.interval=200")) {
            NodeScript.passRestarting(
                    server,
                    "http/eventsource.mjs",
                    server.url(),
                    Path.of("docs/http.md").toAbsolutePath().toString());
        }
    }
}
