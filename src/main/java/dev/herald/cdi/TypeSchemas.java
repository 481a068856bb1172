package dev.herald.cdi;

import static java.util.Map.entry;

import dev.herald.api.ChannelKind;
import dev.herald.api.Receipt;
import dev.herald.asyncapi.AsyncApi;
import dev.herald.asyncapi.Names;
import dev.herald.cdi.JsonMembers.Member;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import jakarta.json.bind.annotation.JsonbNillable;
import jakarta.json.spi.JsonProvider;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * The JSON Schemas (draft 7) of Java types, as {@link TypedJson} reads and writes them. Nothing is said of what only the application's adapters or the server's
 * JSON-B know: then any JSON fits. Classes with members have a schema of their own, to which others refer. Used by one thread.
 *
 * <p>What fits a schema is understood when it is read. What is written fits, too, if it keeps its own constraints, which are not checked then.
 */
final class TypeSchemas {

    private static final JsonProvider JSON = JsonProvider.provider();
    static final JsonObject ANYTHING = JsonValue.EMPTY_JSON_OBJECT;
    private static final JsonValue NULL = JSON.createValue("null");

    /** Types that JSON-B reads and writes as texts, and their formats. */
    private static final Map<String, String> TEXTS = Map.ofEntries(
            entry("java.lang.String", ""),
            entry("java.lang.CharSequence", ""),
            entry("java.time.LocalDate", "date"),
            entry("java.time.Instant", "date-time"),
            entry("java.time.OffsetDateTime", "date-time"),
            entry("java.time.LocalDateTime", ""),
            entry("java.time.ZonedDateTime", ""),
            entry("java.time.LocalTime", ""),
            entry("java.time.OffsetTime", ""),
            entry("java.time.Duration", ""),
            entry("java.time.Period", ""),
            entry("java.time.ZoneId", ""),
            entry("java.time.ZoneOffset", ""),
            entry("java.net.URI", "uri-reference"),
            entry("java.net.URL", "uri"),
            entry("java.util.UUID", "uuid"));

    private final Names names = new Names();
    private final Map<Class<?>, String> nameOf = new LinkedHashMap<>();
    private final Map<String, JsonObject> named = new TreeMap<>();

    TypeSchemas() {
        var unused = names.unique(AsyncApi.ERROR);
    }

    /** The schemas to which others refer, by their names. */
    Map<String, JsonObject> named() {
        return Collections.unmodifiableMap(named);
    }

    /** Of an argument that a client gives. */
    JsonObject argument(AnnotatedType type, Annotation... annotations) {
        return schema(type, annotationsOf(type, annotations));
    }

    /** Whether a client may leave an argument out, and should know it. */
    static boolean mayBeLeftOut(AnnotatedType type, Annotation... annotations) {
        return isOptional(rawOf(type))
                || annotationsOf(type, annotations).stream()
                        .anyMatch(one -> one.annotationType().getSimpleName().equals("Nullable"));
    }

    /** Of what is sent to a client; empty for {@code void}, as when a stage completes with it. */
    Optional<JsonObject> answer(AnnotatedType type, Annotation... annotations) {
        var raw = rawOf(type);
        if (CompletionStage.class.isAssignableFrom(raw)) {
            return type instanceof AnnotatedParameterizedType generic
                    ? answer(generic.getAnnotatedActualTypeArguments()[0])
                    : Optional.of(ANYTHING);
        } else if (raw == void.class || raw == Void.class) {
            return Optional.empty();
        } else if (raw == Receipt.class) {
            return Optional.of(nullable(ref(Receipt.class, "Acknowledgement", receipt())));
        }
        return Optional.of(element(type, annotationsOf(type, annotations)));
    }

    /** Of the objects of a class, which are sent. */
    JsonObject sent(Class<?> type) {
        return ofClass(type);
    }

    /** Of what may be {@code null} in Java, and is {@code null} in JSON then. */
    private JsonObject element(AnnotatedType type, Set<Annotation> annotations) {
        var schema = schema(type, annotations);
        return rawOf(type).isPrimitive() || ConstraintKeywords.requireValue(annotations) ? schema : nullable(schema);
    }

    private JsonObject schema(AnnotatedType type, Set<Annotation> annotations) {
        return ConstraintKeywords.narrow(plain(type), annotations);
    }

    private JsonObject plain(AnnotatedType type) {
        var raw = rawOf(type);
        if (raw == byte[].class) {
            return bytes();
        } else if (type instanceof AnnotatedArrayType array) {
            return list(array.getAnnotatedGenericComponentType());
        } else if (type instanceof AnnotatedParameterizedType generic) {
            var arguments = generic.getAnnotatedActualTypeArguments();
            if (raw == Optional.class) {
                return nullable(schema(arguments[0], annotationsOf(arguments[0])));
            } else if (Collection.class.isAssignableFrom(raw) && arguments.length == 1) {
                return list(arguments[0]);
            } else if (Map.class.isAssignableFrom(raw) && arguments.length == 2) {
                return of("object")
                        .add("additionalProperties", element(arguments[1], annotationsOf(arguments[1])))
                        .build();
            }
        }
        return ofClass(raw);
    }

    private JsonObject list(AnnotatedType element) {
        return of("array")
                .add("items", element(element, annotationsOf(element)))
                .build();
    }

    private JsonObject ofClass(Class<?> type) {
        var number = Numbers.of(type);
        var text = TEXTS.get(type.getName());
        if (number.isPresent()) {
            return ofNumber(number.get());
        } else if (text != null) {
            return text.isEmpty()
                    ? of("string").build()
                    : of("string").add("format", text).build();
        } else if (type == boolean.class || type == Boolean.class) {
            return of("boolean").build();
        } else if (type == char.class || type == Character.class) {
            return of("string").add("minLength", 1).add("maxLength", 1).build();
        } else if (JsonValue.class.isAssignableFrom(type)) {
            return ofJson(type);
        } else if (isOptional(type)) {
            return nullable(
                    type == Optional.class
                            ? ANYTHING
                            : of(type == OptionalDouble.class ? "number" : "integer")
                                    .build());
        } else if (Collection.class.isAssignableFrom(type)) {
            return of("array").build();
        } else if (Map.class.isAssignableFrom(type)) {
            return of("object").build();
        } else if (!JsonMembers.isPlain(type)) {
            return ANYTHING;
        }
        return type.isEnum() ? ofConstants(type) : ofMembers(type);
    }

    private static boolean isOptional(Class<?> type) {
        return type == Optional.class
                || type == OptionalInt.class
                || type == OptionalLong.class
                || type == OptionalDouble.class;
    }

    private static JsonObject ofNumber(Numbers kind) {
        return switch (kind) {
            case BYTE -> integer(Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SHORT -> integer(Short.MIN_VALUE, Short.MAX_VALUE);
            case INT -> integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> integer(Long.MIN_VALUE, Long.MAX_VALUE);
            case INTEGER -> of("integer").build();
            case FLOAT, DOUBLE, DECIMAL -> of("number").build();
        };
    }

    private static JsonObject integer(long least, long most) {
        return of("integer").add("minimum", least).add("maximum", most).build();
    }

    private static JsonObject ofJson(Class<?> type) {
        if (type == JsonObject.class) {
            return of("object").build();
        } else if (type == JsonArray.class) {
            return of("array").build();
        } else if (type == JsonString.class) {
            return of("string").build();
        } else if (type == JsonNumber.class) {
            return of("number").build();
        }
        return type == JsonStructure.class ? types("object", "array") : ANYTHING;
    }

    private static JsonObject bytes() {
        return of("string")
                .add("format", "binary")
                .add("contentMediaType", "application/octet-stream")
                .build();
    }

    private static JsonObject ofConstants(Class<?> type) {
        var constants = JSON.createArrayBuilder();
        Arrays.stream(Objects.requireNonNull(type.getEnumConstants()))
                .forEach(constant -> constants.add(((Enum<?>) constant).name()));
        return of("string").add("enum", constants).build();
    }

    private JsonObject ofMembers(Class<?> type) {
        var hasMembers = type.isRecord() || !JsonMembers.visible(type).isEmpty();
        if (!hasMembers) {
            return ANYTHING;
        }
        var known = nameOf.get(type);
        if (known == null) {
            // The name comes first, as its members may be of the same class.
            known = names.unique(type.getSimpleName());
            nameOf.put(type, known);
            named.put(known, object(type));
        }
        return reference(known);
    }

    private JsonObject object(Class<?> type) {
        var properties = JSON.createObjectBuilder();
        var required = JSON.createArrayBuilder();
        for (var member : JsonMembers.visible(type)) {
            properties.add(member.name(), member(type, member));
            var isThere = rawOf(member.type()).isPrimitive() || ConstraintKeywords.requireValue(member.annotations());
            if (member.isKnown() && isThere) {
                required.add(member.name());
            }
        }
        var object = of("object").add("properties", properties);
        var names = required.build();
        return names.isEmpty() ? object.build() : object.add("required", names).build();
    }

    private JsonObject member(Class<?> type, Member member) {
        if (!member.isKnown()) {
            return ANYTHING;
        }
        var schema = schema(member.type(), member.annotations());
        var isNillable = type.isAnnotationPresent(JsonbNillable.class)
                || member.annotations().stream().anyMatch(JsonbNillable.class::isInstance);
        return isNillable ? nullable(schema) : schema;
    }

    private static JsonObject receipt() {
        var kinds = JSON.createArrayBuilder();
        Arrays.stream(ChannelKind.values()).forEach(kind -> kinds.add(kind.label()));
        return of("object")
                .add(
                        "properties",
                        JSON.createObjectBuilder()
                                .add("channel", of("string"))
                                .add("offset", of("integer"))
                                .add("epoch", of("string"))
                                .add("duplicate", of("boolean"))
                                .add("kind", of("string").add("enum", kinds)))
                .add("required", JSON.createArrayBuilder(List.of("channel", "duplicate", "kind")))
                .build();
    }

    private JsonObject ref(Class<?> type, String wish, JsonObject schema) {
        return reference(nameOf.computeIfAbsent(type, one -> {
            var name = names.unique(wish);
            named.put(name, schema);
            return name;
        }));
    }

    private static JsonObject reference(String name) {
        return JSON.createObjectBuilder()
                .add("$ref", "#/components/schemas/" + name)
                .build();
    }

    /** The schema, or {@code null}. */
    private static JsonObject nullable(JsonObject schema) {
        if (schema.isEmpty() || schema.containsKey("anyOf")) {
            return schema;
        }
        var isListed = schema.containsKey("enum") || schema.containsKey("const") || !schema.containsKey("type");
        return isListed
                ? JSON.createObjectBuilder()
                        .add("anyOf", JSON.createArrayBuilder().add(schema).add(of("null")))
                        .build()
                : withNull(schema);
    }

    private static JsonObject withNull(JsonObject schema) {
        var types = schema.get("type") instanceof JsonArray several
                ? new ArrayList<>(several)
                : new ArrayList<>(List.of(schema.getValue("/type")));
        if (!types.contains(NULL)) {
            types.add(NULL);
        }
        return JSON.createObjectBuilder(schema)
                .add("type", JSON.createArrayBuilder(types))
                .build();
    }

    private static JsonObjectBuilder of(String type) {
        return JSON.createObjectBuilder().add("type", type);
    }

    private static JsonObject types(String... types) {
        return JSON.createObjectBuilder()
                .add("type", JSON.createArrayBuilder(List.of(types)))
                .build();
    }

    private static Set<Annotation> annotationsOf(AnnotatedType type, Annotation... others) {
        var all = new LinkedHashSet<>(List.of(others));
        all.addAll(List.of(type.getAnnotations()));
        return all;
    }

    /** {@code Object} for what is no class. */
    private static Class<?> rawOf(AnnotatedType annotated) {
        var type = annotated.getType();
        if (type instanceof Class<?> single) {
            return single;
        }
        return type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw
                ? raw
                : Object.class;
    }
}
