package dev.herald.it.shop;

import dev.herald.api.Herald;
import dev.herald.api.JsonBytes;
import dev.herald.api.Namespace;
import dev.herald.api.On;
import dev.herald.api.Received;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import java.time.Duration;

@ApplicationScoped
public class Counter {

    @Inject
    Herald herald;

    /** emit("order", "tea", 2, (article, price) => …) */
    void order(@Observes @On("order") @Namespace("/shop") Received order) {
        var arguments = order.arguments();
        if (arguments.size() == 2
                && arguments.get(0) instanceof JsonString article
                && arguments.get(1) instanceof JsonNumber count) {
            order.ack(article, Json.createValue(3 * count.intValue()));
            herald.in("/shop").except(order.connection().id()).emit("ordered", article, count);
        } else {
            order.refuse("malformed", "an order is an article and a number");
        }
    }

    /** emit("watch", "tea") */
    void watch(@Observes @On("watch") @Namespace("/shop") Received watch) {
        if (watch.data() instanceof JsonString article) {
            watch.peer().join(article.getString());
            watch.ack();
        }
    }

    /** emit("offer", 5): a client that watches both gets it once. */
    void offer(@Observes @On("offer") @Namespace("/shop") Received offer) {
        herald.in("/shop").to("tea", "coffee").emit("offered", offer.data());
    }

    /** emit("pay", 6, (answer) => …), and before that, on("confirm", (amount, answer) => answer(true)) */
    void pay(@Observes @On("pay") @Namespace("/shop") Received payment) {
        payment.peer()
                .ask(Duration.ofSeconds(2), "confirm", payment.data())
                .thenAccept(answers -> payment.ack(answers.get(0)))
                .exceptionally(failure -> {
                    payment.refuse("unconfirmed", "you did not confirm it in time");
                    return null;
                });
    }

    /** emit("photo", new Uint8Array([1, 2, 3]), (size, bytes) => …) */
    void photo(@Observes @On("photo") @Namespace("/shop") Received photo) {
        JsonBytes.read(photo.data())
                .ifPresentOrElse(
                        bytes -> photo.ack(Json.createValue(bytes.length), JsonBytes.of(bytes)),
                        () -> photo.refuse("malformed", "a photo is bytes"));
    }
}
