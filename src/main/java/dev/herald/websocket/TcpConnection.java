package dev.herald.websocket;

import static java.lang.System.Logger.Level.DEBUG;

import jakarta.servlet.http.WebConnection;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ends an upgraded connection. The Servlet API has one way to do that, {@code close}. On Payara it first waits until the peer
 * has taken everything that was written. For a peer that reads nothing it waits for ever, and keeps megabytes of buffers and a
 * file descriptor. Grizzly's connection below can be ended at once, but no public API leads to it ({@code
 * docs/decisions/0015}).
 *
 * <p>Thread-safe; called under no lock.
 */
final class TcpConnection {

    private static final System.Logger LOG = System.getLogger(TcpConnection.class.getName());

    private static final String PAYARA = "org.apache.catalina.connector.WebConnectionImpl";

    private final WebConnection connection;
    /** An {@code org.glassfish.grizzly.Connection}; {@code null} on other servers, where {@code close} does not wait. */
    private final @Nullable Object grizzly;

    private TcpConnection(WebConnection connection, @Nullable Object grizzly) {
        this.connection = connection;
        this.grizzly = grizzly;
    }

    /**
     * Finds the TCP connection below. It must be looked up now: later the container may use the request object for another
     * connection.
     */
    static TcpConnection below(WebConnection connection) {
        return new TcpConnection(
                connection, connection.getClass().getName().equals(PAYARA) ? grizzly(connection) : null);
    }

    private static @Nullable Object grizzly(WebConnection connection) {
        try {
            Field field = connection.getClass().getDeclaredField("request");
            field.setAccessible(true);
            var request = call(field.get(connection), "getCoyoteRequest");
            return call(call(request, "getContext"), "getConnection");
        } catch (ReflectiveOperationException | InaccessibleObjectException | NullPointerException e) {
            LOG.log(DEBUG, "this version of Payara is not known; peers that read nothing keep their buffers", e);
            return null;
        }
    }

    /** Calls a public method of a class that may not be public. */
    private static @Nullable Object call(@Nullable Object target, String name) throws ReflectiveOperationException {
        var method = Objects.requireNonNull(target).getClass().getMethod(name);
        method.setAccessible(true);
        return method.invoke(target);
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
        if (grizzly != null) {
            try {
                var unused = call(grizzly, "terminateSilently");
            } catch (ReflectiveOperationException e) {
                LOG.log(DEBUG, "a connection could not be cut", e);
            }
        }
        close();
    }
}
