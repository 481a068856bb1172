package dev.herald.it.node;

import dev.herald.api.Connected;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.MessageAttempt;
import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import dev.herald.api.Published;
import dev.herald.api.Received;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Who comes, goes and says something. */
@ApplicationScoped
public class Arrivals {

    private final Queue<String> published = new ConcurrentLinkedQueue<>();

    @Inject
    Herald herald;

    // io.on("connection", (socket) => …)
    void connection(@Observes Connected connected) {
        connected.peer().emit("welcome", text(connected.connection().id()));
    }

    // socket.on("disconnect", (reason) => …)
    void disconnect(@Observes Disconnected disconnected) {
        herald.in("/").emit("gone", text(disconnected.connection().id()), text(disconnected.reason()));
    }

    // socket.on("disconnecting", () => … socket.rooms …)
    void disconnecting(@Observes Disconnected disconnected) {
        for (var room : disconnected.rooms()) {
            herald.in("/")
                    .to(room)
                    .emit("left us", text(disconnected.connection().id()), text(room));
        }
    }

    // socket.on("order", (article, answer) => answer("accepted"))
    @OnEvent("order")
    String order(String article) {
        return "accepted";
    }

    // socket.once("hello", () => …)
    @OnEvent("hello")
    void hello(Peer peer) {
        if (peer.get("hello").isEmpty()) {
            peer.put("hello", "said");
            peer.emit("hello to you");
        }
    }

    // socket.onAny((event, ...args) => …)
    void any(@Observes Received received) {
        if (received.event().startsWith("any")) {
            received.peer()
                    .emit(
                            "any",
                            text(received.event()),
                            Json.createArrayBuilder(received.arguments()).build());
        }
    }

    // socket.prependAny((event, ...args) => …)
    void first(@Observes @Priority(1) Received received) {
        if (received.event().startsWith("any")) {
            received.peer().emit("first", text(received.event()));
        }
    }

    // socket.onAnyOutgoing((event, ...args) => …)
    void outgoing(@Observes Published published) {
        this.published.add(published.message().event());
    }

    @OnEvent("what was published")
    List<String> whatWasPublished() {
        return List.copyOf(published);
    }

    // io.use((socket, next) => next(new Error("not authorised")))
    void middleware(@Observes ConnectionAttempt attempt) {
        if (attempt.auth().containsKey("stranger")) {
            attempt.refuse("not authorised");
        }
    }

    // error.data = { retry: false }
    void middlewareWithData(@Observes ConnectionAttempt attempt) {
        var data = Json.createObjectBuilder().add("retry", false).build();
        if (attempt.auth().containsKey("late")) {
            attempt.refuse("too late", data);
        }
    }

    // io.of("/shop").use(…)
    void ofTheShop(@Observes @Namespace("/shop") ConnectionAttempt attempt) {
        if (attempt.auth().containsKey("thief")) {
            attempt.refuse("customers only");
        }
    }

    void ofAll(@Observes @Namespace("*") ConnectionAttempt attempt) {
        if (attempt.auth().containsKey("banned")
                || attempt.handshake().query("banned").isPresent()) {
            attempt.refuse("banned from " + attempt.namespace());
        }
    }

    // socket.use(([event], next) => next(new Error("closed")))
    void eachPacket(@Observes MessageAttempt attempt) {
        if (attempt.event().equals("buy")) {
            attempt.refuse("closed", "the shop is closed");
        }
    }

    @OnEvent("buy")
    String buy() {
        return "bought";
    }

    // io.of("/shop").on("connection", …)
    @Namespace("/shop")
    @OnEvent("pay")
    String ofANamespace(int amount) {
        return "paid in the shop";
    }

    // io.of(/^\/tenant-/)
    @Namespace("/tenant-*")
    @OnEvent("pay")
    String ofNamespacesByPattern(int amount, Peer peer) {
        // socket.nsp.name
        return peer.connection().namespace();
    }

    // io.of((name, auth, next) => next(null, auth.token === "north"))
    void ofNamespacesByFunction(@Observes @Namespace("/team-*") ConnectionAttempt attempt) {
        if (!attempt.auth().getString("token", "").equals("north")) {
            attempt.refuse("Invalid namespace");
        }
    }

    // io.of("/").adapter.on("join-room", (room, id) => …)
    void joined(@Observes Joined joined) {
        note(joined.room().orElseThrow(), "joined", joined.connection().id());
    }

    // io.of("/").adapter.on("leave-room", (room, id) => …)
    void left(@Observes Left left) {
        note(left.room().orElseThrow(), "left", left.connection().id());
    }

    private void note(String room, String what, String id) {
        herald.in("/").emit("room", text(room), text(what), text(id));
    }

    private static JsonValue text(String text) {
        return Json.createValue(text);
    }
}
