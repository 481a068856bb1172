package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.Received;
import jakarta.enterprise.event.Reception;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Set;

/**
 * An observer or a handler of messages that not everybody may call: who may not is answered {@code forbidden}, and it is not called.
 * The container cannot check that, as on the threads of observers it knows no caller. Called where observers are.
 *
 * @param <T> what it observes
 */
final class GuardedObserver<T> implements ObserverMethod<T> {

    private static final System.Logger LOG = System.getLogger(GuardedObserver.class.getName());

    private final ObserverMethod<T> method;
    private final RoleRule rule;

    GuardedObserver(ObserverMethod<T> method, RoleRule rule) {
        this.method = method;
        this.rule = rule;
    }

    @Override
    public void notify(T event) {
        if (event instanceof Received received && !rule.permits(received.principal())) {
            LOG.log(
                    DEBUG,
                    () -> "connection " + received.connection().id() + " may not send " + received.event() + " to "
                            + getBeanClass().getName());
            var unused = received.refuse("forbidden", "you may not do this");
        } else {
            method.notify(event);
        }
    }

    @Override
    public Class<?> getBeanClass() {
        return method.getBeanClass();
    }

    @Override
    public Type getObservedType() {
        return method.getObservedType();
    }

    @Override
    public Set<Annotation> getObservedQualifiers() {
        return method.getObservedQualifiers();
    }

    @Override
    public Reception getReception() {
        return method.getReception();
    }

    @Override
    public TransactionPhase getTransactionPhase() {
        return method.getTransactionPhase();
    }

    @Override
    public int getPriority() {
        return method.getPriority();
    }

    @Override
    public boolean isAsync() {
        return method.isAsync();
    }
}
