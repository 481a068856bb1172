package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.DocumentChanged;
import dev.herald.api.DocumentChanged.Kind;
import dev.herald.api.Envelope;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Published;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.document.Change;
import dev.herald.document.ChangeMessage;
import dev.herald.hub.Observers;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Calls the application's observer methods, on the container's threads: for the events of one connection, and for the messages of one
 * channel, one at a time and in order. Any thread may tell of an event, also under a lock, as nothing is called there.
 */
public final class CdiObservers implements Observers, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(CdiObservers.class.getName());

    /** How long a thread waits for the next event: with some containers, getting a thread costs more than most events. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** How long an undeployment waits for observers that are called, or are to be. */
    private static final Duration LAST_CALLS = Duration.ofSeconds(2);

    private final BeanFailures failures = new BeanFailures(LOG);
    private final ObserverCatalogue catalogue;
    private final RequestContext context;
    private volatile boolean closed;
    private final OrderedDispatcher<Object, HeraldEvent> dispatcher;

    public CdiObservers(
            Executor executor, int threads, int queue, ObserverCatalogue catalogue, RequestContext context) {
        this.catalogue = catalogue;
        this.context = context;
        this.dispatcher = new OrderedDispatcher<>(executor, threads, queue, LINGER, (key, event) -> call(event));
    }

    @Override
    public boolean areBehind() {
        return dispatcher.isFull();
    }

    @Override
    public boolean isObserved(HeraldEvent event) {
        return !catalogue.of(event).isEmpty();
    }

    @Override
    public Collection<String> observedNames(String namespace) {
        return catalogue.names(namespace);
    }

    @Override
    public void tell(HeraldEvent event) {
        if (!closed && (isObserved(event) || !ofDocument(event).isEmpty())) {
            dispatcher.add(key(event), event);
        }
    }

    /** Who observes what the event says of a document, if it does. A message of a document's channel is a change of the document. */
    private List<ObserverMethod<?>> ofDocument(HeraldEvent event) {
        var channel = event instanceof Published published ? published.message().channel() : null;
        return channel == null
                ? List.of()
                : channel.document().map(catalogue::ofDocument).orElse(List.of());
    }

    /** Events of one key are observed one after another: those of a connection, and those of a channel. */
    private static Object key(HeraldEvent event) {
        var connection = Observers.connection(event);
        return connection == null
                ? Objects.requireNonNull(((Published) event).message().channel(), "what is published has a channel")
                : connection.id();
    }

    /** Waits a little for the observers of what has happened; what happens later is not observed. */
    @Override
    public void close() {
        if (!closed && !dispatcher.finish(LAST_CALLS)) {
            LOG.log(WARNING, "the application goes down before its observers have seen all that happened");
        }
        closed = true;
    }

    private void call(HeraldEvent event) {
        if (!closed) {
            catalogue.of(event).forEach(method -> call(method, event));
            callOfDocument(event);
        }
    }

    private void callOfDocument(HeraldEvent event) {
        var methods = ofDocument(event);
        if (!methods.isEmpty() && event instanceof Published published) {
            changed(published.message()).ifPresent(change -> methods.forEach(method -> call(method, change)));
        }
    }

    private static Optional<DocumentChanged> changed(Envelope message) {
        var name = Objects.requireNonNull(message.channel(), "what is published has a channel")
                .document()
                .orElseThrow();
        return ChangeMessage.of(message).map(said -> {
            var position = Objects.requireNonNull(message.position(), "a change is in the log");
            var kind = said.change() instanceof Change.Merge ? Kind.MERGE : Kind.PATCH;
            return new DocumentChanged(
                    name,
                    position.offset(),
                    position.epoch(),
                    message.from(),
                    said.at(),
                    said.id(),
                    kind,
                    said.change().json());
        });
    }

    @SuppressWarnings("unchecked") // the catalogue gives only methods that observe this event
    private void call(ObserverMethod<?> method, HeraldEvent event) {
        try {
            var connection = Observers.connection(event);
            Runnable call = () -> ((ObserverMethod<HeraldEvent>) method).notify(event);
            if (connection == null) {
                context.run(call);
            } else {
                context.run(connection.principal(), call);
            }
        } catch (RuntimeException | Error e) {
            if (closed) {
                LOG.log(DEBUG, "a bean was destroyed while its observer ran", e);
                return;
            }
            failures.log(
                    method.getBeanClass(),
                    "an observer of " + event.getClass().getSimpleName()
                            + " failed; the others are called all the same",
                    e);
        }
    }
}
