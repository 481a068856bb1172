package dev.herald;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The monitor and the metrics of a real server show what its clients have done, and nothing else. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class MonitorIT {

    @Test
    void showWhatIsKnownToHaveHappened() throws IOException, InterruptedException {
        var out = Path.of(System.getProperty("herald.browser")).resolveSibling("board");
        Files.createDirectories(out);
        var log = out.resolve("monitor-server.log").toFile();
        try (var server = PayaraProcess.start(log, "herald.board=false", "herald.quota=off")) {
            NodeScript.pass("board/known-load.mjs", server.url());
        }
    }
}
