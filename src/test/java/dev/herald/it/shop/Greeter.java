package dev.herald.it.shop;

import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.Namespace;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;

@ApplicationScoped
public class Greeter {

    @Inject
    Herald herald;

    void greet(@Observes @Namespace("/shop") Connected connected) {
        connected.peer().emit("welcome", Json.createValue(connected.people()));
    }

    void sayGoodbye(@Observes @Namespace("/shop") Disconnected disconnected) {
        herald.in("/shop").unlogged().emit("gone", Json.createValue(disconnected.reason()));
    }
}
