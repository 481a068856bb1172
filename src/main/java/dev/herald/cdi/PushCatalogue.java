package dev.herald.cdi;

import dev.herald.api.PushTo;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.WithAnnotations;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the classes with {@link PushTo} when the application is deployed, and makes their objects be published when they are
 * fired. The container calls it on one thread at deployment; afterwards whoever fires calls what it has made, holding no lock,
 * as it publishes.
 */
public class PushCatalogue implements Extension {

    private final List<PushTarget> targets = new ArrayList<>();
    private final List<String> mistakes = new ArrayList<>();

    /** Not looked up when something is fired: some containers do not show an extension the beans of its own archive. */
    private volatile @Nullable CdiPublisher publisher;

    /** Who publishes what is fired from now on. */
    void publishBy(CdiPublisher one) {
        publisher = one;
    }

    /** Remembers a class. It is no bean: its objects are events. */
    void note(@Observes @WithAnnotations(PushTo.class) ProcessAnnotatedType<?> found) {
        var type = found.getAnnotatedType().getJavaClass();
        var pushTo = type.getDeclaredAnnotation(PushTo.class);
        if (pushTo == null) {
            return;
        }
        found.veto();
        try {
            targets.add(PushTarget.of(type, pushTo));
        } catch (IllegalArgumentException e) {
            mistakes.add(String.valueOf(e.getMessage()));
        }
    }

    /** Adds observers for each class; what cannot be fails the deployment. */
    void observe(@Observes AfterBeanDiscovery discovery) {
        mistakes.forEach(mistake -> discovery.addDefinitionError(new DefinitionException(mistake)));
        for (var target : targets) {
            discovery.addObserverMethod(new PushObserver(this, target, false));
            discovery.addObserverMethod(new PushObserver(this, target, true));
        }
    }

    /** What was found, in no order. To be asked after deployment. */
    List<PushTarget> targets() {
        return List.copyOf(targets);
    }

    /** Publishes an object that is fired. */
    void push(PushTarget target, Object object) {
        var one = publisher;
        if (one == null) {
            throw new IllegalStateException("Herald has not started yet: fire events when the application has");
        }
        one.push(target, object);
    }
}
