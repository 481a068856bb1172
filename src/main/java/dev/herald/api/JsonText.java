package dev.herald.api;

import dev.herald.json.JsonReading;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.List;

/**
 * JSON with one provider that is looked up once. The static methods of {@code Json} look it up in each call, which takes much
 * longer than the work itself.
 */
final class JsonText {

    private static final JsonProvider JSON = JsonProvider.provider();

    private JsonText() {}

    static JsonValue read(String json) {
        return JsonReading.read(json);
    }

    static JsonArray array(List<? extends JsonValue> values) {
        var array = JSON.createArrayBuilder();
        values.forEach(array::add);
        return array.build();
    }

    static JsonObjectBuilder objectBuilder() {
        return JSON.createObjectBuilder();
    }

    static JsonString string(String text) {
        return JSON.createValue(text);
    }

    static JsonObject object(String name, String value) {
        return JSON.createObjectBuilder().add(name, value).build();
    }

    /** {@code {"channel", "offset", "epoch", "duplicate", "kind"}}, the middle two only if there is a position. */
    static String of(Receipt receipt) {
        var json = JSON.createObjectBuilder().add("channel", receipt.channel().value());
        var position = receipt.position();
        if (position != null) {
            json.add("offset", position.offset()).add("epoch", position.epoch());
        }
        return json.add("duplicate", receipt.duplicate())
                .add("kind", receipt.kind().label())
                .build()
                .toString();
    }

    static String of(Envelope message) {
        var text = new StringBuilder(200 + message.json().length());
        text.append("{\"event\":").append(quoted(message.event())).append(',');
        addMetadata(text, message);
        return text.append(",\"data\":").append(message.json()).append('}').toString();
    }

    static String metadata(Envelope message) {
        var text = new StringBuilder(200).append('{');
        addMetadata(text, message);
        return text.append('}').toString();
    }

    private static void addMetadata(StringBuilder text, Envelope message) {
        var channel = message.channel();
        if (channel != null) {
            text.append("\"channel\":").append(quoted(channel.value())).append(',');
        }
        var position = message.position();
        if (position != null) {
            text.append("\"offset\":").append(position.offset()).append(',');
            text.append("\"epoch\":").append(quoted(position.epoch())).append(',');
        }
        var from = message.from();
        if (from != null) {
            text.append("\"from\":").append(quoted(from.id())).append(',');
            text.append("\"name\":").append(quoted(from.name())).append(',');
        }
        var to = message.to();
        if (to != null) {
            text.append("\"to\":").append(quoted(to)).append(',');
        }
        text.append("\"at\":").append(quoted(message.at().toString()));
    }

    private static String quoted(String text) {
        return JSON.createValue(text).toString();
    }

    static String of(RefusedException refusal) {
        return error(refusal.reason().code(), String.valueOf(refusal.getMessage()));
    }

    static String error(String code, String message) {
        var error = JSON.createObjectBuilder().add("code", code).add("message", message);
        return JSON.createObjectBuilder().add("error", error).build().toString();
    }

    /** {@code {"msg": text}}. */
    static JsonObject message(String text) {
        return JSON.createObjectBuilder().add("msg", text).build();
    }
}
