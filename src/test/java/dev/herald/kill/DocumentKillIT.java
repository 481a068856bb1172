package dev.herald.kill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server is killed again and again while many change shared documents: each acknowledged change is there once, the versions have no
 * gap, and all clients end with the same value. {@code -Dkill.document.rounds} says how often, {@code -Dkill.seed} repeats a run.
 */
@Tag("kill")
@Timeout(value = 2, unit = TimeUnit.HOURS) // for a soak; what each round waits for has a limit of its own
class DocumentKillIT {

    @TempDir
    Path directory;

    @Test
    void documentsLoseAndDoubleNothingWhenTheServerIsKilled() throws Exception {
        var log = KillRounds.log("kill-documents.log");
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        var rounds = Integer.getInteger("kill.document.rounds", 3);
        var seed = Long.getLong("kill.seed", System.nanoTime() % 1_000_000);
        var kills = 0;
        var said = new ArrayList<String>();
        try (var server = PayaraProcess.start(
                log.toFile(),
                "herald.board=false",
                "herald.datasource.url=jdbc:h2:file:" + directory.resolve("herald")
                        + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE")) {
            var script = NodeScript.start("socketio/document-kill.mjs", server.url(), "" + rounds, "" + seed);
            try (var lines = script.inputReader(UTF_8);
                    var answers = script.outputWriter(UTF_8)) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.equals("KILL")) {
                        kills++;
                        server.kill();
                        server.restart();
                        answers.write("RESTARTED\n");
                        answers.flush();
                    } else {
                        said.add(line);
                    }
                }
                assertThat(script.waitFor()).as(String.join("\n", said)).isZero();
            } finally {
                script.destroyForcibly();
            }
        }
        System.out.println("seed " + seed + ", kills " + kills + ", " + said);
        assertThat(said).contains("PASSED");
        assertThat(kills).isEqualTo(rounds);
    }
}
