package dev.herald.cdi;

import dev.herald.api.Arguments;
import dev.herald.api.JsonBytes;
import dev.herald.json.JsonGuard;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbConfig;
import jakarta.json.bind.JsonbException;
import jakarta.json.bind.adapter.JsonbAdapter;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns the application's objects into the JSON of events, and back, by the container's JSON-B. Any thread may call, holding any
 * lock; the classes of the application are called.
 *
 * <p>A {@link JsonValue} stays as it is. Bytes, alone and as properties of objects, are {@link JsonBytes}. {@code null} and an
 * empty {@link Optional} are JSON's {@code null}. All else is what JSON-B makes of it.
 */
public final class TypedJson implements AutoCloseable {

    private final Jsonb jsonb = JsonbBuilder.create(new JsonbConfig().withAdapters(new BytesAdapter()));

    /** Bytes within objects. Public, as JSON-B makes no difference. */
    public static final class BytesAdapter implements JsonbAdapter<byte[], JsonObject> {

        /** For JSON-B. */
        public BytesAdapter() {}

        @Override
        public JsonObject adaptToJson(byte[] bytes) {
            return JsonBytes.of(bytes);
        }

        @Override
        public byte[] adaptFromJson(JsonObject json) {
            return JsonBytes.read(json).orElseThrow(() -> new IllegalArgumentException("bytes were expected"));
        }
    }

    /**
     * The JSON text of one value.
     *
     * @throws IllegalArgumentException when JSON-B cannot write it
     */
    public String text(@Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            return text(optional.orElse(null));
        } else if (value == null) {
            return JsonValue.NULL.toString();
        } else if (value instanceof JsonValue json) {
            return json.toString();
        } else if (value instanceof byte[] bytes) {
            return JsonBytes.of(bytes).toString();
        }
        try {
            return jsonb.toJson(value);
        } catch (JsonbException e) {
            throw new IllegalArgumentException(
                    "no JSON can be made of a " + value.getClass().getName() + ": " + e.getMessage(), e);
        }
    }

    /**
     * The arguments of an event as one text, as in an {@link dev.herald.api.Envelope}.
     *
     * @throws IllegalArgumentException when JSON-B cannot write one of them, or no client could read it
     */
    String arguments(@Nullable Object... values) {
        return arguments(Arrays.stream(values).map(this::text).toList());
    }

    private static String arguments(List<String> texts) {
        var json = texts.size() == 1
                ? Arguments.single(texts.get(0))
                : Arguments.several("[" + String.join(",", texts) + "]");
        JsonGuard.requireHarmless(json);
        return json;
    }

    /**
     * Reads a value.
     *
     * @return {@code null} for JSON's {@code null}, unless {@code type} is {@link JsonValue} or {@link Optional}
     * @throws IllegalArgumentException when it is no such type; the message may show the value
     */
    public @Nullable Object read(JsonValue json, Type type) {
        if (type instanceof Class<?> asked && JsonValue.class.isAssignableFrom(asked)) {
            return require(asked.isInstance(json), json, type);
        } else if (type == byte[].class) {
            return json.equals(JsonValue.NULL)
                    ? null
                    : JsonBytes.read(json).orElseThrow(() -> mismatch(type, "it is no bytes", null));
        }
        try {
            return jsonb.fromJson(json.toString(), type);
        } catch (JsonbException | IllegalArgumentException | ArithmeticException e) {
            throw mismatch(type, String.valueOf(e.getMessage()), e);
        }
    }

    /** As {@link #read(JsonValue, Type)}. */
    public <T> @Nullable T read(JsonValue json, Class<T> type) {
        @SuppressWarnings("unchecked") // also for primitives, which are boxed
        var value = (T) read(json, (Type) type);
        return value;
    }

    private static JsonValue require(boolean isOfType, JsonValue json, Type type) {
        if (!isOfType) {
            throw mismatch(type, "it is " + json.getValueType(), null);
        }
        return json;
    }

    private static IllegalArgumentException mismatch(Type type, String why, @Nullable Throwable cause) {
        return new IllegalArgumentException("the JSON is no " + type.getTypeName() + ": " + why, cause);
    }

    @Override
    public void close() {
        try {
            jsonb.close();
        } catch (Exception e) {
            throw new IllegalStateException("JSON-B failed to close", e);
        }
    }
}
