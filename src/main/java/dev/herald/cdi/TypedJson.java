package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.Arguments;
import dev.herald.api.EventException;
import dev.herald.api.JsonBytes;
import dev.herald.api.Receipt;
import dev.herald.hub.ObjectJson;
import dev.herald.json.JsonGuard;
import dev.herald.json.JsonReading;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbConfig;
import jakarta.json.bind.JsonbException;
import jakarta.json.bind.adapter.JsonbAdapter;
import jakarta.json.bind.serializer.DeserializationContext;
import jakarta.json.bind.serializer.JsonbDeserializer;
import jakarta.json.stream.JsonParser;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
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
 * empty {@link Optional} are JSON's {@code null}. A {@link Receipt} is what clients get as an acknowledgement. All else is what JSON-B makes of it.
 */
public final class TypedJson implements ObjectJson, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(TypedJson.class.getName());

    private final Jsonb jsonb = JsonbBuilder.newBuilder()
            .withProvider(JsonReading.provider())
            .withConfig(new JsonbConfig().withAdapters(new BytesAdapter()).withDeserializers(new BytesReader()))
            .build();

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

    /** Reads bytes within objects where an adapter writes them only, as with Johnzon. Public, as above. */
    public static final class BytesReader implements JsonbDeserializer<byte[]> {

        /** For JSON-B. */
        public BytesReader() {}

        @Override
        public byte[] deserialize(JsonParser parser, DeserializationContext context, Type type) {
            return JsonBytes.read(parser.getValue())
                    .orElseThrow(() -> new IllegalArgumentException("bytes were expected"));
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
        } else if (value instanceof Receipt receipt) {
            return receipt.json();
        }
        try {
            return jsonb.toJson(value);
        } catch (JsonbException e) {
            throw new IllegalArgumentException(
                    "no JSON can be made of a " + value.getClass().getName() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String arguments(@Nullable Object... values) {
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
     * Reads a value. Nothing is converted, and no number is cut down to its type.
     *
     * @return {@code null} for JSON's {@code null}, unless {@code type} is {@link JsonValue} or {@link Optional}
     * @throws UnfitJsonException when it is no such type; the message may show the value
     * @throws EventException when a constructor throws it
     */
    public @Nullable Object read(JsonValue json, Type type) {
        JsonFit.require(json, type);
        return fitting(json, type);
    }

    private @Nullable Object fitting(JsonValue json, Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return Optional.ofNullable(
                    JsonFit.isNull(json) ? null : fitting(json, generic.getActualTypeArguments()[0]));
        } else if (type instanceof Class<?> asked && JsonValue.class.isAssignableFrom(asked)) {
            return asked.isInstance(json) ? json : null;
        } else if (JsonFit.isNull(json)) {
            return null;
        } else if (json instanceof JsonNumber number && type instanceof Class<?> asked) {
            var kind = Numbers.of(asked);
            return kind.isPresent() ? kind.get().read(number.bigDecimalValue()).orElseThrow() : byJsonb(json, type);
        } else if (type == String.class) {
            return ((JsonString) json).getString();
        } else if (type == byte[].class) {
            return JsonBytes.read(json).orElseThrow();
        }
        return byJsonb(json, type);
    }

    private @Nullable Object byJsonb(JsonValue json, Type type) {
        try {
            return jsonb.fromJson(json.toString(), type);
        } catch (RuntimeException e) {
            // Not every JSON-B throws its own exception only; whatever it is, this JSON is not read.
            LOG.log(DEBUG, () -> "JSON cannot be read as " + type.getTypeName() + ": " + e.getMessage());
            throw unfit(e, type);
        }
    }

    /** What a constructor of the application's says is told; what a JSON library says is only in the log. */
    private static RuntimeException unfit(RuntimeException failure, Type type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof EventException refusal) {
                return refusal;
            } else if (cause instanceof InvocationTargetException
                    && cause.getCause() instanceof IllegalArgumentException why
                    && why.getMessage() != null) {
                return new UnfitJsonException("is refused: " + why.getMessage());
            }
        }
        return new UnfitJsonException(
                "cannot be read as " + (type instanceof Class<?> named ? named.getSimpleName() : type.getTypeName()));
    }

    /** As {@link #read(JsonValue, Type)}. */
    public <T> @Nullable T read(JsonValue json, Class<T> type) {
        @SuppressWarnings("unchecked") // also for primitives, which are boxed
        var value = (T) read(json, (Type) type);
        return value;
    }

    @Override
    public <T> @Nullable T first(String json, Class<T> type) {
        var all = Arguments.read(json);
        return all.isEmpty() ? null : read(all.get(0), type);
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
