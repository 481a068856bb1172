package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class H2FileIT {

    /** Of one that is killed, and one that ends in order. Before the file was kept from an orderly end, it bore about three. */
    private static final int PAIRS_OF_LIVES = 8;

    private static final int MAX_LINES = 300;

    @TempDir
    Path directory;

    private long acknowledged;

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void bearsKillsAndOrderlyEndsByTurns() throws Exception {
        var random = new Random(7);
        for (var pair = 0; pair < PAIRS_OF_LIVES; pair++) {
            live("-1", random.nextInt(MAX_LINES));
            live("20", Integer.MAX_VALUE);
        }

        assertThat(acknowledged).isPositive();
    }

    @Test
    void completesAUrlWithWhatItDoesNotSay() {
        assertThat(H2File.url("jdbc:h2:file:/srv/herald;WRITE_DELAY=0"))
                .isEqualTo("jdbc:h2:file:/srv/herald;WRITE_DELAY=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE"
                        + ";OPTIMIZE_REUSE_RESULTS=FALSE");
        assertThat(H2File.url("jdbc:h2:mem:x;db_close_on_exit=TRUE;Db_Close_Delay=5"))
                .isEqualTo("jdbc:h2:mem:x;db_close_on_exit=TRUE;Db_Close_Delay=5;OPTIMIZE_REUSE_RESULTS=FALSE");
    }

    /** A life of a process, which is killed after so many lines. */
    private void live(String times, int linesUntilItIsKilled) throws IOException, InterruptedException {
        var url = "jdbc:h2:file:" + directory.resolve("herald") + ";WRITE_DELAY=0";
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var errors = directory.resolve("errors.txt").toFile();
        var process = new ProcessBuilder(
                        java,
                        ServerProcess.QUICK_START,
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendingProcess.class.getName(),
                        url,
                        times)
                .redirectError(errors)
                .start();
        List<Long> counts = new ArrayList<>();
        try (var lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                counts.add(Long.parseLong(line));
                if (counts.size() == 1) {
                    assertThat(counts.get(0)).as("messages found").isGreaterThanOrEqualTo(acknowledged);
                }
                if (counts.size() > linesUntilItIsKilled) {
                    new ProcessBuilder("kill", "-9", Long.toString(process.pid()))
                            .start()
                            .waitFor();
                }
            }
        } finally {
            // Until it is gone it may hold the file's lock, although its output has ended.
            process.destroyForcibly().waitFor();
        }
        assertThat(counts)
                .as("what was said; its errors: %s", Files.readString(errors.toPath()))
                .isNotEmpty();
        acknowledged = counts.get(counts.size() - 1);
    }
}
