package dev.herald.websocket;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.nonblocking.GrizzlyConnection;
import jakarta.servlet.http.WebConnection;
import java.util.Optional;

/**
 * Ends an upgraded connection. The Servlet API has one way to do that, {@code close}. On Payara it first waits until the peer
 * has taken everything that was written. For a peer that reads nothing it waits for ever, and keeps megabytes of buffers and a
 * file descriptor. The connection below can be ended at once, but no public API leads to it ({@code docs/decisions/0015}).
 *
 * <p>Thread-safe; called under no lock.
 */
final class TcpConnection {

    private static final System.Logger LOG = System.getLogger(TcpConnection.class.getName());

    private final WebConnection connection;
    /** Empty on other servers, where {@code close} does not wait. */
    private final Optional<GrizzlyConnection> grizzly;

    private TcpConnection(WebConnection connection, Optional<GrizzlyConnection> grizzly) {
        this.connection = connection;
        this.grizzly = grizzly;
    }

    /** Finds the TCP connection below; at once, because later the container may use its request for another connection. */
    static TcpConnection below(WebConnection connection) {
        return new TcpConnection(connection, GrizzlyConnection.belowServers(connection));
    }

    /** Ends it; what was written may still reach the peer. */
    void close() {
        try {
            connection.close();
        } catch (Exception e) {
            LOG.log(DEBUG, () -> "a connection was gone before it was ended: " + e);
        }
    }

    /** Ends it at once; what the peer has not taken is dropped. */
    void cut() {
        grizzly.ifPresent(GrizzlyConnection::cut);
        close();
    }
}
