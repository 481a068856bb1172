package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The board in a real browser, on the released WAR. Screenshots and logs are in {@code target/board}. */
class BrowserIT {

    private static final Path OUT =
            Path.of(System.getProperty("herald.browser")).resolveSibling("board");

    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    void twoGuestsTalkAndResumeAfterTheServerWasRestarted() throws Exception {
        Files.createDirectories(OUT);
        try (var server = PayaraProcess.start(OUT.resolve("server.log").toFile())) {
            NodeScript.passRestarting(server, "board/board.mjs", server.url(), OUT.toString());
        }
        assertThat(Files.readString(OUT.resolve("server.log"))).doesNotContain("SEVERE");
    }

    @Test
    void olderNewsComeWhenTheReaderScrollsUpEachOnceAndInOrder() throws Exception {
        Files.createDirectories(OUT);
        try (var server = PayaraProcess.start(OUT.resolve("history-server.log").toFile())) {
            NodeScript.pass("board/history.mjs", server.url(), OUT.toString());
        }
    }

    @Test
    void whoComesBackFindsPrivateMessagesAsNewUntilTheyWereSeen() throws Exception {
        Files.createDirectories(OUT);
        try (var server = PayaraProcess.start(OUT.resolve("devices-server.log").toFile())) {
            NodeScript.pass("board/devices.mjs", server.url(), OUT.toString());
        }
    }

    @Test
    void theTutorialsPageTalksByTheRelayWithOnlyItsAddressChanged() throws Exception {
        Files.createDirectories(OUT);
        try (var server = PayaraProcess.start(OUT.resolve("relay-server.log").toFile())) {
            NodeScript.pass("relay/relay.mjs", server.url());
        }
    }
}
