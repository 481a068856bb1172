package dev.herald.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A node that writes down what it is asked, and answers as a test says. */
final class OtherNode implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Answer answer = new Answer(200, Map.of("Content-Type", "text/plain; charset=UTF-8"), "6");
    private volatile boolean silent;

    /** What was asked. */
    record Asked(String method, URI uri, Headers headers, String body) {

        String header(String name) {
            return headers.getFirst(name);
        }
    }

    private record Answer(int status, Map<String, String> headers, String body) {}

    OtherNode() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/app/socket.io/", this::serve);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/app");
    }

    void answers(int status, Map<String, String> headers, String body) {
        answer = new Answer(status, headers, body);
    }

    /** It does not answer GETs. */
    void holdsPolls() {
        silent = true;
    }

    /** What it is asked next. */
    Asked next() throws InterruptedException {
        var next = asked.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing is asked");
        }
        return next;
    }

    boolean isAskedNothing() {
        return asked.isEmpty();
    }

    private void serve(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        asked.add(new Asked(exchange.getRequestMethod(), exchange.getRequestURI(), exchange.getRequestHeaders(), body));
        if (silent && exchange.getRequestMethod().equals("GET")) {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        var now = answer;
        now.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        var bytes = now.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(now.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
