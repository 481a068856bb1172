package dev.herald.it.shop;

import dev.herald.api.Connection;
import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Positive;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

@ApplicationScoped
public class Till {

    public record NewOrder(
            @NotBlank String article, @Positive int count) {}

    public record OrderAccepted(String article, int price) {}

    @Inject
    Herald herald;

    /** emit("order", { article: "tea", count: 2 }, ({ article, price, error }) => …) */
    @OnEvent("order")
    @Namespace("/shop")
    OrderAccepted order(NewOrder order, Connection buyer) {
        if (order.article().equals("milk")) {
            throw new EventException("sold-out", "there is no more milk");
        }
        herald.in("/shop")
                .except(buyer.id())
                .emit("ordered", Json.createValue(order.article()), Json.createValue(order.count()));
        return new OrderAccepted(order.article(), 3 * order.count());
    }

    /** emit("pay", 6, (paid) => …), and before that, on("confirm", (amount, answer) => answer(true)) */
    @OnEvent("pay")
    @Namespace("/shop")
    CompletionStage<Boolean> pay(int amount, Peer buyer) {
        return buyer.ask(Duration.ofSeconds(2), "confirm", Boolean.class, amount);
    }

    /** emit("photo", new Uint8Array([1, 2, 3]), (bytes) => …) */
    @OnEvent("photo")
    @Namespace("/shop")
    byte[] photo(byte[] photo) {
        return photo;
    }
}
