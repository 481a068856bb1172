package dev.herald.cdi;

import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Published;
import dev.herald.api.Received;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.hub.Observers;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Calls the application's observer methods: in order for each connection and each channel, on the container's threads. */
public final class CdiObservers implements Observers {

    private static final System.Logger LOG = System.getLogger(CdiObservers.class.getName());

    /** How long a thread waits for more: with some containers, asking for one costs more than most events. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final ObserverCatalogue catalogue;
    private final RequestContext context;
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
    public void tell(HeraldEvent event) {
        if (isObserved(event)) {
            dispatcher.add(key(event), event);
        }
    }

    /** Events of one key are observed one after another. */
    private static Object key(HeraldEvent event) {
        if (event instanceof Connected e) {
            return e.connection().id();
        } else if (event instanceof Disconnected e) {
            return e.connection().id();
        } else if (event instanceof Joined e) {
            return e.connection().id();
        } else if (event instanceof Left e) {
            return e.connection().id();
        } else if (event instanceof Received e) {
            return e.connection().id();
        }
        return Objects.requireNonNull(((Published) event).message().channel(), "what is published has a channel");
    }

    private void call(HeraldEvent event) {
        for (var method : catalogue.of(event)) {
            context.run(() -> call(method, event));
        }
    }

    @SuppressWarnings("unchecked") // the catalogue gives only methods that observe this event
    private static void call(ObserverMethod<?> method, HeraldEvent event) {
        try {
            ((ObserverMethod<HeraldEvent>) method).notify(event);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            LOG.log(
                    ERROR,
                    () -> "an observer of " + event.getClass().getSimpleName() + " in "
                            + method.getBeanClass().getName() + " threw; the others are called all the same",
                    e);
        }
    }
}
