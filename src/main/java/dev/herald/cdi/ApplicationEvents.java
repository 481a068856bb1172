package dev.herald.cdi;

import dev.herald.asyncapi.AsyncApi;
import dev.herald.asyncapi.EventOperation;
import dev.herald.asyncapi.EventOperation.Action;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The events that the application's own classes name: its handlers, its observers of messages with a name, and its classes with
 * {@link dev.herald.api.PushTo}. To be asked after deployment, by any thread.
 */
@ApplicationScoped
public class ApplicationEvents {

    @Inject
    HandlerCatalogue handlers;

    @Inject
    ObserverCatalogue observers;

    @Inject
    PushCatalogue pushes;

    /**
     * Describes them.
     *
     * @param silent beans that do nothing with what they observe, as the application is set up
     */
    public AsyncApi describe(Set<Class<?>> silent) {
        return describe(
                handlers.methods(),
                observers.named().stream()
                        .filter(named -> !silent.contains(named.beanClass()))
                        .toList(),
                pushes.targets());
    }

    static AsyncApi describe(
            List<HandlerMethod> handlers, List<ObserverCatalogue.Named> observed, List<PushTarget> pushes) {
        var schemas = new TypeSchemas();
        var operations = new ArrayList<EventOperation>();
        handlers.stream()
                .sorted(Comparator.comparing(HandlerMethod::namespace).thenComparing(HandlerMethod::event))
                .map(handler -> new HandlerDescription(handler, schemas).operation())
                .forEach(operations::add);
        observed.stream()
                .filter(named -> handlers.stream().noneMatch(handler -> isSame(handler, named)))
                .map(named -> new Event(named.namespace(), named.event()))
                .distinct()
                .sorted(Comparator.comparing(Event::namespace).thenComparing(Event::name))
                .map(Event::operation)
                .forEach(operations::add);
        pushes.stream()
                .sorted(Comparator.comparing((PushTarget push) -> push.name().text() + " " + push.event() + " "
                        + push.type().getName()))
                .map(push -> PushDescription.operation(push, schemas))
                .forEach(operations::add);
        return AsyncApi.of(operations, schemas.named());
    }

    private static boolean isSame(HandlerMethod handler, ObserverCatalogue.Named named) {
        return handler.namespace().equals(named.namespace()) && handler.event().equals(named.event());
    }

    /** An event of which no more is known: an observer takes whatever comes. */
    private record Event(String namespace, String name) {

        EventOperation operation() {
            return new EventOperation(
                    Action.RECEIVE,
                    NamespaceAddress.of(namespace),
                    name,
                    new EventOperation.Message(Optional.of(TypeSchemas.ANYTHING), List.of()),
                    Optional.empty(),
                    "");
        }
    }
}
