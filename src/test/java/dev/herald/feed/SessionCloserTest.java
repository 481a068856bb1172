package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class SessionCloserTest {

    private final FakeSession session = new FakeSession();
    private final Queue<Runnable> otherThreads = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final SessionCloser onPayara = new SessionCloser(session.session(), otherThreads::add, true);

    @Test
    void closesOnAnotherThreadWhereTheServerAllowsThat() {
        var closer = new SessionCloser(session.session(), otherThreads::add);

        closer.close(this::closing);

        assertThat(done).isEmpty();
        runOtherThreads();
        assertThat(done).containsExactly("closed");
        assertThat(session.pings()).isEmpty();
        assertThat(closer.isWaiting(System.nanoTime())).isFalse();
    }

    @Test
    void asksForAPongAndClosesOnTheThreadThatBringsIt() {
        onPayara.close(this::closing);
        runOtherThreads();
        assertThat(session.pings()).hasSize(1);
        assertThat(done).isEmpty();
        assertThat(onPayara.isWaiting(System.nanoTime())).isTrue();

        onPayara.whileReading(() -> done.add("took a pong"));

        assertThat(done).containsExactly("took a pong", "closed");
        onPayara.whileReading(() -> done.add("took more"));
        assertThat(done).containsExactly("took a pong", "closed", "took more");
        assertThat(onPayara.isWaiting(System.nanoTime())).isFalse();
        assertThat(otherThreads).isEmpty();
    }

    @Test
    void needsNoPongWhenItReads() {
        onPayara.whileReading(() -> {
            onPayara.close(this::closing);
            done.add("took a message");
        });

        assertThat(done).containsExactly("took a message", "closed");
        assertThat(otherThreads).isEmpty();
        assertThat(session.pings()).isEmpty();
    }

    @Test
    void closesWhenTakingWhatWasReadFails() {
        assertThatThrownBy(() -> onPayara.whileReading(() -> {
                    onPayara.close(this::closing);
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(done).containsExactly("closed");
    }

    @Test
    void givesUpAPeerThatSendsNothing() {
        onPayara.close(this::closing);
        runOtherThreads();

        assertThat(onPayara.isWaiting(System.nanoTime() + SessionCloser.PATIENCE.toNanos()))
                .isFalse();

        assertThat(done).isEmpty();
        runOtherThreads();
        assertThat(done).containsExactly("closed");
    }

    @Test
    void leavesTheClosingToAThreadThatReadsForLong() {
        onPayara.close(this::closing);

        onPayara.whileReading(() -> assertThat(onPayara.isWaiting(System.nanoTime() + SessionCloser.PATIENCE.toNanos()))
                .isTrue());

        assertThat(done).containsExactly("closed");
    }

    @Test
    void closesAtOnceWhenTheServerGoesDown() {
        onPayara.close(this::closing);

        onPayara.closeNow();
        onPayara.closeNow();

        assertThat(done).containsExactly("closed");
    }

    private void closing() {
        done.add("closed");
    }

    private void runOtherThreads() {
        while (!otherThreads.isEmpty()) {
            otherThreads.remove().run();
        }
    }
}
