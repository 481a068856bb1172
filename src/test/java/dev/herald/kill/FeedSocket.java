package dev.herald.kill;

import dev.herald.api.Position;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection to the feed that may end at any moment. For one thread. */
final class FeedSocket {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    /** For the handshake: a server that is starting may accept it and never answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** What stands in the queue for the end of the connection. */
    private static final String END = "";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final WebSocket socket;

    private FeedSocket(int port, String guest) {
        // The guest's secret, which is the same after each restart.
        socket = HTTP.newWebSocketBuilder()
                .header("Cookie", "herald-guest=" + "0".repeat(22) + guest)
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/feed"), new Ear())
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Connects, unless the server is not there. */
    static Optional<FeedSocket> connect(int port, String guest) {
        try {
            return Optional.of(new FeedSocket(port, guest));
        } catch (CompletionException e) {
            return Optional.empty();
        }
    }

    private final class Ear implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                heard.add(text.toString());
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            heard.add(END);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            heard.add(END);
        }
    }

    /** Publishes a message whose data is its id. */
    void publish(String channel, String id) {
        send(Json.createObjectBuilder()
                .add("event", "said")
                .add("channel", channel)
                .add("data", id)
                .add("id", id));
    }

    /** Joins a channel, after a position if there is one. */
    void join(String channel, @Nullable Position since) {
        var join = Json.createObjectBuilder().add("event", "join").add("channel", channel);
        if (since != null) {
            join.add(
                    "since",
                    Json.createObjectBuilder().add("epoch", since.epoch()).add("offset", since.offset()));
        }
        send(join);
    }

    private void send(JsonObjectBuilder message) {
        try {
            socket.sendText(message.build().toString(), true).join();
        } catch (CompletionException e) {
            heard.add(END);
        }
    }

    /** Waits for what comes next; nothing when the connection has ended. */
    Optional<JsonObject> hear() throws InterruptedException {
        var text = heard.take();
        if (text.equals(END)) {
            heard.add(END);
            return Optional.empty();
        }
        try (var reader = Json.createReader(new StringReader(text))) {
            return Optional.of(reader.readObject());
        }
    }

    /** Ends the connection without a word, and forgets what was not heard yet. */
    void cut() {
        socket.abort();
        heard.clear();
        heard.add(END);
    }
}
