package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Herald;
import dev.herald.api.News;
import dev.herald.api.PrivateMessage;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Publishes what beans fire: at once, or after the commit of the transaction that it is fired in. Threads that fire call it.
 */
@ApplicationScoped
public class CdiPublisher {

    private static final System.Logger LOG = System.getLogger(CdiPublisher.class.getName());

    @Inject
    Herald herald;

    /** Comes with the application's start. */
    void begin(@Observes @Initialized(ApplicationScoped.class) Object start, PushCatalogue catalogue) {
        catalogue.publishBy(this);
    }

    void publish(@Observes News news) {
        report(herald.news(news.data()));
    }

    void publishAsync(@ObservesAsync News news) {
        report(herald.news(news.data()));
    }

    void publish(@Observes PrivateMessage message) {
        report(herald.tell(message.to(), message.data()));
    }

    void publishAsync(@ObservesAsync PrivateMessage message) {
        report(herald.tell(message.to(), message.data()));
    }

    /** Publishes an object that a bean has fired. */
    void push(PushTarget target, Object object) {
        report(target.send(herald, object));
    }

    /** Who fires an event gets no receipt: the log is the only place where a failure is told. */
    private static void report(CompletionStage<Receipt> receipt) {
        var unused = receipt.whenComplete((r, failure) -> {
            if (failure != null) {
                var cause = failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
                log(cause);
            }
        });
    }

    private static void log(Throwable cause) {
        if (cause instanceof RefusedException refused && refused.reason() == RefusedException.Reason.ROLLED_BACK) {
            LOG.log(DEBUG, "an event that a bean fired was not published, as its transaction was rolled back");
        } else if (cause instanceof RefusedException refused) {
            LOG.log(WARNING, () -> "an event that a bean fired was not published: " + refused.getMessage());
        } else {
            LOG.log(ERROR, "an event that a bean fired was not published", cause);
        }
    }
}
