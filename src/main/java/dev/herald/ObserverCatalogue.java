package dev.herald;

import dev.herald.api.HeraldEvent;
import dev.herald.api.On;
import dev.herald.api.Received;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessObserverMethod;
import java.lang.annotation.Annotation;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The application's observer methods for Herald's events, noted by CDI while it looks for them at deployment.
 *
 * <p>Herald calls them one by one, not through {@code Event.fire}: so one that throws does not keep the event from the others.
 * And the name of an event, which a client chooses, is only compared; no container's cache grows with it.
 */
public class ObserverCatalogue implements Extension {

    private final List<ObserverMethod<?>> methods = new CopyOnWriteArrayList<>();

    /** By the type of the event; asked for each message. */
    private final Map<Class<?>, Boolean> observed = new ConcurrentHashMap<>();

    void note(@Observes ProcessObserverMethod<?, ?> found) {
        var method = found.getObserverMethod();
        if (method.getObservedType() instanceof Class<?> observed && HeraldEvent.class.isAssignableFrom(observed)) {
            methods.add(method);
        }
    }

    /** The methods that observe this event, those of high priority (a small number) first. */
    List<ObserverMethod<?>> of(HeraldEvent event) {
        return methods.stream()
                .filter(method -> observes(method, event))
                .sorted(Comparator.comparingInt(ObserverMethod::getPriority))
                .toList();
    }

    /** Whether there is any method that may observe events of this type. To be asked after deployment: the answer is kept. */
    boolean hasAny(Class<? extends HeraldEvent> type) {
        return observed.computeIfAbsent(
                type,
                t -> methods.stream().anyMatch(method -> observedClass(method).isAssignableFrom(t)));
    }

    private static boolean observes(ObserverMethod<?> method, HeraldEvent event) {
        return observedClass(method).isInstance(event)
                && method.getObservedQualifiers().stream().allMatch(qualifier -> fits(qualifier, event));
    }

    private static Class<?> observedClass(ObserverMethod<?> method) {
        return (Class<?>) method.getObservedType();
    }

    private static boolean fits(Annotation qualifier, HeraldEvent event) {
        if (qualifier instanceof On on) {
            return event instanceof Received received && received.event().equals(on.value());
        }
        return qualifier instanceof Any;
    }
}
