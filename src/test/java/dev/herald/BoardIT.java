package dev.herald;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the board promises its guests, in a real browser, on the released WAR. Screenshots and logs are in {@code target/board}. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BoardIT {

    private static final Path OUT =
            Path.of(System.getProperty("herald.browser")).resolveSibling("board");

    private static PayaraProcess server;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(OUT);
        server = PayaraProcess.start(OUT.resolve("board-server.log").toFile());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void guestsFindTheirWayAndAreSeenAsTheyAre() throws Exception {
        NodeScript.pass("board/places.mjs", server.url(), OUT.toString());
    }

    @Test
    void guestsTalkInChannelsTypeAreAwayAndAreNamed() throws Exception {
        NodeScript.pass("board/channels.mjs", server.url(), OUT.toString());
    }

    @Test
    void guestsWhoseBrowsersLackSomethingAreToldAndDoTheRest() throws Exception {
        NodeScript.pass("board/lacking.mjs", server.url(), OUT.toString());
    }

    @Test
    void aGuestReadsTenThousandMessagesAndPastesALongText() throws Exception {
        System.out.println(NodeScript.pass("board/long.mjs", server.url(), OUT.toString()));
    }

    @Test
    void messagesAreThereOnceAlthoughTheNetworkIsCutAndTheServerKilled() throws Exception {
        NodeScript.passRestarting(
                server, "board/broken.mjs", server.url(), OUT.toString(), Long.toString(server.pid()));
    }

    @Test
    void nothingKeepsPeopleWithDisabilitiesFromUsingIt() throws Exception {
        NodeScript.pass("board/axe.mjs", server.url(), OUT.toString());
    }
}
