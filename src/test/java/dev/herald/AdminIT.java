package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.testing.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stock Admin UI of Socket.IO in a real browser, on the released WAR. Screenshots and logs are in {@code target/admin}. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AdminIT {

    private static final Path OUT =
            Path.of(System.getProperty("herald.browser")).resolveSibling("admin");

    @Test
    void whoHasThePasswordSeesAndEndsSockets() throws Exception {
        Files.createDirectories(OUT);
        var log = OUT.resolve("server.log");
        Files.deleteIfExists(log);
        var port = FreePort.find();
        var hash = BCrypt.withDefaults().hashToString(10, "Jürgens 名前 😀".toCharArray());
        try (var server = PayaraProcess.start(
                log.toFile(),
                "herald.admin.username=operator",
                "herald.admin.password=" + hash,
                "herald.origins=http://127.0.0.1:" + port)) {
            NodeScript.pass("admin/admin.mjs", server.url(), Integer.toString(port), OUT.toString());
        }

        assertThat(Files.readAllLines(log))
                .as("what the UI sends makes no line of its own, nor a long one")
                .noneMatch(line -> line.startsWith("FORGED") || line.length() > 3_000);
        assertThat(Files.readString(log))
                .doesNotContain("was not done")
                .contains("the Admin UI is refused to 127.0.0.1: the name or the password is wrong")
                .contains("the Admin UI is opened by operator from 127.0.0.1")
                .contains("the Admin UI at 127.0.0.1 does: join kitchen for ")
                .contains("the Admin UI at 127.0.0.1 does: disconnect for ")
                .doesNotContain("Jürgens", hash);
    }
}
