package dev.herald.feed;

import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A WebSocket session as a server's, but for the network: a test says when and how sends complete, and whether the peer answers
 * pings. At first each send completes at once on the sending thread, and no ping is answered.
 */
final class FakeSession {

    private static final AtomicInteger IDS = new AtomicInteger();

    private final String id = "session-" + IDS.incrementAndGet();

    /** What a server does with a text that it is to send. */
    interface Sending {
        void send(String text, SendHandler handler);
    }

    /** What a server does with a ping that it is to send. */
    interface Pinging {
        void ping(ByteBuffer payload) throws IOException;
    }

    private final Session session = proxy(Session.class, (self, method, arguments) -> switch (method.getName()) {
        case "getId" -> id;
        case "getUserPrincipal" -> principal();
        case "getRequestParameterMap" -> parameters();
        case "getAsyncRemote" -> remote();
        case "close" -> close((CloseReason) arguments[0]);
        default -> throw new UnsupportedOperationException(method.toString());
    });
    private final RemoteEndpoint.Async remote =
            proxy(RemoteEndpoint.Async.class, (self, method, arguments) -> switch (method.getName()) {
                case "sendText" -> send((String) arguments[0], (SendHandler) arguments[1]);
                case "sendPing" -> ping((ByteBuffer) arguments[0]);
                default -> throw new UnsupportedOperationException(method.toString());
            });

    // Guarded by this object's monitor.
    private final List<String> texts = new ArrayList<>();
    private final List<ByteBuffer> pings = new ArrayList<>();
    private final List<CloseReason> closes = new ArrayList<>();
    private final Queue<SendHandler> held = new ArrayDeque<>();
    private Principal principal;
    private Map<String, List<String>> parameters = Map.of();
    private Sending sending = (text, handler) -> handler.onResult(new SendResult());
    private Pinging pinging = payload -> {};
    private Consumer<CloseReason> onClose = reason -> {};
    private boolean inFlight;
    private boolean overlapping;

    Session session() {
        return session;
    }

    synchronized FakeSession of(Principal visitor) {
        principal = visitor;
        return this;
    }

    /** With a parameter in the request's query. */
    synchronized FakeSession with(String parameter, String value) {
        parameters = Map.of(parameter, List.of(value));
        return this;
    }

    private synchronized Map<String, List<String>> parameters() {
        return parameters;
    }

    synchronized void whenSending(Sending how) {
        sending = how;
    }

    /** Sends complete at once, on the sending thread. */
    void completeInline() {
        whenSending((text, handler) -> handler.onResult(new SendResult()));
    }

    /** Sends complete on other threads. */
    void completeOn(Executor executor) {
        whenSending((text, handler) -> executor.execute(() -> handler.onResult(new SendResult())));
    }

    /** Sends do not complete until {@link #complete} or {@link #breakHeld}. */
    void hold() {
        whenSending((text, handler) -> {
            synchronized (this) {
                held.add(handler);
            }
        });
    }

    /** Completes the oldest send that was held. */
    void complete() {
        nextHeld().onResult(new SendResult());
    }

    /** Fails the oldest send that was held. */
    void breakHeld() {
        nextHeld().onResult(new SendResult(new IOException("broken pipe")));
    }

    private synchronized SendHandler nextHeld() {
        return held.remove();
    }

    /** How many sends are held. */
    synchronized int heldSends() {
        return held.size();
    }

    synchronized void whenPinging(Pinging how) {
        pinging = how;
    }

    /** What a server does besides sending the close frame. */
    synchronized void whenClosing(Consumer<CloseReason> then) {
        onClose = then;
    }

    /** What went into the server, in this order. */
    synchronized List<String> texts() {
        return List.copyOf(texts);
    }

    synchronized List<ByteBuffer> pings() {
        return List.copyOf(pings);
    }

    /** The reasons with which the session was closed, one for each call. */
    synchronized List<CloseReason> closes() {
        return List.copyOf(closes);
    }

    /** Whether anything was sent while a text was in flight. */
    synchronized boolean sawOverlappingSends() {
        return overlapping;
    }

    private synchronized Principal principal() {
        return principal;
    }

    private synchronized RemoteEndpoint.Async remote() {
        return remote;
    }

    private Object send(String text, SendHandler handler) {
        Sending how;
        synchronized (this) {
            overlapping |= inFlight;
            inFlight = true;
            texts.add(text);
            how = sending;
        }
        how.send(text, result -> {
            synchronized (this) {
                inFlight = false;
            }
            handler.onResult(result);
        });
        return null;
    }

    private Object ping(ByteBuffer payload) throws IOException {
        Pinging how;
        synchronized (this) {
            overlapping |= inFlight;
            pings.add(payload.asReadOnlyBuffer());
            how = pinging;
        }
        how.ping(payload.asReadOnlyBuffer());
        return null;
    }

    private Object close(CloseReason reason) {
        Consumer<CloseReason> then;
        synchronized (this) {
            closes.add(reason);
            then = onClose;
        }
        then.accept(reason);
        return null;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FakeSession.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** Waits without being interrupted by more than a failing test. */
    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
