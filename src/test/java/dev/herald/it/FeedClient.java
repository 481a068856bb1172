package dev.herald.it;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A client of the feed or the relay, by Tyrus, that remembers all it hears. */
public final class FeedClient implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(10);

    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    /** Of what was heard, as much as was asked for: the relay's messages are no JSON. */
    private final List<JsonObject> parsed = new ArrayList<>();

    private final Map<String, List<String>> answerHeaders = new HashMap<>();
    private volatile CloseReason closeReason;
    private Session session;

    private FeedClient() {}

    /** Opens a connection; a refusal of the handshake is the exception's. */
    public static FeedClient open(String url, Map<String, String> headers) throws DeploymentException, IOException {
        var client = new FeedClient();
        var configurator = new ClientEndpointConfig.Configurator() {
            @Override
            public void beforeRequest(Map<String, List<String>> request) {
                headers.forEach((name, value) -> request.put(name, List.of(value)));
            }

            @Override
            public void afterResponse(HandshakeResponse response) {
                client.answerHeaders.putAll(response.getHeaders());
            }
        };
        var config =
                ClientEndpointConfig.Builder.create().configurator(configurator).build();
        client.session =
                ContainerProvider.getWebSocketContainer().connectToServer(client.new Ear(), config, URI.create(url));
        return client;
    }

    private final class Ear extends Endpoint {

        @Override
        public void onOpen(Session opened, EndpointConfig config) {
            // Not a lambda: Tyrus reads the message's type from the class.
            opened.addMessageHandler(new MessageHandler.Whole<String>() {
                @Override
                public void onMessage(String text) {
                    heard.add(text);
                }
            });
        }

        @Override
        public void onClose(Session closed, CloseReason reason) {
            closeReason = reason;
        }
    }

    /** The guest's cookie that the handshake's answer set, as a request header's value. */
    public String cookie() {
        return answerHeaders.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("Set-Cookie"))
                .flatMap(header -> header.getValue().stream())
                .filter(value -> value.startsWith("herald-guest="))
                .map(value -> value.substring(0, value.indexOf(';')))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no guest cookie in " + answerHeaders));
    }

    /** Sends text as it is. */
    public void send(String text) {
        try {
            session.getBasicRemote().sendText(text);
        } catch (IOException e) {
            throw new AssertionError("the connection does not take messages", e);
        }
    }

    /** Sends a message with a text as its data. */
    public void send(String event, String channel, String data, String id) {
        send(message(event, id).add("channel", channel).add("data", data));
    }

    /** Sends news of the shape {@code {"msg": text}}. */
    public void news(String text, String id) {
        send(message("news", id).add("data", Json.createObjectBuilder().add("msg", text)));
    }

    /** Sends a private message. */
    public void tell(String to, String text, String id) {
        send(message("private", id)
                .add("to", to)
                .add("data", Json.createObjectBuilder().add("msg", text)));
    }

    /** Joins a channel at its head. */
    public void join(String channel) {
        send(Json.createObjectBuilder().add("event", "join").add("channel", channel));
    }

    /** Joins a channel after the position of a message or an ack. */
    public void join(String channel, JsonObject since) {
        send(Json.createObjectBuilder()
                .add("event", "join")
                .add("channel", channel)
                .add(
                        "since",
                        Json.createObjectBuilder()
                                .add("epoch", since.getString("epoch"))
                                .add("offset", since.getJsonNumber("offset").longValue())));
    }

    private static JsonObjectBuilder message(String event, String id) {
        return Json.createObjectBuilder().add("event", event).add("id", id);
    }

    private void send(JsonObjectBuilder message) {
        send(message.build().toString());
    }

    /** Everything heard until now, as text. */
    public List<String> heard() {
        return List.copyOf(heard);
    }

    /** Everything heard until now. */
    public synchronized List<JsonObject> messages() {
        for (var n = parsed.size(); n < heard.size(); n++) {
            parsed.add(json(heard.get(n)));
        }
        return List.copyOf(parsed);
    }

    /** What was heard until now of one event in one channel. */
    public List<JsonObject> messages(String event, String channel) {
        return messages().stream()
                .filter(m -> event.equals(m.getString("event", "")) && channel.equals(m.getString("channel", "")))
                .toList();
    }

    /** Waits for a message. */
    public JsonObject await(String what, Predicate<JsonObject> wanted) {
        return Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(POLL)
                .until(() -> messages().stream().filter(wanted).findFirst(), found -> found.isPresent())
                .orElseThrow();
    }

    /** Waits for a message of this name. */
    public JsonObject await(String event) {
        return await(event, m -> event.equals(m.getString("event")));
    }

    /** Waits for an event whose data's {@code msg} is this text. */
    public JsonObject awaitMsg(String event, String msg) {
        return await(
                event + " " + msg,
                m -> event.equals(m.getString("event"))
                        && m.get("data") instanceof JsonObject data
                        && msg.equals(data.getString("msg", null)));
    }

    /** Waits for the answer to the message of this id. */
    public JsonObject awaitAnswer(String id) {
        return await(
                "an answer to " + id,
                m -> id.equals(m.getString("id", null))
                        && List.of("ack", "error", "history").contains(m.getString("event")));
    }

    /** Waits until the connection's own two channels are joined, and asks for something, so that they need not wait to be resumed. */
    public FeedClient settle() {
        send("{\"event\":\"ping\"}");
        await(
                "both own channels",
                m -> m.getString("event").equals("joined")
                        && m.getString("channel").startsWith("user:"));
        return this;
    }

    /** The id under which others know this client. */
    public String personId() {
        return await("connected").getJsonObject("person").getString("id");
    }

    /** The client's own private channel. */
    public String privateChannel() {
        return "user:" + personId();
    }

    /** Waits for the end of the connection. */
    public CloseReason awaitClose() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> closeReason, reason -> reason != null);
    }

    /** Whether the connection is open, as far as the client knows. */
    public boolean isOpen() {
        return closeReason == null && session.isOpen();
    }

    /** Asks for an answer and waits for it: what was sent to this client before is here then. */
    public void sync() {
        var before = countPongs();
        send("{\"event\":\"ping\"}");
        Awaitility.await("a pong").atMost(PATIENCE).pollInterval(POLL).until(() -> countPongs() > before);
    }

    private long countPongs() {
        return heard().stream().filter("{\"event\":\"pong\"}"::equals).count();
    }

    @Override
    public void close() throws IOException {
        session.close();
    }

    private static JsonObject json(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
