package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Access;
import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.ChannelPolicy;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import dev.herald.request.Right;
import dev.herald.testing.ErrorLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BeanPolicyTest {

    private static final int QUEUE = 3;
    private static final PersonPrincipal ANN = new PersonPrincipal(new Person("ann", "Ann"));
    private static final Right RIGHT = new Right(Action.PUBLISH, new ChannelName("orders"));

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    /** Threads that the container has not given yet. */
    private final Queue<Runnable> threads = new ArrayDeque<>();

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    private BeanPolicy policy(ChannelPolicy bean, Duration timeout) {
        return new BeanPolicy(bean, threads::add, timer, 1, QUEUE, timeout, new NoRequestContext());
    }

    private BeanPolicy policy(ChannelPolicy bean) {
        return policy(bean, Duration.ofMinutes(1));
    }

    private void giveThreads() {
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    private static ErrorCode rejection(CompletionStage<Access> answer) {
        return answer.handle((access, failure) ->
                        ((RejectedException) failure).reply().code())
                .toCompletableFuture()
                .join();
    }

    @Test
    void asksOnTheContainersThreads() {
        var answer = policy((who, action, channel) -> Access.deny(who.getName() + " " + action + " " + channel))
                .ask(ANN, RIGHT);
        assertThat(answer.toCompletableFuture()).isNotDone();

        giveThreads();

        assertThat(answer.toCompletableFuture())
                .isCompletedWithValue(new Access.Denied("channel-forbidden", "ann PUBLISH orders"));
    }

    @Test
    void goesOnOnTheContainersThreadsWhenAStageAnswersLater() {
        var stage = new CompletableFuture<Access>();
        var answer = policy((who, action, channel) -> Access.later(stage)).ask(ANN, RIGHT);
        giveThreads();

        stage.complete(Access.allow());
        assertThat(answer.toCompletableFuture()).isNotDone();
        giveThreads();

        assertThat(answer.toCompletableFuture()).isCompletedWithValue(Access.allow());
    }

    @Test
    void deniesWithOneLineWhenTheBeanFails() {
        ChannelPolicy throwing = (who, action, channel) -> {
            throw new LinkageError("of the application");
        };
        ChannelPolicy failing = (who, action, channel) ->
                Access.later(CompletableFuture.failedStage(new IllegalStateException("no service")));
        ChannelPolicy silent = (who, action, channel) -> null;

        for (var bean : new ChannelPolicy[] {throwing, failing, silent}) {
            try (var errors = new ErrorLog(BeanPolicy.class)) {
                var answer = policy(bean).ask(ANN, RIGHT);
                giveThreads();

                assertThat(rejection(answer)).isEqualTo(ErrorCode.APPLICATION_ERROR);
                assertThat(errors.lines())
                        .singleElement()
                        .asString()
                        .contains("ann is denied PUBLISH in channel orders");
            }
        }
    }

    @Test
    void saysOnceInAWhileThatTheBeanFailsHoweverManyAsk() {
        try (var errors = new ErrorLog(BeanPolicy.class)) {
            var policy = policy((who, action, channel) -> {
                throw new IllegalStateException("no\nservice");
            });
            for (var n = 0; n < 100; n++) {
                var answer = policy.ask(ANN, RIGHT);
                giveThreads();

                assertThat(rejection(answer)).isEqualTo(ErrorCode.APPLICATION_ERROR);
            }

            assertThat(errors.lines())
                    .singleElement()
                    .asString()
                    .contains("ann is denied PUBLISH in channel orders", "IllegalStateException: no service");
            assertThat(errors.stackTraces()).isEqualTo(1);
        }
    }

    @Test
    void deniesWithOneLineWhenTheAnswerTakesTooLong() {
        try (var errors = new ErrorLog(BeanPolicy.class)) {
            var stage = new CompletableFuture<Access>();
            var late = new BeanPolicy(
                    (who, action, channel) -> Access.later(stage),
                    Runnable::run,
                    timer,
                    1,
                    QUEUE,
                    Duration.ofMillis(20),
                    new NoRequestContext());
            var answer = late.ask(ANN, RIGHT);

            Awaitility.await().until(answer.toCompletableFuture()::isDone);
            assertThat(rejection(answer)).isEqualTo(ErrorCode.OVERLOADED);
            stage.complete(Access.allow());
            assertThat(rejection(answer)).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(errors.warnings()).singleElement().asString().contains("has not answered within 20 ms");
        }
    }

    @Test
    void deniesWhenTooManyQuestionsWait() {
        try (var errors = new ErrorLog(BeanPolicy.class)) {
            var policy = policy((who, action, channel) -> Access.allow());
            for (var n = 0; n < QUEUE; n++) {
                policy.ask(ANN, RIGHT);
            }

            assertThat(rejection(policy.ask(ANN, RIGHT))).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(errors.warnings()).hasSize(1);
            giveThreads();
            assertThat(policy.ask(ANN, RIGHT).toCompletableFuture().isCompletedExceptionally())
                    .isFalse();
        }
    }
}
