package dev.herald.forward;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.engine.EngineServlet;
import dev.herald.nonblocking.AbortListener;
import dev.herald.nonblocking.BodyReader;
import dev.herald.nonblocking.BodyReader.End;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A polling client's GET or POST whose session another node has. No thread waits for the client's body or for the other node. The
 * request's own thread begins; the container's threads read the body and tell that the client is gone; threads of the forwarder
 * bring the answer; the clock tells that the other node is dead. Who calls holds no lock.
 */
final class ForwardedExchange {

    private static final System.Logger LOG = System.getLogger(ForwardedExchange.class.getName());

    /** What the client needs of the answer. Headers for other origins are this node's own. */
    private static final List<String> HEADERS = List.of("Cache-Control", "Content-Encoding", "Retry-After");

    private static final String VARY = "Vary";
    private static final String ACCEPT_ENCODING = "Accept-Encoding";

    private final Forwarder forwarder;
    private final OwnerRequest ownerRequest;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final AtomicBoolean ended = new AtomicBoolean();

    // Set by the request's thread before others see the exchange.
    private volatile @Nullable AsyncContext context;
    private volatile @Nullable BodyReader body;
    private volatile @Nullable CompletableFuture<HttpResponse<byte[]>> flight;

    ForwardedExchange(
            Forwarder forwarder, OwnerRequest ownerRequest, HttpServletRequest request, HttpServletResponse response) {
        this.forwarder = forwarder;
        this.ownerRequest = ownerRequest;
        this.request = request;
        this.response = response;
    }

    /** The node that has the session. */
    String node() {
        return ownerRequest.node();
    }

    /** Sends a GET on at once, and a POST when all of its body has come. */
    void begin() throws IOException {
        if (request.getMethod().equals("GET")) {
            startAsync();
            send();
            return;
        }
        var read = new BodyReader(
                request,
                forwarder.maxBody(),
                forwarder.slowBodies(),
                how -> forwarder.execute(() -> bodyHasEnded(how)));
        body = read;
        read.begin(this::startAsync).ifPresent(how -> {
            if (how == End.WHOLE) {
                startAsync();
            }
            bodyHasEnded(how);
        });
    }

    private AsyncContext startAsync() {
        var started = request.startAsync();
        started.setTimeout(0);
        started.addListener(new AbortListener(cause -> clientIsGone()));
        context = started;
        return started;
    }

    private void bodyHasEnded(End how) {
        if (how == End.WHOLE) {
            send();
            return;
        }
        if (how == End.BROKEN_OFF || how == End.LATE) {
            forwarder.endSession(ownerRequest);
        }
        answer(() -> {
            response.setStatus(how.status());
            if (how.isUnread()) {
                response.setHeader("Connection", "close");
            }
        });
    }

    private void send() {
        try {
            var read = body;
            var asked = read == null
                    ? ownerRequest.request("GET").GET()
                    : ownerRequest.request("POST").POST(BodyPublishers.ofByteArray(read.bytes()));
            var sent = forwarder
                    .client()
                    .sendAsync(asked.timeout(forwarder.patience()).build(), BodyHandlers.ofByteArray());
            flight = sent;
            if (ended.get()) {
                sent.cancel(true);
            }
            var unused = sent.whenComplete((answer, failure) -> forwarder.execute(() -> finish(answer, failure)));
        } catch (RuntimeException | Error e) {
            LOG.log(
                    ERROR,
                    "a request could not be sent to node " + ownerRequest.node() + "; its client connects again",
                    e);
            answer(() -> EngineServlet.refuseUnknownSession(response, false));
        }
    }

    /** On a thread that may wait for the client. */
    private void finish(@Nullable HttpResponse<byte[]> answer, @Nullable Throwable failure) {
        if (answer != null) {
            answer(() -> write(answer));
        } else if (!ended.get()) {
            if (!(failure instanceof CancellationException)) {
                forwarder.unreachable(ownerRequest, failure);
            }
            answer(() -> EngineServlet.refuseUnknownSession(response, false));
        }
    }

    private void write(HttpResponse<byte[]> answer) throws IOException {
        response.setStatus(answer.statusCode());
        var headers = answer.headers();
        headers.firstValue("Content-Type").ifPresent(response::setContentType);
        HEADERS.forEach(name -> headers.firstValue(name).ifPresent(value -> response.setHeader(name, value)));
        if (headers.allValues(VARY).stream().anyMatch(value -> value.contains(ACCEPT_ENCODING))) {
            response.addHeader(VARY, ACCEPT_ENCODING);
        }
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }

    /** Writes an answer to the client. */
    private interface Writing {

        void run() throws IOException;
    }

    private void answer(Writing writing) {
        if (ended.get()) {
            // The container may already use the response for another request.
            return;
        }
        try {
            writing.run();
        } catch (IOException e) {
            LOG.log(DEBUG, () -> "the answer of another node was lost: " + e);
            forwarder.endSession(ownerRequest);
        } catch (RuntimeException | Error e) {
            LOG.log(ERROR, "the answer of another node could not be written; its client connects again", e);
            forwarder.endSession(ownerRequest);
        } finally {
            end();
        }
    }

    /** What the other node would find out by itself, if its container told. */
    private void clientIsGone() {
        if (!ended.get()) {
            forwarder.endSession(ownerRequest);
            breakOff();
            end();
        }
    }

    /** The other node does not live any more, or this one goes down: the client is told that its session is unknown. */
    void breakOff() {
        var sent = flight;
        if (sent != null) {
            sent.cancel(true);
        }
    }

    private void end() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        forwarder.forget(this);
        var started = context;
        if (started == null) {
            return;
        }
        try {
            started.complete();
        } catch (IllegalStateException e) {
            LOG.log(DEBUG, () -> "the container had ended a forwarded request before: " + e);
        }
    }
}
