package dev.herald.cdi;

import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.DocumentChanged;
import dev.herald.api.HeraldEvent;
import dev.herald.api.MessageAttempt;
import dev.herald.api.Namespace;
import dev.herald.api.OfDocument;
import dev.herald.api.On;
import dev.herald.api.Once;
import dev.herald.api.Published;
import dev.herald.api.Received;
import dev.herald.hub.DurableObserver;
import dev.herald.hub.EventName;
import dev.herald.hub.NamePattern;
import dev.herald.hub.Observers;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessObserverMethod;
import jakarta.enterprise.inject.spi.ProcessSyntheticObserverMethod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The application's observer methods for Herald's events. CDI finds them at deployment, on one thread; afterwards any thread
 * may ask, with any lock held.
 *
 * <p>Herald calls them one by one, not by {@code Event.fire}: so one that throws does not keep the event from the others. And no cache
 * of the container's grows with the names of events, which clients choose.
 */
public class ObserverCatalogue implements Extension {

    /** A document's name, with stars. */
    private static final Pattern DOCUMENT = Pattern.compile("[A-Za-z0-9_.:*-]{1,128}");

    private final List<Observer> observers = new CopyOnWriteArrayList<>();

    private final DurableCatalogue durable = new DurableCatalogue();

    private final Set<String> roles = new CopyOnWriteArraySet<>();

    /** The observers of each type of event, in the order in which they are called; looked up for each event. */
    private final Map<Class<?>, List<Observer>> byType = new ConcurrentHashMap<>();

    /**
     * An observer method.
     *
     * @param namespace whose events it observes; a pattern for those of several
     * @param event the only event that it observes; {@code null} for all
     * @param document whose changes it observes; {@code null} for those of all documents
     * @param once how it is called once for all nodes; {@code null} for all others
     * @param isForeign whether it has qualifiers that none of Herald's events has
     */
    private record Observer(
            ObserverMethod<?> method,
            Class<?> type,
            NamePattern namespace,
            @Nullable String event,
            @Nullable NamePattern document,
            @Nullable Once once,
            boolean isForeign) {

        /** Without a namespace, a method is one of the main namespace. */
        static Observer of(ObserverMethod<?> method, Class<?> type) {
            var namespace = Connection.MAIN;
            String event = null;
            NamePattern document = null;
            Once once = null;
            var isForeign = false;
            for (var qualifier : method.getObservedQualifiers()) {
                if (qualifier instanceof Namespace named) {
                    namespace = named.value();
                } else if (qualifier instanceof On on) {
                    event = on.value();
                } else if (qualifier instanceof OfDocument of) {
                    document = new NamePattern(of.value());
                } else if (qualifier instanceof Once named) {
                    once = named;
                } else {
                    isForeign = isForeign || !(qualifier instanceof Any);
                }
            }
            return new Observer(method, type, new NamePattern(namespace), event, document, once, isForeign);
        }

        boolean observes(HeraldEvent happened) {
            return (happened instanceof Published || isIn(namespaceOf(happened)))
                    && (event == null
                            || (happened instanceof Received received
                                    && received.event().equals(event)))
                    && document == null
                    && once == null
                    && !isForeign;
        }

        /** Whether an event that it observes may come, as far as its qualifiers say. */
        boolean isPossible() {
            return event == null
                    || ((type.isAssignableFrom(Received.class) || type.equals(MessageAttempt.class))
                            && EventName.canCome(namespace.text(), event));
        }

        boolean isIn(String other) {
            return namespace.fits(other);
        }

        /** Whatever its namespace: documents are in all. */
        boolean observesDocument(String name) {
            return (document == null || document.fits(name)) && event == null && once == null && !isForeign;
        }

        /** What is wrong with the documents that it names; {@code null} for nothing. */
        @Nullable
        String problemOfDocument() {
            if (document == null || isForeign) {
                return null;
            }
            if (!type.isAssignableFrom(DocumentChanged.class)) {
                return "has @OfDocument, which is for observers of DocumentChanged";
            }
            return DOCUMENT.matcher(document.text()).matches()
                    ? null
                    : "names no document by @OfDocument(\"" + document
                            + "\"): 1 to 128 of A-Z a-z 0-9 _ . : - and * for any characters";
        }
    }

    /** Remembers an observer method that CDI has found; one that would never be called fails the deployment. */
    void note(@Observes ProcessObserverMethod<?, ?> found) {
        var method = found.getObserverMethod();
        if (method.getObservedType() instanceof Class<?> type
                && (HeraldEvent.class.isAssignableFrom(type)
                        || type.equals(ConnectionAttempt.class)
                        || type.equals(MessageAttempt.class))) {
            var rule = type.isAssignableFrom(Received.class) ? ruleOf(found) : Optional.<RoleRule>empty();
            rule.ifPresent(one -> roles.addAll(one.roles()));
            var observer = Observer.of(
                    rule.<ObserverMethod<?>>map(one -> new GuardedObserver<>(method, one))
                            .orElse(method),
                    type);
            var problem = observer.problemOfDocument();
            if (problem != null) {
                found.addDefinitionError(new DefinitionException("the observer of " + type.getSimpleName() + " in "
                        + method.getBeanClass().getName() + " " + problem));
            } else if (observer.once() != null && !observer.isForeign()) {
                durable.add(found, method, observer.once(), observer.event());
            } else if (observer.isForeign() || observer.isPossible()) {
                observers.add(observer);
            } else {
                found.addDefinitionError(new DefinitionException("the observer of " + type.getSimpleName() + " in "
                        + method.getBeanClass().getName() + " is never called: no event \"" + observer.event()
                        + "\" can come to it in the namespace " + observer.namespace()
                        + ", as the name is Herald's or Socket.IO's own, or none that a client can send"));
            }
        }
    }

    /** Who may send what this method observes. */
    private static Optional<RoleRule> ruleOf(ProcessObserverMethod<?, ?> found) {
        var method = found.getObserverMethod();
        if (method instanceof Handler handler) {
            return RoleRule.of(handler.method().method(), handler.method().beanClass());
        }
        // An extension's own observers have no method with annotations.
        var annotated = found instanceof ProcessSyntheticObserverMethod ? null : found.getAnnotatedMethod();
        return annotated == null ? Optional.empty() : RoleRule.of(annotated.getJavaMember(), method.getBeanClass());
    }

    /** The observers that are called once for all nodes, each in a request context of its own. To be asked after deployment. */
    public List<DurableObserver> durable(RequestContext context) {
        return durable.all(context);
    }

    /** The roles that observers and handlers ask for. */
    public Set<String> roles() {
        return Set.copyOf(roles);
    }

    /** The methods that observe this event, those of high priority (a small number) first. To be asked after deployment. */
    List<ObserverMethod<?>> of(HeraldEvent event) {
        List<ObserverMethod<?>> found = List.of();
        for (var observer : of(event.getClass())) {
            if (observer.observes(event)) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(observer.method());
            }
        }
        return found;
    }

    /** The methods that observe the changes of this document, those of high priority (a small number) first. */
    List<ObserverMethod<?>> ofDocument(String name) {
        List<ObserverMethod<?>> found = List.of();
        for (var observer : of(DocumentChanged.class)) {
            if (observer.observesDocument(name)) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(observer.method());
            }
        }
        return found;
    }

    /** The methods that observe attempts to connect to this namespace, those of high priority (a small number) first. */
    List<ObserverMethod<?>> examiners(String namespace) {
        List<ObserverMethod<?>> found = new ArrayList<>();
        for (var observer : of(ConnectionAttempt.class)) {
            if (observer.isIn(namespace) && !observer.isForeign()) {
                found.add(observer.method());
            }
        }
        return found;
    }

    /** The methods that observe attempts to send this message, those of high priority (a small number) first. */
    List<ObserverMethod<?>> checks(MessageAttempt attempt) {
        List<ObserverMethod<?>> found = new ArrayList<>();
        for (var observer : of(MessageAttempt.class)) {
            if (observer.isIn(attempt.namespace())
                    && !observer.isForeign()
                    && (observer.event() == null || observer.event().equals(attempt.event()))) {
                found.add(observer.method());
            }
        }
        return found;
    }

    /** Whether any method observes attempts to send messages. */
    boolean hasChecks() {
        return !of(MessageAttempt.class).isEmpty();
    }

    private List<Observer> of(Class<?> type) {
        return byType.computeIfAbsent(
                type,
                t -> observers.stream()
                        .filter(observer -> observer.type().isAssignableFrom(t))
                        .sorted(Comparator.comparingInt(
                                observer -> observer.method().getPriority()))
                        .toList());
    }

    /** The names of the messages that are observed in a namespace by name. */
    Set<String> names(String namespace) {
        return of(Received.class).stream()
                .filter(observer -> observer.isIn(namespace) && !observer.isForeign())
                .flatMap(observer -> Stream.ofNullable(observer.event()))
                .collect(Collectors.toSet());
    }

    /** An event of clients that observers name. */
    record Named(String namespace, String event, Class<?> beanClass) {}

    /** The events that observers of messages name, those with handlers included; in no order. To be asked after deployment. */
    List<Named> named() {
        var named = new ArrayList<Named>();
        for (var observer : of(Received.class)) {
            if (observer.event() != null && !observer.isForeign()) {
                named.add(new Named(
                        observer.namespace().text(),
                        observer.event(),
                        observer.method().getBeanClass()));
            }
        }
        return named;
    }

    /** The namespaces that the application's observers name, and the patterns over those that they name. */
    public Set<String> namespaces() {
        return observers.stream()
                .map(observer -> observer.namespace().text())
                .filter(named -> !named.equals(Namespace.ALL) && !named.equals(Connection.MAIN))
                .collect(Collectors.toSet());
    }

    private static String namespaceOf(HeraldEvent event) {
        var connection = Observers.connection(event);
        return connection == null ? Connection.MAIN : connection.namespace();
    }
}
