package dev.herald.cdi;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Credentials;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.request.Admission;
import dev.herald.request.Authentication;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.json.Json;
import jakarta.json.JsonString;
import java.util.List;
import java.util.concurrent.Executor;

/** Finds out whose a token is, and asks the application's observer methods, on the container's threads, whether a client may connect. Any thread may call. */
public final class CdiAdmission implements Admission {

    private static final System.Logger LOG = System.getLogger(CdiAdmission.class.getName());

    /** The token in {@code auth}. */
    private static final String TOKEN = "token";

    private final LimitedLog overload = new LimitedLog(LOG);
    private final BeanFailures failures = new BeanFailures(LOG);
    private final ObserverCatalogue catalogue;
    private final Authentication authentication;
    private final RequestContext context;
    private final OrderedDispatcher<ConnectionAttempt, Runnable> dispatcher;

    public CdiAdmission(
            Executor executor,
            int threads,
            int queue,
            ObserverCatalogue catalogue,
            Authentication authentication,
            RequestContext context) {
        this.catalogue = catalogue;
        this.authentication = authentication;
        this.context = context;
        this.dispatcher = new OrderedDispatcher<>(executor, threads, queue, (attempt, work) -> work.run());
    }

    @Override
    public void examine(ConnectionAttempt attempt, Runnable then) {
        var examiners = catalogue.examiners(attempt.namespace());
        var hasToken = authentication.takesTokens() && attempt.auth().containsKey(TOKEN);
        if (examiners.isEmpty() && !hasToken) {
            then.run();
        } else if (dispatcher.isFull()) {
            overload.log(WARNING, "connections are turned away: too many wait to be examined");
            attempt.refuse("the server is overloaded; try again later");
            then.run();
        } else {
            dispatcher.add(attempt, () -> {
                if (hasToken) {
                    authenticate(attempt);
                }
                ask(examiners, attempt);
                then.run();
            });
        }
    }

    private void authenticate(ConnectionAttempt attempt) {
        try {
            var token = attempt.auth().get(TOKEN) instanceof JsonString text ? text.getString() : "";
            authentication
                    .authenticate(new Credentials(token, attempt.handshake()))
                    .ifPresentOrElse(attempt::identify, () -> refuse(attempt, "the token is not valid"));
        } catch (IllegalArgumentException e) {
            LOG.log(DEBUG, "a token cannot be used", e);
            refuse(attempt, "the token cannot be used");
        } catch (RejectedException e) {
            attempt.refuse(String.valueOf(e.getMessage()));
        }
    }

    private static void refuse(ConnectionAttempt attempt, String sentence) {
        var data = Json.createObjectBuilder()
                .add("code", ErrorCode.UNAUTHORIZED.code())
                .add("message", sentence);
        attempt.refuse(ErrorCode.UNAUTHORIZED.code(), data.build());
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
            context.run(attempt.principal(), () -> ((ObserverMethod<ConnectionAttempt>) method).notify(attempt));
        } catch (RuntimeException | Error e) {
            failures.log(
                    method.getBeanClass(),
                    attempt.person().id() + " is refused, as an observer of connection attempts failed",
                    e);
            attempt.refuse(Reply.Rejected.MISTAKE);
        }
    }
}
