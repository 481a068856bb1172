package dev.herald.it;

import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.MessageAttempt;
import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.JsonValue;
import java.time.Duration;

/** What docs/from-socketio.md shows: code that compiles, each row in its own line. */
@ApplicationScoped
public class FromSocketIo {

    @Inject
    Herald herald;

    void connection(@Observes Connected connected) {}

    void disconnect(@Observes Disconnected disconnected) {}

    @OnEvent("order")
    String order(String article) {
        return "accepted";
    }

    void middleware(@Observes ConnectionAttempt attempt) {
        attempt.refuse("not authorised");
    }

    void eachPacket(@Observes MessageAttempt attempt) {
        attempt.refuse("closed", "the shop is closed");
    }

    @Namespace("/shop")
    @OnEvent("pay")
    void ofANamespace(int amount) {}

    @Namespace("/tenant-*")
    @OnEvent("pay")
    void ofNamespacesByPattern(int amount, Connection connection) {
        herald.in(connection.namespace()).emit("paid");
    }

    void toOne(Peer peer, JsonValue data) {
        peer.emit("event", data);
        peer.emitVolatile("event", data);
        peer.ask(Duration.ofSeconds(5), "event", data);
        peer.join("room");
        peer.leave("room");
        peer.isIn("room");
        peer.disconnect();
        peer.close();
        peer.put("tenant", "north");
        peer.connection().get("tenant");
        peer.connection().handshake().auth();
        peer.connection().id();
    }

    void toMany(Peer peer, JsonValue data) {
        herald.in("/").emit("event", data);
        herald.in("/").except(peer.connection().id()).emit("event", data);
        herald.in("/").to("room").emit("event", data);
        herald.in("/").to("one", "two").except("three").emit("event", data);
        herald.in("/").to("room").except(peer.connection().id()).emit("event", data);
        herald.in("/").unlogged().emit("event", data);
        herald.in("/").ask(Duration.ofSeconds(5), "event", data);
        herald.in("/shop").emit("event", data);
        herald.in("/").to("room").peers();
        herald.in("/").peers().forEach(one -> one.join("room"));
        herald.in("/").to("room").peers().forEach(one -> one.leave("room"));
        herald.in("/").to("room").peers().forEach(Peer::disconnect);
    }

    int count() {
        return herald.connections().size();
    }
}
