package dev.herald.api;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;

/** JSON by one provider: the static methods of {@code Json} look for it anew with each call, which takes far longer than they. */
final class JsonText {

    private static final JsonProvider JSON = JsonProvider.provider();

    private JsonText() {}

    static JsonValue read(String json) {
        try (var reader = JSON.createReader(new StringReader(json))) {
            return reader.readValue();
        }
    }

    /** {@code {"msg": text}}. */
    static JsonObject message(String text) {
        return JSON.createObjectBuilder().add("msg", text).build();
    }
}
