package dev.herald.it;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client of the feed that publishes to a channel, and repeats each message with its id until it is acknowledged. */
public final class Publisher implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long PAUSE_MILLIS = 10;
    private static final long REFUSED_PAUSE_MILLIS = 100;

    private final String channel;
    private final String prefix;
    private final String padding;
    private final WebSocket socket;
    private final Map<Long, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    private volatile Duration slowest = Duration.ZERO;
    private volatile boolean over;
    private int number;

    /** Connects; its messages' data are the prefix and a number. */
    public Publisher(String feed, String channel, String prefix) {
        this(feed, channel, prefix, 0);
    }

    /** Connects; its messages' data are the prefix, a number, and so many characters more. */
    public Publisher(String feed, String channel, String prefix, int padding) {
        this.channel = channel;
        this.prefix = prefix;
        this.padding = "x".repeat(padding);
        this.socket = HTTP.newWebSocketBuilder()
                .buildAsync(URI.create(feed), new Ear())
                .join();
    }

    private final class Ear implements WebSocket.Listener {

        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            parts.append(part);
            if (last) {
                take(parts.toString());
                parts.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private void take(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            var message = reader.readObject();
            var event = message.getString("event");
            if (message.containsKey("id") && (event.equals("ack") || event.equals("error"))) {
                answer.complete(message);
            }
        }
    }

    /** Until it is stopped, and the last one is acknowledged. The connection must not break. */
    public Void publishOneAfterAnother() throws Exception {
        for (var isTaken = true; !over || !isTaken; ) {
            if (isTaken) {
                number++;
            }
            isTaken = publish().equals("ack");
            Thread.sleep(isTaken ? PAUSE_MILLIS : REFUSED_PAUSE_MILLIS);
        }
        return null;
    }

    /** Publishes the next message, and returns {@code ack} or the error's code. */
    public String publishOnce() throws Exception {
        number++;
        return publish();
    }

    private String publish() throws Exception {
        var id = prefix + number;
        var text = id + padding;
        answer = new CompletableFuture<>();
        var began = System.nanoTime();
        socket.sendText(
                        Json.createObjectBuilder()
                                .add("event", "number")
                                .add("channel", channel)
                                .add("data", text)
                                .add("id", id)
                                .build()
                                .toString(),
                        true)
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        var message = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        var took = Duration.ofNanos(System.nanoTime() - began);
        if (took.compareTo(slowest) > 0) {
            slowest = took;
        }
        if (message.getString("event").equals("ack")) {
            var other = acknowledged.put(message.getJsonNumber("offset").longValue(), text);
            if (other != null) {
                throw new AssertionError(id + " has the place of another");
            }
            taken.incrementAndGet();
            return "ack";
        }
        refused.incrementAndGet();
        return message.getString("code");
    }

    /** What was acknowledged, by offset. */
    public Map<Long, String> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    /** How many messages were taken since the count began. */
    public int taken() {
        return taken.get();
    }

    /** How many times a message was refused since the count began. */
    public int refused() {
        return refused.get();
    }

    /** Begins both counts. */
    public void countAnew() {
        taken.set(0);
        refused.set(0);
    }

    /** The longest that an answer took. */
    public Duration slowest() {
        return slowest;
    }

    /** No message after the next that is acknowledged. */
    public void stop() {
        over = true;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
