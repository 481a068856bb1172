package dev.herald.cdi;

import jakarta.enterprise.inject.spi.AnnotatedMethod;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessObserverMethod;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An observer method as CDI would find it. */
record FakeObserver(
        Type type,
        int priority,
        Set<Annotation> qualifiers,
        Consumer<Object> body,
        @Nullable Method java) {

    static FakeObserver of(Class<?> type, Consumer<Object> body, Annotation... qualifiers) {
        return new FakeObserver(type, 2_500, Set.of(qualifiers), body, null);
    }

    FakeObserver first() {
        return new FakeObserver(type, 1, qualifiers, body, java);
    }

    /** CDI finds it; what would fail the deployment is thrown. */
    ObserverMethod<?> foundBy(ObserverCatalogue catalogue) {
        var method = proxy(ObserverMethod.class, (name, arguments) -> switch (name) {
            case "getObservedType" -> type;
            case "getObservedQualifiers" -> qualifiers;
            case "getPriority" -> priority;
            case "getBeanClass" -> FakeObserver.class;
            case "isAsync" -> false;
            case "notify" -> {
                body.accept(arguments[0]);
                yield null;
            }
            default -> throw new UnsupportedOperationException(name);
        });
        catalogue.note(proxy(ProcessObserverMethod.class, (name, arguments) -> {
            if (name.equals("addDefinitionError")) {
                throw (RuntimeException) arguments[0];
            }
            return name.equals("getAnnotatedMethod") ? annotated() : method;
        }));
        return method;
    }

    private @Nullable AnnotatedMethod<?> annotated() {
        return java == null ? null : proxy(AnnotatedMethod.class, (name, arguments) -> java);
    }

    /** Has the annotations of this method. */
    FakeObserver like(Method annotatedMethod) {
        return new FakeObserver(type, priority, qualifiers, body, annotatedMethod);
    }

    /** What a method of a fake does. */
    interface Calls {

        @Nullable
        Object called(String name, Object[] arguments);
    }

    /** A fake of an interface of CDI's. */
    static <T> T proxy(Class<T> type, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> type.getSimpleName();
                    default -> calls.called(method.getName(), arguments);
                }));
    }
}
