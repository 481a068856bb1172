package dev.herald.cdi;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/** The number types of Java and what fits them. JSON-B's own way differs with the server: some make the {@code int} 1 of 4294967297. Immutable. */
enum Numbers {
    BYTE("an integer from -128 to 127"),
    SHORT("an integer from -32768 to 32767"),
    INT("an integer from -2147483648 to 2147483647"),
    LONG("an integer from -9223372036854775808 to 9223372036854775807"),
    FLOAT("a number that fits 32 bits"),
    DOUBLE("a number that fits 64 bits"),
    INTEGER("an integer"),
    DECIMAL("a number");

    private static final Map<String, Numbers> BY_TYPE = Map.ofEntries(
            Map.entry("byte", BYTE),
            Map.entry("java.lang.Byte", BYTE),
            Map.entry("short", SHORT),
            Map.entry("java.lang.Short", SHORT),
            Map.entry("int", INT),
            Map.entry("java.lang.Integer", INT),
            Map.entry("long", LONG),
            Map.entry("java.lang.Long", LONG),
            Map.entry("float", FLOAT),
            Map.entry("java.lang.Float", FLOAT),
            Map.entry("double", DOUBLE),
            Map.entry("java.lang.Double", DOUBLE),
            Map.entry("java.math.BigInteger", INTEGER),
            Map.entry("java.math.BigDecimal", DECIMAL),
            Map.entry("java.lang.Number", DECIMAL));

    private final String words;

    Numbers(String words) {
        this.words = words;
    }

    /** The kind of a primitive type, of a wrapper, or of a big number. */
    static Optional<Numbers> of(Class<?> type) {
        return Optional.ofNullable(BY_TYPE.get(type.getName()));
    }

    /** What fits, in words. */
    String words() {
        return words;
    }

    /** The number as this kind; empty when it does not fit. */
    Optional<Number> read(BigDecimal number) {
        try {
            return Optional.of(exact(number));
        } catch (ArithmeticException e) {
            // This is how BigDecimal says that it does not fit.
            return Optional.empty();
        }
    }

    private Number exact(BigDecimal number) {
        return switch (this) {
            case BYTE -> number.byteValueExact();
            case SHORT -> number.shortValueExact();
            case INT -> number.intValueExact();
            case LONG -> number.longValueExact();
            case FLOAT -> floatValue(number);
            case DOUBLE -> doubleValue(number);
            case INTEGER -> number.toBigIntegerExact();
            case DECIMAL -> number;
        };
    }

    private static Number floatValue(BigDecimal number) {
        return finite(number.floatValue(), Float.isInfinite(number.floatValue()));
    }

    private static Number doubleValue(BigDecimal number) {
        return finite(number.doubleValue(), Double.isInfinite(number.doubleValue()));
    }

    private static Number finite(Number value, boolean isInfinite) {
        if (isInfinite) {
            throw new ArithmeticException("it is too large");
        }
        return value;
    }
}
