package dev.herald.cdi;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Authenticator;
import dev.herald.api.Credentials;
import dev.herald.api.Identity;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.request.Authentication;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Asks the application's {@link Authenticator}: at once, or on the container's threads. Any thread may call. */
public final class BeanAuthentication implements Authentication {

    private static final System.Logger LOG = System.getLogger(BeanAuthentication.class.getName());

    private final LimitedLog overload = new LimitedLog(LOG);
    private final BeanFailures failures = new BeanFailures(LOG);
    private final Authenticator bean;
    private final RequestContext context;
    private final OrderedDispatcher<CompletableFuture<Optional<Identity>>, Credentials> dispatcher;

    /**
     * @param executor lends at most so many threads
     * @param queue how many tokens may wait for a thread
     */
    public BeanAuthentication(Authenticator bean, Executor executor, int threads, int queue, RequestContext context) {
        this.bean = bean;
        this.context = context;
        this.dispatcher = new OrderedDispatcher<>(executor, threads, queue, this::answer);
    }

    @Override
    public boolean takesTokens() {
        return true;
    }

    @Override
    public Optional<Identity> authenticate(Credentials credentials) {
        var answer = new CompletableFuture<Optional<Identity>>();
        try {
            context.run(() -> answer.complete(bean.authenticate(credentials)));
            return answer.join();
        } catch (RuntimeException | Error e) {
            failures.log(
                    bean.getClass(),
                    "a client at " + credentials.handshake().remoteAddress()
                            + " is refused, as its token could not be checked",
                    e);
            throw new RejectedException(ErrorCode.APPLICATION_ERROR, Reply.Rejected.MISTAKE);
        }
    }

    @Override
    public CompletionStage<Optional<Identity>> authenticateLater(Credentials credentials) {
        if (dispatcher.isFull()) {
            overload.log(WARNING, "new tokens are not taken: too many wait to be checked");
            return CompletableFuture.failedStage(
                    new RejectedException(ErrorCode.OVERLOADED, "the server is overloaded; try again later"));
        }
        var answer = new CompletableFuture<Optional<Identity>>();
        dispatcher.add(answer, credentials);
        return answer;
    }

    private void answer(CompletableFuture<Optional<Identity>> answer, Credentials credentials) {
        try {
            answer.complete(authenticate(credentials));
        } catch (RejectedException e) {
            answer.completeExceptionally(e);
        }
    }
}
