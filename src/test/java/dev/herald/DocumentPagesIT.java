package dev.herald;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shared documents on pages in a real browser, by Herald's helper for pages: two at once, offline for 30 s, reloaded, and a server that is restarted. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
class DocumentPagesIT {

    private static final Path LOG =
            Path.of(System.getProperty("herald.war")).resolveSibling("server/document-pages.log");

    @Test
    void pagesEndWithTheSameValueAfterBeingOfflineAndReloadedAndWhileTheServerIsRestarted() throws Exception {
        Files.createDirectories(LOG.getParent());
        try (var server = PayaraProcess.start(LOG.toFile(), "herald.board=false")) {
            NodeScript.passRestarting(server, "documents/pages.mjs", server.url(), "30000", "restart");
        }
    }
}
