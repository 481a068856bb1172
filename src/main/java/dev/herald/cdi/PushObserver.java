package dev.herald.cdi;

import jakarta.enterprise.event.Reception;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.EventContext;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the objects of one class when they are fired. The threads that fire call it, and get what it throws: an observer that is
 * made by a configurator would wrap that in another exception.
 *
 * @param isAsync whether it is called for {@code fireAsync}, or for {@code fire}
 */
record PushObserver(PushCatalogue catalogue, PushTarget target, boolean isAsync) implements ObserverMethod<Object> {

    @Override
    public void notify(EventContext<Object> fired) {
        notify(fired.getEvent());
    }

    @Override
    public void notify(Object fired) {
        catalogue.push(target, fired);
    }

    @Override
    public Class<?> getBeanClass() {
        return CdiPublisher.class;
    }

    /** Asked by CDI 4; a method of an extension has none. */
    public @Nullable Bean<?> getDeclaringBean() {
        return null;
    }

    @Override
    public Type getObservedType() {
        return target.type();
    }

    @Override
    public Set<Annotation> getObservedQualifiers() {
        return Set.of();
    }

    @Override
    public Reception getReception() {
        return Reception.ALWAYS;
    }

    /** The publisher waits for the commit itself. */
    @Override
    public TransactionPhase getTransactionPhase() {
        return TransactionPhase.IN_PROGRESS;
    }
}
