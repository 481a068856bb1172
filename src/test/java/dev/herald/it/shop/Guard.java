package dev.herald.it.shop;

import dev.herald.api.MessageAttempt;
import dev.herald.api.Namespace;
import dev.herald.api.On;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.json.JsonObject;

@ApplicationScoped
public class Guard {

    void check(@Observes @On("order") @Namespace("/shop") MessageAttempt attempt) {
        if (attempt.data() instanceof JsonObject order
                && order.getString("article", "").equals("cocoa")) {
            attempt.refuse("sold-out", "there is no cocoa today");
        }
    }
}
