package dev.herald.it.node;

import dev.herald.api.Connected;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Herald;
import dev.herald.api.JsonBytes;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/** To one client, and from what is known of it. */
@ApplicationScoped
public class OneClient {

    /** How the members of an object are named in JSON. */
    public record Greeting(String msg, int count) {}

    @Inject
    Herald herald;

    @OnEvent("emit")
    void emit(Peer peer, JsonValue data) {
        // socket.emit("event", data)
        peer.emit("event", data);
    }

    @OnEvent("emit several")
    void emitSeveral(Peer peer, byte[] bytes) {
        // socket.emit("event", 1, "two", buffer)
        peer.emit("event", Json.createValue(1), Json.createValue("two"), JsonBytes.of(bytes));
    }

    @OnEvent("emit an object")
    void emitAnObject(Peer peer) {
        // socket.emit("event", { msg: "hi", count: 2 })
        herald.connection(peer.connection().id()).send("event", new Greeting("hi", 2));
    }

    @OnEvent("send")
    void send(Peer peer, JsonValue data) {
        // socket.send(data)
        peer.emit("message", data);
    }

    @OnEvent("volatile")
    boolean emitVolatile(Peer peer, JsonValue data) {
        // socket.volatile.emit("event", data)
        return peer.emitVolatile("event", data);
    }

    @OnEvent("ask")
    CompletionStage<JsonValue> ask(Peer peer, JsonValue data) {
        // socket.timeout(5000).emitWithAck("event", data)
        var answer = peer.ask(Duration.ofSeconds(5), "event", data);
        return answer.thenApply(arguments -> arguments.get(0));
    }

    @OnEvent("ask and be told")
    void askAndBeTold(Peer peer, long milliseconds) {
        var patience = Duration.ofMillis(milliseconds);
        BiConsumer<List<JsonValue>, Throwable> told = (arguments, error) ->
                peer.emit("told", arguments == null ? Json.createValue("" + error.getMessage()) : arguments.get(0));
        // socket.timeout(5000).emit("event", (error, answer) => …)
        peer.ask(patience, "event").whenComplete(told);
    }

    @OnEvent("enter")
    void enter(Peer peer) {
        // socket.join("room"), socket.leave("room")
        peer.join("room");
    }

    @OnEvent("go")
    void go(Peer peer) {
        peer.leave("room");
    }

    @OnEvent("am I in")
    boolean isIn(Peer peer) {
        // socket.rooms.has("room")
        return peer.isIn("room");
    }

    @OnEvent("enter two")
    Set<String> enterTwo(Peer peer) {
        // socket.join(["one", "two"])
        List.of("one", "two").forEach(peer::join);
        // socket.rooms
        return peer.rooms();
    }

    @OnEvent("put")
    void put(Peer peer) {
        // socket.data.tenant = "north"
        peer.put("tenant", "north");
    }

    @OnEvent("get")
    Optional<String> get(Peer peer) {
        // socket.data.tenant
        return peer.get("tenant");
    }

    // socket.data.tenant = socket.handshake.auth.tenant
    void putAtTheDoor(@Observes ConnectionAttempt attempt) {
        if (attempt.auth().containsKey("tenant")) {
            attempt.put("tenant", attempt.auth().getString("tenant"));
        }
    }

    @OnEvent("handshake")
    JsonObject handshake(Peer peer) {
        // socket.handshake
        var handshake = peer.connection().handshake();
        return Json.createObjectBuilder()
                // socket.handshake.auth
                .add("auth", handshake.auth())
                // socket.handshake.query.shop
                .add("query", handshake.query("shop").orElse(""))
                // socket.handshake.headers["x-shop"]
                .add("header", handshake.header("x-shop").orElse(""))
                // socket.handshake.address
                .add("address", handshake.remoteAddress())
                // socket.handshake.url
                .add("url", handshake.url())
                // socket.handshake.secure
                .add("secure", handshake.secure())
                // socket.handshake.issued
                .add("at", handshake.at().toEpochMilli())
                // socket.conn.transport.name
                .add("transport", handshake.query("transport").orElse(""))
                .build();
    }

    @OnEvent("who am I")
    String whoAmI(Peer peer) {
        // socket.request.user
        return peer.connection().principal().getName();
    }

    @OnEvent("my id")
    String id(Peer peer) {
        // socket.id
        return peer.connection().id();
    }

    @OnEvent("is there")
    boolean isThere(String id) {
        // socket.connected
        return herald.peer(id).isPresent();
    }

    // socket.recovered
    void recovered(@Observes Connected connected) {
        if (connected.recovered()) {
            connected.peer().emit("here you are again");
        }
    }

    @OnEvent("disconnect me")
    void disconnect(Peer peer) {
        // socket.disconnect()
        peer.disconnect();
    }

    @OnEvent("close me")
    void close(Peer peer) {
        // socket.disconnect(true)
        peer.close();
    }
}
