package dev.herald.cdi;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.validation.constraints.AssertFalse;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Negative;
import jakarta.validation.constraints.NegativeOrZero;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.lang.annotation.Annotation;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the constraints of Jakarta Validation are in JSON Schema (draft 7). A constraint that cannot be said there is left out, as are those of groups, which
 * are not checked. Used by one thread, for one value.
 *
 * <p>Annotations name the classes of Jakarta Validation here. Where the server has none, there are no such annotations, and nothing of it is loaded.
 */
final class ConstraintKeywords {

    private static final JsonProvider JSON = JsonProvider.provider();
    private static final String CONSTRAINTS = "jakarta.validation.constraints.";

    /** What Java's regular expressions have and JavaScript's have not, or mean otherwise. */
    private static final java.util.regex.Pattern JAVA_ONLY =
            java.util.regex.Pattern.compile("\\(\\?(?![:=!])|[+*?}]\\+|&&|\\\\[pPQEAZzGhHRXNVaex0]|\\[[^]]*\\[");

    private final Map<String, JsonValue> keywords;
    private final String type;

    private ConstraintKeywords(JsonObject schema) {
        this.keywords = new LinkedHashMap<>(schema);
        this.type = schema.get("type") instanceof JsonString named ? named.getString() : "";
    }

    /** A schema with what annotations say besides. */
    static JsonObject narrow(JsonObject schema, Collection<Annotation> annotations) {
        var narrowed = new ConstraintKeywords(schema);
        if (!narrowed.type.isEmpty()) {
            annotations.stream().filter(ConstraintKeywords::holds).forEach(narrowed::add);
        }
        return object(narrowed.keywords);
    }

    private static JsonObject object(Map<String, JsonValue> members) {
        var json = JSON.createObjectBuilder();
        members.forEach(json::add);
        return json.build();
    }

    /** Whether annotations say that a value must be there. */
    static boolean requireValue(Collection<Annotation> annotations) {
        return annotations.stream()
                .filter(ConstraintKeywords::holds)
                .anyMatch(one -> one instanceof NotNull || one instanceof NotBlank || one instanceof NotEmpty);
    }

    /** Whether it is a constraint of the default group. */
    private static boolean holds(Annotation annotation) {
        if (!annotation.annotationType().getName().startsWith(CONSTRAINTS)) {
            return false;
        }
        try {
            var groups = annotation.annotationType().getMethod("groups").invoke(annotation);
            return groups instanceof Class<?>[] named && named.length == 0;
        } catch (ReflectiveOperationException e) {
            // A list of constraints of one kind, which has no groups itself, is no constraint.
            return false;
        }
    }

    private void add(Annotation constraint) {
        switch (type) {
            case "string" -> ofText(constraint);
            case "array" -> ofSize(constraint, "minItems", "maxItems");
            case "object" -> ofSize(constraint, "minProperties", "maxProperties");
            case "integer", "number" -> ofNumber(constraint);
            case "boolean" -> ofTruth(constraint);
            default -> {
                // Of what may be several things nothing is known.
            }
        }
    }

    private void ofText(Annotation constraint) {
        // Bytes are counted, not characters.
        if (!keywords.containsKey("contentMediaType")) {
            ofSize(constraint, "minLength", "maxLength");
        }
        if (constraint instanceof NotBlank) {
            atLeast("minLength", BigDecimal.ONE);
            keywords.putIfAbsent("pattern", JSON.createValue("\\S"));
        } else if (constraint instanceof Email) {
            keywords.put("format", JSON.createValue("email"));
        } else if (constraint instanceof Pattern pattern
                && pattern.flags().length == 0
                && !JAVA_ONLY.matcher(pattern.regexp()).find()) {
            keywords.put("pattern", JSON.createValue("^(?:" + pattern.regexp() + ")$"));
        }
    }

    private void ofSize(Annotation constraint, String least, String most) {
        if (constraint instanceof NotEmpty) {
            atLeast(least, BigDecimal.ONE);
        } else if (constraint instanceof Size size) {
            if (size.min() > 0) {
                atLeast(least, BigDecimal.valueOf(size.min()));
            }
            if (size.max() < Integer.MAX_VALUE) {
                atMost(most, BigDecimal.valueOf(size.max()));
            }
        }
    }

    private void ofNumber(Annotation constraint) {
        if (constraint instanceof Min min) {
            atLeast("minimum", BigDecimal.valueOf(min.value()));
        } else if (constraint instanceof Max max) {
            atMost("maximum", BigDecimal.valueOf(max.value()));
        } else if (constraint instanceof DecimalMin min) {
            atLeast(min.inclusive() ? "minimum" : "exclusiveMinimum", new BigDecimal(min.value()));
        } else if (constraint instanceof DecimalMax max) {
            atMost(max.inclusive() ? "maximum" : "exclusiveMaximum", new BigDecimal(max.value()));
        } else if (constraint instanceof Positive) {
            atLeast("exclusiveMinimum", BigDecimal.ZERO);
        } else if (constraint instanceof PositiveOrZero) {
            atLeast("minimum", BigDecimal.ZERO);
        } else if (constraint instanceof Negative) {
            atMost("exclusiveMaximum", BigDecimal.ZERO);
        } else if (constraint instanceof NegativeOrZero) {
            atMost("maximum", BigDecimal.ZERO);
        }
    }

    private void ofTruth(Annotation constraint) {
        if (constraint instanceof AssertTrue) {
            keywords.put("const", JsonValue.TRUE);
        } else if (constraint instanceof AssertFalse) {
            keywords.put("const", JsonValue.FALSE);
        }
    }

    private void atLeast(String keyword, BigDecimal bound) {
        keywords.merge(
                keyword,
                JSON.createValue(bound),
                (one, other) -> number(one).compareTo(number(other)) >= 0 ? one : other);
    }

    private void atMost(String keyword, BigDecimal bound) {
        keywords.merge(
                keyword,
                JSON.createValue(bound),
                (one, other) -> number(one).compareTo(number(other)) <= 0 ? one : other);
    }

    private static BigDecimal number(JsonValue value) {
        return ((JsonNumber) value).bigDecimalValue();
    }
}
