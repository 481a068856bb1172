package dev.herald.nonblocking;

import static java.lang.System.Logger.Level.DEBUG;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Payara's TCP connection below the Servlet API, for what that API has no way to say: to end a connection whose peer reads
 * nothing, and to keep no megabytes for it ({@code docs/decisions/0015}). There is none on other servers. Thread-safe; called
 * under no lock.
 */
public final class GrizzlyConnection {

    private static final System.Logger LOG = System.getLogger(GrizzlyConnection.class.getName());

    private static final Set<String> PAYARA =
            Set.of("org.apache.catalina.connector.WebConnectionImpl", "org.apache.catalina.connector.RequestFacade");

    /** In bytes; Grizzly makes none smaller. */
    private static final int SMALL = 512;

    /** An {@code org.glassfish.grizzly.Connection}. */
    private final Object connection;

    private GrizzlyConnection(Object connection) {
        this.connection = connection;
    }

    /** That of a request by HTTP/1.1, which has it for itself. Looked up by the request's own thread. */
    public static Optional<GrizzlyConnection> below(ServletRequest request) {
        var inner = innermost(request);
        return inner.getProtocol().equals("HTTP/1.1") ? belowServers(inner) : Optional.empty();
    }

    /**
     * That of a server's request or upgraded connection. It must be looked up at once: later the container may use the request
     * object for another connection.
     */
    public static Optional<GrizzlyConnection> belowServers(Object requestOrConnection) {
        var type = requestOrConnection.getClass();
        if (!PAYARA.contains(type.getName())) {
            return Optional.empty();
        }
        try {
            var context = call(coyoteRequest(requestOrConnection), "getContext");
            return Optional.of(new GrizzlyConnection(Objects.requireNonNull(call(context, "getConnection"))));
        } catch (ReflectiveOperationException | InaccessibleObjectException | NullPointerException e) {
            LOG.log(DEBUG, "this version of Payara is not known; peers that read nothing keep their buffers", e);
            return Optional.empty();
        }
    }

    /**
     * Has the answer to a request, and what follows an upgrade, written in buffers of {@value #SMALL} bytes. Payara allocates one for each
     * write, 8 KiB large, when the thread is not one of its own; what is larger than a buffer it writes without one. To be called before
     * anything is written.
     */
    public static void shrinkBuffers(ServletRequest request) {
        var inner = innermost(request);
        if (!PAYARA.contains(inner.getClass().getName())) {
            return;
        }
        try {
            var output = call(call(coyoteRequest(inner), "getResponse"), "getOutputBuffer");
            var method = Objects.requireNonNull(output).getClass().getMethod("setBufferSize", int.class);
            method.setAccessible(true);
            method.invoke(output, SMALL);
        } catch (ReflectiveOperationException | InaccessibleObjectException | NullPointerException e) {
            LOG.log(DEBUG, "this version of Payara is not known; each write allocates what the server likes", e);
        }
    }

    private static ServletRequest innermost(ServletRequest request) {
        var inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            inner = wrapper.getRequest();
        }
        return inner;
    }

    private static @Nullable Object coyoteRequest(Object requestOrConnection) throws ReflectiveOperationException {
        var field = requestOrConnection.getClass().getDeclaredField("request");
        field.setAccessible(true);
        return call(field.get(requestOrConnection), "getCoyoteRequest");
    }

    /** Calls a public method of a class that may not be public. */
    private static @Nullable Object call(@Nullable Object target, String name) throws ReflectiveOperationException {
        var method = Objects.requireNonNull(target).getClass().getMethod(name);
        method.setAccessible(true);
        return method.invoke(target);
    }

    /** Ends it at once; what the peer has not taken is dropped. */
    public void cut() {
        try {
            var unused = call(connection, "terminateSilently");
        } catch (ReflectiveOperationException e) {
            LOG.log(DEBUG, "a connection could not be cut", e);
        }
    }

    /** Bounds how many bytes wait in the server's memory for the peer, beyond one write. */
    public void boundOutput(int bytes) {
        try {
            var method = connection.getClass().getMethod("setMaxAsyncWriteQueueSize", int.class);
            method.setAccessible(true);
            method.invoke(connection, bytes);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            LOG.log(DEBUG, "the output of a connection could not be bounded", e);
        }
    }
}
