package dev.herald.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final OutboundBudget budget = new OutboundBudget(1_000, Runnable::run);
    private final OutboundBudget.Share share = budget.open(() -> {});
    private final Outbox<Item> outbox = new Outbox<>(4, 100, share);

    private record Item(int size, boolean isShared) implements Outbox.Message {

        @Override
        public int ownSize() {
            return isShared ? 0 : size;
        }
    }

    private static Item own(int size) {
        return new Item(size, false);
    }

    private static Item shared(int size) {
        return new Item(size, true);
    }

    @Test
    void takesSoManyMessages() {
        assertThat(IntStream.range(0, 5).mapToObj(n -> outbox.offer(own(1))))
                .containsExactly(true, true, true, true, false);
        assertThat(outbox.takeAll()).hasSize(4);
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void takesSoManyBytes() {
        assertThat(outbox.offer(own(60))).isTrue();
        assertThat(outbox.offer(own(41))).isFalse();
        assertThat(outbox.offer(own(40))).isTrue();
    }

    @Test
    void takesAnyOneMessageWhenNothingWaits() {
        assertThat(outbox.offer(own(5_000))).isTrue();
        assertThat(outbox.offer(own(1))).isFalse();
    }

    @Test
    void takesHalfOfItOfWhatCanWaitElsewhere() {
        assertThat(IntStream.range(0, 3).mapToObj(n -> outbox.offerToHalf(own(1))))
                .containsExactly(true, true, false);
        assertThat(outbox.offer(own(1))).isTrue();
    }

    @Test
    void takesOneReplayedMessageAtATimeWhileTheBudgetIsSpent() {
        share.add(1_000);

        assertThat(outbox.offerToHalf(own(1))).isTrue();
        assertThat(outbox.offerToHalf(own(1))).isFalse();
        assertThat(outbox.offer(own(1))).as("what cannot wait elsewhere").isTrue();
        outbox.takeAll();
        assertThat(outbox.isDrained()).isTrue();
    }

    @Test
    void takesWhatMustNotBeRefused() {
        IntStream.range(0, 4).forEach(n -> outbox.offer(own(1)));

        outbox.add(own(1));

        assertThat(outbox.takeAll()).hasSize(5);
    }

    @Test
    void givesMessagesInTheirOrder() {
        outbox.offer(own(1));
        outbox.offer(own(2));
        outbox.offer(own(3));

        assertThat(outbox.take()).isEqualTo(own(1));
        assertThat(outbox.takeAll()).isEqualTo(List.of(own(2), own(3)));
    }

    @Test
    void isDrainedOnceAfterARefusalWhenAQuarterWaits() {
        IntStream.range(0, 5).forEach(n -> outbox.offer(own(1)));

        outbox.take();
        outbox.take();
        assertThat(outbox.isDrained()).isFalse();
        outbox.take();
        assertThat(outbox.isDrained()).isTrue();
        assertThat(outbox.isDrained()).isFalse();
    }

    @Test
    void isNotDrainedWhenNothingWasRefused() {
        outbox.offer(own(1));
        outbox.take();

        assertThat(outbox.isDrained()).isFalse();
    }

    @Test
    void countsWhatStaysAndNotWhatIsTakenAtOnce() {
        outbox.offer(own(10));
        assertThat(budget.bytes()).isZero();

        outbox.count();
        outbox.count();
        assertThat(budget.bytes()).isEqualTo(10);

        outbox.offer(own(20));
        assertThat(budget.bytes()).isEqualTo(30);
    }

    @Test
    void countsWhatIsOfferedBehindAnother() {
        outbox.offer(own(10));
        outbox.offer(own(20));

        assertThat(budget.bytes()).isEqualTo(30);
        outbox.take();
        assertThat(budget.bytes()).isEqualTo(20);
        outbox.take();
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void doesNotCountWhatOthersWaitForAsWell() {
        outbox.offer(shared(10));
        outbox.offer(own(20));
        outbox.offer(shared(30));

        assertThat(budget.bytes()).isEqualTo(20);
        outbox.takeAll();
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void countsNothingAndTakesNothingAfterItsEnd() {
        outbox.offer(own(10));
        outbox.offer(own(10));

        outbox.close();

        assertThat(outbox.offer(own(1))).isFalse();
        assertThat(outbox.isEmpty()).isTrue();
        assertThat(budget.bytes()).isZero();
    }
}
