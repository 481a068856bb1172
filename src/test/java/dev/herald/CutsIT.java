package dev.herald;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The stock Socket.IO client hears all that was acknowledged, each message once and in order, however the network between it and
 * the released WAR fails. The tables with the numbers are in the test's output.
 */
@Tag("cuts")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CutsIT {

    @Test
    void nothingIsLostWhenTheNetworkIsCutAgainAndAgain() throws Exception {
        try (var server = start("clean")) {
            pass("clean", server);
        }
    }

    @Test
    void nothingIsLostWhenFramesAndBodiesAreCutInTheMiddle() throws Exception {
        try (var server = start("ragged")) {
            pass("ragged", server);
        }
    }

    @Test
    void nothingIsLostWhenTheServerHasNotNoticedThatAConnectionIsDead() throws Exception {
        try (var server = start("half-dead", "herald.ping-interval=1000", "herald.ping-timeout=1000")) {
            pass("half-dead", server);
        }
    }

    private static PayaraProcess start(String failure, String... settings) throws IOException {
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/cuts-" + failure + ".log");
        Files.deleteIfExists(log);
        return PayaraProcess.start(log.toFile(), settings);
    }

    private static void pass(String failure, PayaraProcess server) throws IOException, InterruptedException {
        System.out.println(NodeScript.pass("socketio/cuts.mjs", failure, server.url()));
    }
}
