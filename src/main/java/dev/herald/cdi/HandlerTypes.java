package dev.herald.cdi;

import jakarta.json.JsonValue;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/** Which types a handler's arguments and its answer may have. Asked at deployment. */
final class HandlerTypes {

    private HandlerTypes() {}

    /** Why no JSON can be read as this type; empty when some can. */
    static Optional<String> whyUnreadable(Type type) {
        if (type instanceof ParameterizedType generic) {
            return firstReason(generic, generic.getRawType())
                    .or(() -> Arrays.stream(generic.getActualTypeArguments())
                            .flatMap(argument -> whyUnreadable(argument).stream())
                            .findFirst());
        } else if (type instanceof GenericArrayType array) {
            return whyUnreadable(array.getGenericComponentType());
        } else if (type instanceof Class<?> single) {
            return single.isArray() ? whyUnreadable(single.getComponentType()) : whyUnreadable(single);
        }
        return type instanceof TypeVariable ? reason(type, "is a type variable") : Optional.empty();
    }

    private static Optional<String> firstReason(Type type, Type raw) {
        return raw instanceof Class<?> single ? whyUnreadable(single) : reason(type, "is no class");
    }

    private static Optional<String> whyUnreadable(Class<?> type) {
        if (isKnown(type) || !JsonMembers.isPlain(type)) {
            return Optional.empty();
        } else if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            return reason(type, "is abstract");
        } else if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
            return reason(type, "is an inner class that is not static");
        }
        return type.getName().startsWith("java.") || hasPlainConstructor(type)
                ? Optional.empty()
                : reason(type, "is no record and has no constructor without parameters");
    }

    private static boolean isKnown(Class<?> type) {
        return (type.isPrimitive() && type != void.class)
                || type.isEnum()
                || type.isRecord()
                || type == Number.class
                || type.getName().startsWith("java.time.")
                || JsonValue.class.isAssignableFrom(type)
                || Collection.class.isAssignableFrom(type)
                || Map.class.isAssignableFrom(type);
    }

    private static boolean hasPlainConstructor(Class<?> type) {
        return Arrays.stream(type.getDeclaredConstructors())
                .anyMatch(constructor ->
                        constructor.getParameterCount() == 0 && !Modifier.isPrivate(constructor.getModifiers()));
    }

    /** Why this type is no answer to a client; empty when it is one. */
    static Optional<String> whyNoAnswer(Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            var isWrapper = raw == Optional.class || CompletionStage.class.isAssignableFrom(raw);
            return isWrapper ? whyNoAnswer(generic.getActualTypeArguments()[0]) : whyNoAnswer(raw);
        } else if (type instanceof Class<?> single) {
            return whyNoAnswer(single);
        }
        return type instanceof TypeVariable ? reason(type, "is a type variable") : Optional.empty();
    }

    private static Optional<String> whyNoAnswer(Class<?> type) {
        if (Future.class.isAssignableFrom(type) && !CompletionStage.class.isAssignableFrom(type)) {
            return reason(type, "is a Future that can only be waited for; return a CompletionStage");
        }
        return AutoCloseable.class.isAssignableFrom(type) && !JsonValue.class.isAssignableFrom(type)
                ? reason(type, "is something to be closed, such as a stream, and no value")
                : Optional.empty();
    }

    private static Optional<String> reason(Type type, String reason) {
        return Optional.of(type.getTypeName() + " " + reason);
    }
}
