package dev.herald.it.node;

import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonValue;

/** What a tutorial's server does with the data of one client: it broadcasts it to all others. */
@ApplicationScoped
public class Synchronization {

    @Inject
    Herald herald;

    @OnEvent("data")
    void data(JsonValue data, Peer peer) {
        System.out.println("Received data: " + data);
        herald.in("/").except(peer.connection().id()).emit("data", data);
    }
}
