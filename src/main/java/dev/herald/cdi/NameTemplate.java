package dev.herald.cdi;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A name with components of an object in it, for example {@code orders.{region}}. Immutable. Any thread may fill it in, holding no
 * lock, as the application's accessors are called.
 */
record NameTemplate(String text, List<Part> parts) {

    private static final Pattern COMPONENT = Pattern.compile("\\{([^{}]*)}");

    /** What the name is made of. */
    sealed interface Part {

        /** Stands there as it is. */
        record Literal(String text) implements Part {}

        /** What the accessor returns stands there. */
        record Component(String name, Method accessor) implements Part {}
    }

    /**
     * Reads a template for objects of a class.
     *
     * @throws IllegalArgumentException when a component has no public accessor, with the reason in a few words
     */
    static NameTemplate of(Class<?> type, String text) {
        var parts = new ArrayList<Part>();
        var found = COMPONENT.matcher(text);
        var end = 0;
        while (found.find()) {
            parts.add(literal(text, end, found.start()));
            parts.add(new Part.Component(found.group(1), accessor(type, found.group(1))));
            end = found.end();
        }
        parts.add(literal(text, end, text.length()));
        return new NameTemplate(text, List.copyOf(parts));
    }

    private static Part literal(String text, int from, int to) {
        var literal = text.substring(from, to);
        if (literal.indexOf('{') >= 0 || literal.indexOf('}') >= 0) {
            throw new IllegalArgumentException("a brace in \"" + text + "\" has no partner");
        }
        return new Part.Literal(literal);
    }

    private static Method accessor(Class<?> type, String name) {
        var capital = name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1);
        return Stream.of(name, "get" + capital, "is" + capital)
                .flatMap(method -> Stream.of(type.getMethods()).filter(one -> isAccessor(one, method)))
                .filter(Method::trySetAccessible) // of a class that need not be public
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("it has no public method for the component {" + name + "}"));
    }

    private static boolean isAccessor(Method method, String name) {
        return method.getName().equals(name)
                && method.getParameterCount() == 0
                && method.getReturnType() != void.class
                && method.getDeclaringClass() != Object.class
                && !Modifier.isStatic(method.getModifiers());
    }

    /** A name that the template may give. */
    String example() {
        return String.join(
                "",
                parts.stream()
                        .map(part -> part instanceof Part.Literal l ? l.text() : "x")
                        .toList());
    }

    /**
     * The name that an object gives.
     *
     * @throws IllegalArgumentException when a component is {@code null}, or its accessor throws
     */
    String fill(Object object) {
        var name = new StringBuilder();
        for (var part : parts) {
            if (part instanceof Part.Literal literal) {
                name.append(literal.text());
            } else if (part instanceof Part.Component component) {
                name.append(text(component, value(component, object)));
            }
        }
        return name.toString();
    }

    private static String text(Part.Component component, @Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException("its component {" + component.name() + "} is null");
        }
        return value instanceof Enum<?> constant ? constant.name() : value.toString();
    }

    private static @Nullable Object value(Part.Component component, Object object) {
        try {
            return component.accessor().invoke(object);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "the method for its component {" + component.name() + "} threw", e.getTargetException());
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException("its component {" + component.name() + "} cannot be read", e);
        }
    }
}
