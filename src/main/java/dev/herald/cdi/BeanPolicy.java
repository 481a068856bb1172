package dev.herald.cdi;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.Access;
import dev.herald.api.ChannelPolicy;
import dev.herald.api.PersonPrincipal;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.request.ErrorCode;
import dev.herald.request.Policy;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import dev.herald.request.Right;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the application's {@link ChannelPolicy}, on the container's threads, and waits a limited time for its answer. Any thread may
 * ask.
 */
public final class BeanPolicy implements Policy {

    private static final System.Logger LOG = System.getLogger(BeanPolicy.class.getName());

    private final LimitedLog overload = new LimitedLog(LOG);
    private final LimitedLog lateness = new LimitedLog(LOG);
    private final BeanFailures failures = new BeanFailures(LOG);
    private final ChannelPolicy bean;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final Duration timeout;
    private final RequestContext context;
    private final OrderedDispatcher<Question, Question> dispatcher;

    /** A question, whose answer may come later than that of the next. */
    private record Question(PersonPrincipal who, Right right, CompletableFuture<Access> answer) {

        String words() {
            return who.getName() + " is denied " + right.action() + " in channel " + right.channel();
        }
    }

    /**
     * @param executor lends at most so many threads
     * @param timer may have a single thread: nothing waits there
     * @param queue how many questions may wait for a thread
     * @param timeout how long one answer may take
     */
    public BeanPolicy(
            ChannelPolicy bean,
            Executor executor,
            ScheduledExecutorService timer,
            int threads,
            int queue,
            Duration timeout,
            RequestContext context) {
        this.bean = bean;
        this.executor = executor;
        this.timer = timer;
        this.timeout = timeout;
        this.context = context;
        this.dispatcher = new OrderedDispatcher<>(executor, threads, queue, (key, question) -> ask(question));
    }

    @Override
    public CompletionStage<Access> ask(PersonPrincipal who, Right right) {
        if (dispatcher.isFull()) {
            overload.log(
                    WARNING, "clients are denied what they ask for: too many questions wait for the channel policy");
            return CompletableFuture.failedStage(overloaded());
        }
        var question = new Question(who, right, new CompletableFuture<>());
        dispatcher.add(question, question);
        if (!question.answer().isDone()) {
            limit(question);
        }
        return question.answer();
    }

    private void limit(Question question) {
        try {
            var late =
                    timer.schedule(() -> elsewhere(() -> giveUp(question)), timeout.toMillis(), TimeUnit.MILLISECONDS);
            var unused = question.answer().whenComplete((access, failure) -> late.cancel(false));
        } catch (RejectedExecutionException e) {
            // The application goes down, and its clients with it.
            question.answer().completeExceptionally(overloaded());
        }
    }

    private void giveUp(Question question) {
        if (question.answer().completeExceptionally(overloaded())) {
            lateness.log(
                    WARNING,
                    () -> question.words() + ": " + bean.getClass().getName() + " has not answered within "
                            + timeout.toMillis() + " ms");
        }
    }

    private static RejectedException overloaded() {
        return new RejectedException(
                ErrorCode.OVERLOADED, "it takes too long to find out whether you may; try again later");
    }

    /** What follows from the answer is done after the bean's request context has ended. */
    private void ask(Question question) {
        var answer = new CompletableFuture<Access>();
        try {
            context.run(
                    question.who(),
                    () -> answer.complete(bean.decide(
                            question.who(),
                            question.right().action(),
                            question.right().channel())));
            answer(question, answer.join());
        } catch (RuntimeException | Error e) {
            fail(question, e);
        }
    }

    private void answer(Question question, @Nullable Access access) {
        if (access == null) {
            fail(question, new NullPointerException("the channel policy has answered null"));
        } else if (access instanceof Access.Later later) {
            var unused = later.answer()
                    .whenComplete((given, failure) -> elsewhere(() -> {
                        if (failure == null) {
                            answer(question, given);
                        } else {
                            fail(question, failure);
                        }
                    }));
        } else {
            question.answer().complete(access);
        }
    }

    private void fail(Question question, Throwable failure) {
        failures.log(bean.getClass(), question.words(), failure);
        question.answer()
                .completeExceptionally(new RejectedException(ErrorCode.APPLICATION_ERROR, Reply.Rejected.MISTAKE));
    }

    /** On another thread than the timer's or the application's, as what follows may wait for the log. */
    private void elsewhere(Runnable work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "no thread is free to go on with an answer of the channel policy", e);
            work.run();
        }
    }
}
