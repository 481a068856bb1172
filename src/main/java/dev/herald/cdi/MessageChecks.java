package dev.herald.cdi;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.MessageAttempt;
import dev.herald.api.PersonPrincipal;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.request.Asker;
import dev.herald.request.ErrorCode;
import dev.herald.request.Permission;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Has the application's observers examine each message that another permission allows, on the container's threads. Any thread may
 * ask.
 */
public final class MessageChecks implements Permission {

    private static final System.Logger LOG = System.getLogger(MessageChecks.class.getName());

    private final LimitedLog overload = new LimitedLog(LOG);
    private final BeanFailures failures = new BeanFailures(LOG);
    private final Permission first;
    private final ObserverCatalogue catalogue;
    private final RequestContext context;
    private final OrderedDispatcher<Object, Runnable> dispatcher;

    /**
     * @param first is asked before
     * @param executor lends at most so many threads
     * @param queue how many messages may wait to be examined
     */
    public MessageChecks(
            Permission first,
            Executor executor,
            int threads,
            int queue,
            ObserverCatalogue catalogue,
            RequestContext context) {
        this.first = first;
        this.catalogue = catalogue;
        this.context = context;
        this.dispatcher = new OrderedDispatcher<>(executor, threads, queue, (key, work) -> work.run());
    }

    @Override
    public CompletionStage<Decision> decide(Asker asker, Request request) {
        var decision = first.decide(asker, request);
        if (!catalogue.hasChecks()) {
            return decision;
        }
        var attempt = attempt(asker, request);
        var methods = attempt.map(catalogue::checks).orElse(List.of());
        return methods.isEmpty()
                ? decision
                : decision.thenCompose(decided -> decided instanceof Decision.Allowed
                        ? examine(asker, attempt.orElseThrow(), methods)
                        : CompletableFuture.completedStage(decided));
    }

    private static Optional<MessageAttempt> attempt(Asker asker, Request request) {
        if (request instanceof Request.Publish one) {
            return Optional.of(
                    new MessageAttempt(asker.visitor(), asker.connection(), one.event(), one.channel(), one.json()));
        } else if (request instanceof Request.Tell one) {
            var channel = ChannelName.ofUser(one.to());
            return Optional.of(
                    new MessageAttempt(asker.visitor(), asker.connection(), Request.PRIVATE, channel, one.json()));
        } else if (request instanceof Request.ToApplication one) {
            return Optional.of(new MessageAttempt(asker.visitor(), asker.connection(), one.event(), null, one.json()));
        }
        return Optional.empty();
    }

    private CompletionStage<Decision> examine(Asker asker, MessageAttempt attempt, List<ObserverMethod<?>> methods) {
        if (dispatcher.isFull()) {
            overload.log(WARNING, "messages of clients are refused: too many wait to be examined");
            return CompletableFuture.completedStage(
                    new Decision.Denied(ErrorCode.OVERLOADED, "the server is overloaded; try again later"));
        }
        var decision = new CompletableFuture<Decision>();
        dispatcher.add(asker, () -> decision.complete(ask(asker.visitor(), attempt, methods)));
        return decision;
    }

    private Decision ask(PersonPrincipal visitor, MessageAttempt attempt, List<ObserverMethod<?>> methods) {
        for (var method : methods) {
            try {
                notify(method, visitor, attempt);
            } catch (RuntimeException | Error e) {
                failures.log(
                        method.getBeanClass(),
                        "the message " + attempt.event() + " of "
                                + attempt.person().id() + " is refused, as an observer of message attempts failed",
                        e);
                return new Decision.Denied(Reply.Rejected.ofMistake(ErrorCode.APPLICATION_ERROR));
            }
            var refusal = attempt.refusal();
            if (refusal.isPresent()) {
                return new Decision.Denied(new Reply.Rejected(
                        ErrorCode.MESSAGE_REFUSED,
                        refusal.get().code(),
                        refusal.get().message(),
                        null));
            }
        }
        return new Decision.Allowed();
    }

    @SuppressWarnings("unchecked") // the catalogue gives only methods that observe attempts
    private void notify(ObserverMethod<?> method, PersonPrincipal visitor, MessageAttempt attempt) {
        context.run(visitor, () -> ((ObserverMethod<MessageAttempt>) method).notify(attempt));
    }
}
