package dev.herald.it.shop;

import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Namespace;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.json.Json;

@ApplicationScoped
public class Doorkeeper {

    void examine(@Observes @Namespace("/shop") ConnectionAttempt attempt) {
        var token = attempt.auth().getString("token", "");
        if (!token.startsWith("customer-")) {
            attempt.refuse(
                    "customers only",
                    Json.createObjectBuilder().add("token", token).build());
        }
        attempt.put("customer", token);
    }
}
