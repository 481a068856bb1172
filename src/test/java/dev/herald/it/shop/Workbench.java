package dev.herald.it.shop;

import static dev.herald.api.Namespace.ALL;

import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Herald;
import dev.herald.api.JsonBytes;
import dev.herald.api.Namespace;
import dev.herald.api.On;
import dev.herald.api.Received;
import dev.herald.api.UnansweredException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Duration;

/** Does in any namespace what its client tells it to, so that a test's script has everything in one place. */
@ApplicationScoped
public class Workbench {

    @Inject
    Herald herald;

    void guard(@Observes @Namespace("/vault") ConnectionAttempt attempt) {
        attempt.refuse("the vault is closed");
    }

    void guardBadly(@Observes @Namespace("/broken") ConnectionAttempt attempt) {
        throw new IllegalStateException("this observer always throws");
    }

    /** {@code emit("echo", ...arguments, ack)}: the arguments come back as {@code echoed}, and in the answer. */
    void echo(@Observes @On("echo") @Namespace(ALL) Received message) {
        var arguments = message.arguments().toArray(JsonValue[]::new);
        message.peer().emit("echoed", arguments);
        message.ack(arguments);
    }

    /** {@code emit("bytes", sizes, ack)}: answers with so many bytes, the second one and later ones nested. */
    void bytes(@Observes @On("bytes") @Namespace(ALL) Received message) {
        var all = Json.createArrayBuilder();
        message.data()
                .asJsonArray()
                .getValuesAs(JsonNumber::intValue)
                .forEach(size -> all.add(JsonBytes.of(new byte[size])));
        message.ack(all.build());
    }

    /** {@code emit("twice", ack)}: only the first answer counts. */
    void twice(@Observes @On("twice") @Namespace(ALL) Received message) {
        var first = message.ack(Json.createValue("first"));
        var second = message.refuse("second", "the second answer");
        message.peer().emit("answered", bool(first), bool(second));
    }

    /** {@code emit("refuse-me", ack)} */
    void refuse(@Observes @On("refuse-me") @Namespace(ALL) Received message) {
        message.refuse("not-allowed", "this is not for you");
    }

    /** {@code emit("ask-me", patience, ...arguments)}: asks {@code question}, and tells the answer with {@code told}. */
    void ask(@Observes @On("ask-me") @Namespace(ALL) Received message) {
        var arguments = message.arguments();
        var patience = Duration.ofMillis(((JsonNumber) arguments.get(0)).longValue());
        var question = arguments.subList(1, arguments.size()).toArray(JsonValue[]::new);
        message.peer().ask(patience, "question", question).whenComplete((answer, failure) -> {
            if (failure == null) {
                message.peer().emit("told", answer.toArray(JsonValue[]::new));
            } else {
                var isKnown = failure instanceof UnansweredException;
                message.peer().emit("untold", Json.createValue((isKnown ? "" : "not plain: ") + failure.getMessage()));
            }
        });
    }

    /** {@code emit("ask-and-wait", ack)}: answers, when its own client has answered {@code question}, with that. */
    void askAndWait(@Observes @On("ask-and-wait") @Namespace(ALL) Received message) {
        var answers = message.peer().ask(Duration.ofSeconds(20), "question").toCompletableFuture();
        message.ack(answers.join().toArray(JsonValue[]::new));
    }

    /** {@code emit("enter", room, ack)}: whether it is new there. */
    void enter(@Observes @On("enter") @Namespace(ALL) Received message) {
        message.ack(bool(message.peer().join(text(message.data()))));
    }

    /** {@code emit("exit", room, ack)}: whether it was there, and is. */
    void exit(@Observes @On("exit") @Namespace(ALL) Received message) {
        var room = text(message.data());
        message.ack(bool(message.peer().leave(room)), bool(message.peer().isIn(room)));
    }

    /** {@code emit("say", {to, except, unlogged, text}, ack)}: broadcasts {@code said}; {@code "me"} is the sender. */
    void say(@Observes @On("say") @Namespace(ALL) Received message) {
        var order = message.data().asJsonObject();
        var broadcast = herald.in(message.connection().namespace())
                .to(texts(order, "to", message))
                .except(texts(order, "except", message));
        var receipts = (order.getBoolean("unlogged", false) ? broadcast.unlogged() : broadcast)
                .emit("said", order.get("text"));
        message.ack(receipts.thenApply(all -> all.get(0)));
    }

    /** {@code emit("flood", count, size)}: so many {@code flooded}, each {@code volatile} or not. */
    void flood(@Observes @On("flood") @Namespace(ALL) Received message) {
        var order = message.data().asJsonObject();
        var filling = Json.createValue("x".repeat(order.getInt("size", 1)));
        var queued = 0;
        for (var n = 0; n < order.getInt("count"); n++) {
            var number = Json.createValue(n);
            queued += (order.getBoolean("volatile", false)
                            ? message.peer().emitVolatile("flooded", number, filling)
                            : message.peer().emit("flooded", number, filling))
                    ? 1
                    : 0;
        }
        message.ack(Json.createValue(queued));
    }

    /** {@code emit("keep", name, value, ack)}: with the connection. */
    void keep(@Observes @On("keep") @Namespace(ALL) Received message) {
        message.peer()
                .put(text(message.arguments().get(0)), text(message.arguments().get(1)));
        message.ack();
    }

    /** {@code emit("recall", ack)}: who the client is, and what is kept with its connection as {@code customer} and {@code basket}. */
    void recall(@Observes @On("recall") @Namespace(ALL) Received message) {
        message.ack(
                Json.createValue(message.person().id()),
                Json.createValue(message.peer().get("customer").orElse("")),
                Json.createValue(message.peer().get("basket").orElse("")));
    }

    /** {@code emit("disconnect-me")}: of this namespace. */
    void disconnect(@Observes @On("disconnect-me") @Namespace(ALL) Received message) {
        message.peer().disconnect();
    }

    /** {@code emit("close-me")}: the whole connection. */
    void close(@Observes @On("close-me") @Namespace(ALL) Received message) {
        message.peer().close();
    }

    private static JsonValue bool(boolean value) {
        return value ? JsonValue.TRUE : JsonValue.FALSE;
    }

    private static String text(JsonValue value) {
        return ((JsonString) value).getString();
    }

    private static String[] texts(JsonObject order, String name, Received message) {
        return order.getOrDefault(name, JsonValue.EMPTY_JSON_ARRAY).asJsonArray().stream()
                .map(Workbench::text)
                .map(text -> text.equals("me") ? message.connection().id() : text)
                .toArray(String[]::new);
    }
}
