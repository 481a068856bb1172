package dev.herald.forward;

import static dev.herald.testing.FakeTimer.proxy;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** The WebSocket of the node that has the session, as Java's HTTP client hands it out: it takes one message at a time. */
final class FakeOwner {

    /** What it was sent, in order. */
    final List<String> heard = new ArrayList<>();
    /** How many more calls it may make to its listener. */
    long demand;

    boolean aborted;
    /** Whether it takes a message only when {@link #takes} says so. */
    boolean isSlow;

    private final Queue<CompletableFuture<WebSocket>> sending = new ArrayDeque<>();
    private final WebSocket socket = proxy(WebSocket.class, (name, arguments) -> switch (name) {
        case "sendText" -> send("" + arguments[0]);
        case "sendBinary" -> send(((ByteBuffer) arguments[0]).remaining() + " bytes");
        case "sendClose" -> send("close " + arguments[0] + " " + arguments[1]);
        case "request" -> {
            demand += (long) arguments[0];
            yield null;
        }
        case "abort" -> {
            aborted = true;
            yield null;
        }
        default -> throw new UnsupportedOperationException(name);
    });

    WebSocket socket() {
        return socket;
    }

    private CompletableFuture<WebSocket> send(String what) {
        if (!sending.isEmpty()) {
            throw new AssertionError(what + " before the last message has left");
        }
        heard.add(what);
        var sent = new CompletableFuture<WebSocket>();
        if (isSlow) {
            sending.add(sent);
        } else {
            sent.complete(socket);
        }
        return sent;
    }

    /** It has taken the message that is on its way. */
    void takes() {
        sending.remove().complete(socket);
    }

    /** It takes no more messages. */
    void fails() {
        sending.remove().completeExceptionally(new java.io.IOException("wanted by the test"));
    }
}
