package dev.herald.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.testing.ErrorLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboundBudgetTest {

    private final ErrorLog log = new ErrorLog(OutboundBudget.class);
    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final List<String> closed = new ArrayList<>();
    private long now = 1_000;
    private boolean hasThreads = true;
    private final OutboundBudget budget = new OutboundBudget(
            1_000,
            task -> {
                if (!hasThreads) {
                    throw new RejectedExecutionException("no thread");
                }
                executor.add(task);
            },
            () -> now);

    @AfterEach
    void stopListening() {
        log.close();
    }

    /** A client that is closed when it fell behind. */
    private final class Client {

        private final OutboundBudget.Share share;
        private long bytes;

        Client(String name) {
            share = budget.open(() -> {
                closed.add(name);
                share().remove(bytes);
                share().close();
            });
        }

        private OutboundBudget.Share share() {
            return share;
        }

        Client waitsFor(long more) {
            bytes += more;
            share.add(more);
            return this;
        }
    }

    private void relieve() {
        budget.relieve();
        while (!executor.isEmpty()) {
            executor.remove().run();
        }
    }

    @Test
    void closesNobodyWhileItHasRoom() {
        new Client("a").waitsFor(999);

        relieve();

        assertThat(budget.isSpent()).isFalse();
        assertThat(closed).isEmpty();
    }

    @Test
    void closesWhoIsFurthestBehindUntilAQuarterIsFree() {
        new Client("little").waitsFor(100);
        new Client("much").waitsFor(700);
        new Client("some").waitsFor(200);

        relieve();

        assertThat(closed).containsExactly("much");
        assertThat(budget.bytes()).isEqualTo(300);
        assertThat(log.warnings())
                .containsExactly(
                        "clients that read too slowly are closed, 1 at once: 1000 bytes waited for all clients,"
                                + " and herald.outbound.bytes is 1000");
    }

    @Test
    void warnsOnceInAWhile() {
        new Client("a").waitsFor(1_000);
        relieve();
        new Client("b").waitsFor(1_000);
        relieve();

        assertThat(closed).containsExactly("a", "b");
        assertThat(log.warnings()).hasSize(1);
    }

    @Test
    void closesWhoHasBeenBehindForLongBeforeWhoHasJustBegunTo() {
        new Client("long").waitsFor(300);
        now += 1_000_000;
        new Client("new").waitsFor(700);
        now += 1_000;

        relieve();

        assertThat(closed).containsExactly("long");
    }

    @Test
    void sparesWhoMakesProgress() {
        var reader = new Client("reader").waitsFor(600);
        new Client("stuck").waitsFor(500);
        now += 1_000_000;
        reader.share.remove(100);
        reader.bytes -= 100;
        now += 1_000;

        relieve();

        assertThat(closed).containsExactly("stuck");
    }

    @Test
    void closesOnTheExecutorOnceAtATime() {
        new Client("a").waitsFor(1_000);

        budget.relieve();
        budget.relieve();

        assertThat(closed).isEmpty();
        assertThat(executor).hasSize(1);
    }

    @Test
    void asksForAThreadAgainWhenItGotNone() {
        new Client("a").waitsFor(1_000);
        hasThreads = false;
        relieve();
        assertThat(closed).isEmpty();

        hasThreads = true;
        relieve();

        assertThat(closed).containsExactly("a");
    }

    @Test
    void goesOnWhenOneClientCannotBeClosed() {
        budget.open(() -> {
                    throw new IllegalStateException("cannot be closed");
                })
                .add(2_000);
        now += 1_000_000;
        new Client("b").waitsFor(600);

        relieve();

        assertThat(closed).containsExactly("b");
        assertThat(budget.bytes()).isEqualTo(2_000);
        assertThat(log.lines()).containsExactly("a client that reads too slowly could not be closed");
    }

    @Test
    void isAtLeastOneByte() {
        assertThatThrownBy(() -> new OutboundBudget(0, Runnable::run)).isInstanceOf(IllegalArgumentException.class);
    }
}
