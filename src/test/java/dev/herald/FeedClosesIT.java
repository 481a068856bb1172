package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.PayaraProcess;
import dev.herald.it.RawWebSocket;
import dev.herald.it.ServerLog;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/**
 * The server closes very many WebSockets of the container's, side by side. Payara gives a closed connection's request to the next
 * client at once; who still reads from it then breaks that client ({@code SessionCloser}).
 */
class FeedClosesIT {

    private static final System.Logger LOG = System.getLogger(FeedClosesIT.class.getName());

    private static final int CLIENTS = 16;
    private static final int CLOSES_OF_EACH = 100;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int CANNOT_ACCEPT = 1003;

    private final Path log = Path.of(System.getProperty("herald.war")).resolveSibling("server/feed-closes.log");

    @Test
    void eachClosedClientIsToldWhyAndNoOtherOneBreaks() throws Exception {
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        var threads = Executors.newFixedThreadPool(CLIENTS);
        try (var server = PayaraProcess.start(log.toFile(), "herald.board=false")) {
            var clients = new ArrayList<Callable<Void>>();
            for (var n = 0; n < CLIENTS; n++) {
                var path = n % 2 == 0 ? "/feed" : "/relay";
                clients.add(() -> beClosedAgainAndAgain(server.port(), path));
            }
            for (var client : threads.invokeAll(clients)) {
                client.get();
            }
        } finally {
            threads.shutdown();
        }

        assertThat(ServerLog.mistakes(log)).isEmpty();
    }

    private static Void beClosedAgainAndAgain(int port, String path) throws IOException {
        for (var n = 0; n < CLOSES_OF_EACH; n++) {
            try (var client = new RawWebSocket(port, path)) {
                client.send(true, BINARY, new byte[] {1});
                assertThat(client.readToClose()).isEqualTo(CANNOT_ACCEPT);
                answerClose(client);
            }
        }
        return null;
    }

    /** As a browser does, at the moment when the server ends the connection. */
    private static void answerClose(RawWebSocket client) throws IOException {
        try {
            client.send(true, CLOSE, new byte[] {CANNOT_ACCEPT >> 8, (byte) CANNOT_ACCEPT});
        } catch (SocketException e) {
            LOG.log(System.Logger.Level.DEBUG, "the server was faster", e);
        }
    }
}
