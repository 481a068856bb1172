package dev.herald;

import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Disconnected;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Namespace;
import dev.herald.api.On;
import dev.herald.api.Published;
import dev.herald.api.Received;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessObserverMethod;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The application's observer methods for Herald's events, noted by CDI while it looks for them at deployment.
 *
 * <p>Herald calls them one by one, not through {@code Event.fire}: so one that throws does not keep the event from the others.
 * And the name of an event, which a client chooses, is only compared; no container's cache grows with it.
 */
public class ObserverCatalogue implements Extension {

    private final List<ObserverMethod<?>> methods = new CopyOnWriteArrayList<>();

    private final List<ObserverMethod<?>> examiners = new CopyOnWriteArrayList<>();

    /** Those that observe events of a type, as they are called; asked for each message. */
    private final Map<Class<?>, List<ObserverMethod<?>>> observed = new ConcurrentHashMap<>();

    void note(@Observes ProcessObserverMethod<?, ?> found) {
        var method = found.getObserverMethod();
        if (method.getObservedType() instanceof Class<?> observed && HeraldEvent.class.isAssignableFrom(observed)) {
            methods.add(method);
        } else if (method.getObservedType().equals(ConnectionAttempt.class)) {
            examiners.add(method);
        }
    }

    /** The methods that observe this event, those of high priority (a small number) first. To be asked after deployment. */
    List<ObserverMethod<?>> of(HeraldEvent event) {
        List<ObserverMethod<?>> found = List.of();
        for (var method : observed.computeIfAbsent(event.getClass(), this::ofType)) {
            if (observes(method, event)) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(method);
            }
        }
        return found;
    }

    private List<ObserverMethod<?>> ofType(Class<?> type) {
        return methods.stream()
                .filter(method -> observedClass(method).isAssignableFrom(type))
                .sorted(Comparator.comparingInt(ObserverMethod::getPriority))
                .toList();
    }

    private static boolean observes(ObserverMethod<?> method, HeraldEvent event) {
        if (!(event instanceof Published) && !isIn(namespaceOf(event), method)) {
            return false;
        }
        for (var qualifier : method.getObservedQualifiers()) {
            if (!fits(qualifier, event)) {
                return false;
            }
        }
        return true;
    }

    /** Without a namespace, a method is one of the main namespace. */
    private static boolean isIn(String namespace, ObserverMethod<?> method) {
        for (var qualifier : method.getObservedQualifiers()) {
            if (qualifier instanceof Namespace named) {
                return named.value().equals(namespace) || named.value().equals(Namespace.ALL);
            }
        }
        return namespace.equals(Connection.MAIN);
    }

    private static String namespaceOf(HeraldEvent event) {
        if (event instanceof Received e) {
            return e.connection().namespace();
        } else if (event instanceof Connected e) {
            return e.connection().namespace();
        } else if (event instanceof Disconnected e) {
            return e.connection().namespace();
        } else if (event instanceof Joined e) {
            return e.connection().namespace();
        } else if (event instanceof Left e) {
            return e.connection().namespace();
        }
        return Connection.MAIN;
    }

    /** The namespaces that the application's observers name. */
    Set<String> namespaces() {
        return Stream.concat(methods.stream(), examiners.stream())
                .flatMap(method -> method.getObservedQualifiers().stream())
                .filter(Namespace.class::isInstance)
                .map(qualifier -> ((Namespace) qualifier).value())
                .filter(named -> !named.equals(Namespace.ALL))
                .collect(Collectors.toSet());
    }

    /** The methods that observe attempts to connect to this namespace, those of high priority (a small number) first. */
    List<ObserverMethod<?>> examiners(String namespace) {
        return examiners.stream()
                .filter(method -> isIn(namespace, method))
                .sorted(Comparator.comparingInt(ObserverMethod::getPriority))
                .toList();
    }

    private static Class<?> observedClass(ObserverMethod<?> method) {
        return (Class<?>) method.getObservedType();
    }

    private static boolean fits(Annotation qualifier, HeraldEvent event) {
        if (qualifier instanceof On on) {
            return event instanceof Received received && received.event().equals(on.value());
        }
        return qualifier instanceof Any || qualifier instanceof Namespace;
    }
}
