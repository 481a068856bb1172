package dev.herald.cdi;

import dev.herald.api.JsonBytes;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds where JSON does not fit a type, before JSON-B reads it. For JSON-B is kind: depending on the server it makes numbers of texts, texts of numbers, and small numbers of
 * large ones. What only JSON-B knows, for example how a date is written, is left to it. Used by one thread, for one value.
 */
final class JsonFit {

    /** The most misfits that are named. */
    static final int MAX_MISFITS = 20;

    /** As much of a member's name as a path shows, in characters. */
    private static final int MAX_NAME = 40;

    private final Map<String, String> misfits = new LinkedHashMap<>();

    private JsonFit() {}

    /**
     * Passes JSON that fits.
     *
     * @throws UnfitJsonException when it does not
     */
    static void require(JsonValue json, Type type) {
        var fit = new JsonFit();
        fit.check(json, type, UnfitJsonException.ITSELF);
        if (!fit.misfits.isEmpty()) {
            throw new UnfitJsonException(fit.misfits);
        }
    }

    static boolean isNull(JsonValue json) {
        return json.getValueType() == JsonValue.ValueType.NULL;
    }

    private void check(JsonValue json, Type type, String path) {
        if (misfits.size() == MAX_MISFITS) {
            return;
        }
        if (isNull(json)) {
            require(!(type instanceof Class<?> single && single.isPrimitive()), path, "must not be null");
        } else if (type instanceof Class<?> single) {
            checkClass(json, single, path);
        } else if (type instanceof GenericArrayType array) {
            checkElements(json, array.getGenericComponentType(), path);
        } else if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            checkGeneric(json, raw, generic.getActualTypeArguments(), path);
        }
    }

    private void require(boolean fits, String path, String otherwise) {
        if (!fits) {
            misfits.put(path, otherwise);
        }
    }

    private void checkClass(JsonValue json, Class<?> type, String path) {
        var number = Numbers.of(type);
        if (number.isPresent()) {
            var fits = json instanceof JsonNumber given
                    && number.get().read(given.bigDecimalValue()).isPresent();
            require(fits, path, "must be " + number.get().words());
        } else if (JsonValue.class.isAssignableFrom(type)) {
            require(type.isInstance(json), path, "must be " + words(type));
        } else if (type == boolean.class || type == Boolean.class) {
            require(json.equals(JsonValue.TRUE) || json.equals(JsonValue.FALSE), path, "must be true or false");
        } else if (type == String.class) {
            require(json instanceof JsonString, path, "must be a text");
        } else if (type == byte[].class) {
            require(JsonBytes.read(json).isPresent(), path, "must be binary data");
        } else if (type.isArray()) {
            checkElements(json, type.getComponentType(), path);
        } else if (type.isEnum() && JsonMembers.isPlain(type)) {
            checkConstant(json, type, path);
        } else if (Collection.class.isAssignableFrom(type)) {
            require(json instanceof JsonArray, path, "must be a list");
        } else {
            checkMembers(json, type, path);
        }
    }

    private static String words(Class<?> type) {
        if (type == JsonObject.class) {
            return "an object";
        } else if (type == JsonArray.class) {
            return "a list";
        } else if (type == JsonStructure.class) {
            return "an object or a list";
        }
        return type == JsonString.class ? "a text" : "a number";
    }

    private void checkConstant(JsonValue json, Class<?> type, String path) {
        var names = Arrays.stream(Objects.requireNonNull(type.getEnumConstants()))
                .map(constant -> ((Enum<?>) constant).name())
                .toList();
        require(
                json instanceof JsonString text && names.contains(text.getString()),
                path,
                names.stream().limit(MAX_MISFITS).collect(Collectors.joining(", ", "must be one of ", "")));
    }

    private void checkGeneric(JsonValue json, Class<?> raw, Type[] arguments, String path) {
        if (raw == Optional.class) {
            check(json, arguments[0], path);
        } else if (Collection.class.isAssignableFrom(raw) && arguments.length == 1) {
            checkElements(json, arguments[0], path);
        } else if (Map.class.isAssignableFrom(raw) && arguments.length == 2) {
            checkValues(json, arguments[1], path);
        } else {
            checkClass(json, raw, path);
        }
    }

    private void checkElements(JsonValue json, Type type, String path) {
        require(json instanceof JsonArray, path, "must be a list");
        if (json instanceof JsonArray array) {
            var index = 0;
            for (var element : array) {
                check(element, type, path + "[" + index++ + "]");
            }
        }
    }

    private void checkValues(JsonValue json, Type type, String path) {
        require(json instanceof JsonObject, path, "must be an object");
        if (json instanceof JsonObject object) {
            object.forEach((name, value) -> check(value, type, member(path, name)));
        }
    }

    private void checkMembers(JsonValue json, Class<?> type, String path) {
        if (type.isRecord() && JsonMembers.isPlain(type)) {
            require(json instanceof JsonObject, path, "must be an object");
        }
        if (json instanceof JsonObject object) {
            JsonMembers.of(type).forEach((name, memberType) -> {
                var value = object.get(name);
                if (value != null) {
                    check(value, memberType, member(path, name));
                }
            });
        }
    }

    private static String member(String path, String name) {
        var shown = Sentences.cut(name, MAX_NAME);
        return path.isEmpty() ? shown : path + "." + shown;
    }
}
