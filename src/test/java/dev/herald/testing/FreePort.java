package dev.herald.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of 127.0.0.1 for servers that tests start. They are below those that systems give to clients' connections, so that no
 * client takes one while its server is away. Any thread may call.
 */
public final class FreePort {

    private static final int FIRST = 10_000;
    private static final int END = 32_000;
    private static final int TRIES = 100;

    private FreePort() {}

    /** A port on which nobody listens now. */
    public static int find() throws IOException {
        IOException last = null;
        for (var n = 0; n < TRIES; n++) {
            var port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IOException("no free port in " + TRIES + " tries", last);
    }
}
