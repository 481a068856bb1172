package dev.herald.it.typed;

import dev.herald.api.Connection;
import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.Namespace;
import dev.herald.api.On;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import dev.herald.api.Person;
import dev.herald.api.Received;
import dev.herald.it.typed.Types.Basket;
import dev.herald.it.typed.Types.NewOrder;
import dev.herald.it.typed.Types.OrderAccepted;
import dev.herald.it.typed.Types.Photo;
import dev.herald.it.typed.Types.Sold;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Size;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One handler for each kind of argument, answer and failure. */
@ApplicationScoped
public class Bench {

    @Inject
    Herald herald;

    @Inject
    Event<Sold> sold;

    @OnEvent("order")
    OrderAccepted order(NewOrder order, Person who) {
        return new OrderAccepted(order.article(), 3 * order.count(), who.name(), order.day());
    }

    @OnEvent("basket")
    int basket(Basket basket) {
        return basket.orders().size();
    }

    @OnEvent("limits")
    String limits(@Size(max = 3) String word, @Max(5) int number) {
        return word + number;
    }

    @OnEvent("primitives")
    List<Object> primitives(int i, long l, double d, boolean b, String text, Optional<String> note) {
        return List.of(i, l, d, b, text, note.orElse("none"));
    }

    @OnEvent("collections")
    Map<String, Object> collections(List<String> words, Map<String, Integer> counts, int[] numbers) {
        return Map.of(
                "words",
                words,
                "sum",
                counts.values().stream().mapToInt(n -> n).sum(),
                "last",
                numbers[numbers.length - 1]);
    }

    @OnEvent("any")
    JsonValue any(JsonValue value) {
        return value;
    }

    @OnEvent("bytes")
    byte[] bytes(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    @OnEvent("photo")
    Photo photo(Photo photo) {
        return new Photo(photo.name() + "!", Arrays.copyOf(photo.data(), 2));
    }

    @OnEvent("optional")
    Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    @OnEvent("array")
    OrderAccepted[] array() {
        return new OrderAccepted[] {new OrderAccepted("tea", 1, "سلمى", null)};
    }

    @OnEvent("nothing")
    void nothing() {
        // The client is only told that it is done.
    }

    @OnEvent("several")
    void several(Received received) {
        received.ack(Json.createValue(1), Json.createValue("名前"));
    }

    @OnEvent("ask-back")
    CompletionStage<String> askBack(Peer peer) {
        return peer.ask(java.time.Duration.ofSeconds(20), "question", String.class, new NewOrder("Jürgen", 2, null))
                .thenApply(answer -> "you said " + answer);
    }

    @OnEvent("publish")
    CompletionStage<?> publish(String text) {
        return herald.channel("orders").publish("placed", Map.of("text", text));
    }

    @OnEvent("stage-fails")
    CompletionStage<Integer> stageFails() {
        return CompletableFuture.supplyAsync(() -> 1, Runnable::run).thenApply(n -> {
            throw new EventException("too-late", "it is too late for this");
        });
    }

    @OnEvent("sold-out")
    void soldOut(NewOrder order) {
        throw new EventException("sold-out", "there is no more " + order.article());
    }

    @OnEvent("broken")
    void broken() {
        throw new IllegalStateException("a secret of the server");
    }

    @OnEvent("sell")
    void sell(String till) {
        sold.fire(new Sold(till, 3, Arrays.asList("名前", null)));
    }

    void gossip(@Observes @On("gossip") Received received) {
        received.ack();
    }

    @OnEvent("where")
    @Namespace("*")
    String where(Connection connection) {
        return connection.namespace();
    }

    @OnEvent("in-the-till")
    @Namespace("/till")
    String inTheTill() {
        return "till";
    }
}
