package dev.herald.it.node;

import dev.herald.api.Answers;
import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** To many clients, and about them. */
@ApplicationScoped
public class ManyClients {

    /** What beans tell each other. */
    public record Restocked(int count) {}

    @Inject
    Herald herald;

    @Inject
    Event<Restocked> restocked;

    @OnEvent("to all")
    void toAll(JsonValue data) {
        // io.emit("event", data)
        herald.in("/").emit("event", data);
    }

    @OnEvent("an object to all")
    void anObjectToAll() {
        // io.emit("event", { msg: "hi", count: 2 })
        herald.channel("news").publish("event", new OneClient.Greeting("hi", 2));
    }

    @OnEvent("to all others")
    void toAllOthers(Peer peer, JsonValue data) {
        // socket.broadcast.emit("event", data)
        herald.in("/").except(peer.connection().id()).emit("event", data);
    }

    @OnEvent("to a room")
    void toARoom(JsonValue data) {
        // io.to("room").emit("event", data), io.in("room").emit("event", data)
        herald.in("/").to("room").emit("event", data);
    }

    @OnEvent("to two rooms")
    void toTwoRooms(JsonValue data) {
        // io.to("one").to("two").except("three").emit("event", data)
        herald.in("/").to("one", "two").except("three").emit("event", data);
    }

    @OnEvent("to all but a room")
    void toAllButARoom(JsonValue data) {
        // io.except("room").emit("event", data)
        herald.in("/").except("room").emit("event", data);
    }

    @OnEvent("to the others in a room")
    void toTheOthersInARoom(Peer peer, JsonValue data) {
        // socket.to("room").emit("event", data)
        herald.in("/").to("room").except(peer.connection().id()).emit("event", data);
    }

    @OnEvent("to the others but a room")
    void toTheOthersButARoom(Peer peer, JsonValue data) {
        // socket.except("room").emit("event", data)
        herald.in("/").except("room", peer.connection().id()).emit("event", data);
    }

    @OnEvent("send to all")
    void sendToAll(JsonValue data) {
        // io.send(data)
        herald.in("/").emit("message", data);
    }

    @OnEvent("to one by its id")
    void toOne(String id, JsonValue data) {
        // io.to(socketId).emit("event", data)
        herald.in("/").to(id).emit("event", data);
    }

    @OnEvent("volatile to all")
    void volatileToAll(JsonValue data) {
        // io.volatile.emit("event", data)
        herald.in("/").unlogged().emit("event", data);
    }

    @OnEvent("ask all")
    CompletionStage<List<Boolean>> askAll(JsonValue data) {
        // io.to("room").timeout(5000).emitWithAck("event", data)
        var answers = herald.in("/").to("room").ask(Duration.ofSeconds(5), "event", Boolean.class, data);
        return answers.thenApply(Answers::values);
    }

    @OnEvent("to a namespace")
    void toANamespace(JsonValue data) {
        // io.of("/shop").emit("event", data)
        herald.in("/shop").emit("event", data);
    }

    @OnEvent("clients of a room")
    List<String> clientsOfARoom() {
        // io.in("room").fetchSockets()
        var peers = herald.in("/").to("room").peers();
        return peers.stream().map(peer -> peer.connection().id()).toList();
    }

    @OnEvent("all ids")
    List<String> allIds() {
        // io.allSockets(), io.of("/").sockets.keys()
        var all = herald.connections();
        return all.stream().map(connection -> connection.id()).toList();
    }

    @OnEvent("one by its id")
    void oneByItsId(String id, JsonValue data) {
        // io.of("/").sockets.get(id)
        var found = herald.peer(id);
        found.ifPresent(peer -> peer.emit("event", data));
    }

    @OnEvent("how many")
    JsonObject howMany() {
        return Json.createObjectBuilder()
                // io.of("/").sockets.size, io.engine.clientsCount
                .add("all", herald.connections().size())
                // io.of("/").adapter.rooms.get("room").size
                .add("room", herald.in("/").to("room").peers().size())
                .build();
    }

    @OnEvent("all rooms")
    Set<String> allRooms() {
        // io.of("/").adapter.rooms.keys()
        var rooms = herald.in("/").peers().stream().flatMap(one -> one.rooms().stream());
        return rooms.collect(Collectors.toSet());
    }

    @OnEvent("all join")
    void allJoin() {
        // io.in("one").socketsJoin("two")
        herald.in("/").to("one").peers().forEach(one -> one.join("two"));
    }

    @OnEvent("all leave")
    void allLeave() {
        // io.in("room").socketsLeave("room")
        herald.in("/").to("room").peers().forEach(one -> one.leave("room"));
    }

    @OnEvent("all are disconnected")
    void allAreDisconnected() {
        // io.in("room").disconnectSockets()
        herald.in("/").to("room").peers().forEach(Peer::disconnect);
    }

    @OnEvent("all are closed")
    void allAreClosed() {
        // io.in("room").disconnectSockets(true)
        herald.in("/").to("room").peers().forEach(Peer::close);
    }

    @OnEvent("restock")
    void tellTheOtherBeans(int count) {
        // io.serverSideEmit("restocked", 3)
        restocked.fire(new Restocked(count));
    }

    // io.on("restocked", (count) => …)
    void restocked(@Observes Restocked event) {
        herald.in("/").emit("restocked", Json.createValue(event.count()));
    }
}
