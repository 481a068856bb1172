package dev.herald.cdi;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ConnectionAttempt;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.request.Admission;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.util.List;
import java.util.concurrent.Executor;

/** Asks the application's observer methods, on the container's threads, whether a client may connect. Any thread may call. */
public final class CdiAdmission implements Admission {

    private static final System.Logger LOG = System.getLogger(CdiAdmission.class.getName());

    private final ObserverCatalogue catalogue;
    private final RequestContext context;
    private final OrderedDispatcher<ConnectionAttempt, Runnable> dispatcher;

    public CdiAdmission(
            Executor executor, int threads, int queue, ObserverCatalogue catalogue, RequestContext context) {
        this.catalogue = catalogue;
        this.context = context;
        this.dispatcher = new OrderedDispatcher<>(executor, threads, queue, (attempt, work) -> work.run());
    }

    @Override
    public void examine(ConnectionAttempt attempt, Runnable then) {
        var examiners = catalogue.examiners(attempt.namespace());
        if (examiners.isEmpty()) {
            then.run();
        } else if (dispatcher.isFull()) {
            LOG.log(WARNING, "connections are turned away: too many wait to be examined");
            attempt.refuse("the server is overloaded; try again later");
            then.run();
        } else {
            dispatcher.add(attempt, () -> {
                ask(examiners, attempt);
                then.run();
            });
        }
    }

    private void ask(List<ObserverMethod<?>> examiners, ConnectionAttempt attempt) {
        for (var method : examiners) {
            if (attempt.refusal().isEmpty()) {
                ask(method, attempt);
            }
        }
    }

    @SuppressWarnings("unchecked") // the catalogue gives only methods that observe attempts
    private void ask(ObserverMethod<?> method, ConnectionAttempt attempt) {
        try {
            context.run(() -> ((ObserverMethod<ConnectionAttempt>) method).notify(attempt));
        } catch (RuntimeException | Error e) {
            LOG.log(
                    ERROR,
                    () -> "an observer of connection attempts in "
                            + method.getBeanClass().getName() + " threw; "
                            + attempt.person().id() + " is refused",
                    e);
            attempt.refuse("the server made a mistake; try again later");
        }
    }
}
