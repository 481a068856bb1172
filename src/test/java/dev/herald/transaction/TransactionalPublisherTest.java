package dev.herald.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.testing.NoObservers;
import jakarta.transaction.Synchronization;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class TransactionalPublisherTest {

    private static final ChannelName ORDERS = new ChannelName("orders");

    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(20_000, 1_000_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            new NoObservers(),
            new HubLimits(100, 10, 100),
            Clock.systemUTC(),
            Runnable::run);
    private final FakeTransactions transactions = new FakeTransactions();
    private final TransactionalPublisher publisher = new TransactionalPublisher(hub, transactions);

    private CompletionStage<Receipt> publish(String json) {
        return publisher.publish(new Draft(ORDERS, "created", null, null, json, null));
    }

    private List<String> published() {
        return hub.latest(ORDERS, 20_000).stream().map(Envelope::json).toList();
    }

    private static void assertRolledBack(CompletionStage<?> stage) {
        assertThat(stage.toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .asInstanceOf(InstanceOfAssertFactories.type(RefusedException.class))
                .extracting(RefusedException::reason)
                .isEqualTo(RefusedException.Reason.ROLLED_BACK);
    }

    @Test
    void outsideOfATransactionItIsPublishedAtOnce() {
        assertThat(publish("1")).isCompleted();

        assertThat(published()).containsExactly("1");
    }

    @Test
    void nothingIsPublishedBeforeTheCommitAndThenAllInTheOrderOfTheCalls() {
        transactions.begin();
        var first = publish("1");
        var second = publish("2");

        assertThat(published()).isEmpty();
        assertThat(first).isNotDone();

        transactions.commit();

        assertThat(published()).containsExactly("1", "2");
        assertThat(first.toCompletableFuture().join().position().offset()).isEqualTo(1);
        assertThat(second.toCompletableFuture().join().position().offset()).isEqualTo(2);
    }

    @Test
    void nothingIsPublishedAfterARollback() {
        transactions.begin();
        var first = publish("1");
        transactions.rollBack();

        assertThat(published()).isEmpty();
        assertRolledBack(first);
        assertThat(publish("2")).isCompleted();
        assertThat(published()).containsExactly("2");
    }

    @Test
    void whatIsPublishedAfterTheTransactionWasMarkedForRollbackIsRefusedAtOnce() {
        transactions.begin();
        var before = publish("1");
        transactions.setRollbackOnly();

        assertRolledBack(publish("2"));
        assertThat(before).isNotDone();

        transactions.commit();

        assertRolledBack(before);
        assertThat(published()).isEmpty();
    }

    @Test
    void transactionsOfDifferentThreadsDoNotMeet() throws Exception {
        transactions.begin();
        publish("mine");
        var other = new Thread(() -> {
            transactions.begin();
            publish("theirs");
            transactions.commit();
        });
        other.start();
        other.join();

        assertThat(published()).containsExactly("theirs");
        transactions.commit();
        assertThat(published()).containsExactly("theirs", "mine");
    }

    @Test
    void whatIsVolatileOrDoneByHandWaitsAsWell() {
        var done = new ArrayList<String>();
        transactions.begin();
        var unlogged = publisher.deliverUnlogged(new Draft(ORDERS, "moved", null, null, "1", null));
        publisher.afterCommit(1, () -> CompletableFuture.completedStage(done.add("sent")));
        assertThat(done).isEmpty();
        assertThat(unlogged.toCompletableFuture()).isNotDone();

        transactions.commit();

        assertThat(done).containsExactly("sent");
        assertThat(unlogged.toCompletableFuture()).isCompleted();
    }

    @Test
    void whatIsPublishedWhileTheTransactionCompletesGoesOutWithIt() {
        transactions.begin();
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                publish("late");
            }

            @Override
            public void afterCompletion(int status) {
                // Its transaction has no part any more in what it publishes.
                publish("after");
            }
        });
        transactions.commit();

        assertThat(published()).containsExactlyInAnyOrder("late", "after");
    }

    @Test
    void aTransactionThatWasGivenUpMeanwhileTakesNothingMore() {
        transactions.begin();
        var before = publish("1");
        transactions.giveUp();

        assertRolledBack(before);
        assertRolledBack(publish("2"));
        assertThat(published()).isEmpty();
    }

    @Test
    void oneThatFailsAfterTheCommitKeepsNoOtherBack() {
        transactions.begin();
        var failing = publisher.afterCommit(1, () -> {
            throw new IllegalStateException("it always throws");
        });
        publish("1");
        transactions.commit();

        assertThat(failing.toCompletableFuture()).isCompletedExceptionally();
        assertThat(published()).containsExactly("1");
    }

    @Test
    void aTransactionTakesSoManyMessagesAndTheNextIsAnErrorOfTheCaller() {
        transactions.begin();
        for (var n = 0; n < TransactionMessages.MAX_MESSAGES; n++) {
            publish("1");
        }

        assertThatIllegalStateException().isThrownBy(() -> publish("2")).withMessageContaining("10000 messages");

        transactions.rollBack();
        transactions.begin();
        publish("x".repeat((int) TransactionMessages.MAX_SIZE + 1));
        assertThatIllegalStateException().isThrownBy(() -> publish("2"));
        transactions.rollBack();
        assertThat(published()).isEmpty();
    }
}
