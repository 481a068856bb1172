package dev.herald.cdi;

import dev.herald.api.DocumentVersion;
import dev.herald.api.Documents;
import dev.herald.api.SharedDocument;
import dev.herald.json.JsonReading;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** A shared document as an object of a class. Any thread may call, holding no lock, as the class is the application's. */
record TypedDocument<T>(Documents documents, TypedJson json, String name, Class<T> type) implements SharedDocument<T> {

    private static final JsonProvider JSON = JsonProvider.provider();

    @Override
    public CompletionStage<T> value() {
        var read = new CompletableFuture<T>();
        var unused = documents.value(name).whenComplete((value, failure) -> {
            if (failure != null) {
                read.completeExceptionally(failure);
                return;
            }
            try {
                read.complete(object(value));
            } catch (RuntimeException | Error e) {
                read.completeExceptionally(e);
            }
        });
        return read;
    }

    @Override
    public CompletionStage<DocumentVersion> change(UnaryOperator<T> change) {
        return documents.change(name, value -> {
            var object = object(value);
            // Before the function may change the object itself.
            var before = written(object);
            var after = written(Objects.requireNonNull(change.apply(object), "the function has returned null"));
            return merged(value, before, after);
        });
    }

    private T object(JsonValue value) {
        var object = json.read(value, type);
        if (object == null) {
            throw new UnfitJsonException("must not be null");
        }
        return object;
    }

    private JsonValue written(T object) {
        return JsonReading.read(json.text(object));
    }

    /** The document with what the change makes different in the object: what the class does not know stays as it is. */
    private static JsonValue merged(JsonValue document, JsonValue before, JsonValue after) {
        if (after.equals(before)) {
            return document;
        } else if (document instanceof JsonObject whole
                && before instanceof JsonObject known
                && after instanceof JsonObject changed) {
            return merged(whole, known, changed);
        }
        return after;
    }

    private static JsonObject merged(JsonObject document, JsonObject before, JsonObject after) {
        var members = new LinkedHashMap<>(document);
        members.keySet().removeIf(member -> before.containsKey(member) && !after.containsKey(member));
        after.forEach((member, value) -> {
            var is = document.get(member);
            var was = before.get(member);
            if (!value.equals(was)) {
                members.put(member, is == null || was == null ? value : merged(is, was, value));
            }
        });
        var object = JSON.createObjectBuilder();
        members.forEach(object::add);
        return object.build();
    }
}
