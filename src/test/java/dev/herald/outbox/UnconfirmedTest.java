package dev.herald.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnconfirmedTest {

    private final OutboundBudget budget = new OutboundBudget(1_000, Runnable::run);
    private final OutboundBudget.Share share = budget.open(() -> {});
    private final Unconfirmed unconfirmed = new Unconfirmed(100, 400, 4, share);

    @Test
    void asksAfterEachPart() {
        unconfirmed.sent(1, 99);
        assertThat(unconfirmed.probe()).isZero();

        unconfirmed.sent(1, 1);
        assertThat(unconfirmed.probe()).isNotZero();
        assertThat(unconfirmed.probe()).isZero();
    }

    @Test
    void asksAfterSoManyMessagesToo() {
        unconfirmed.sent(25, 1);

        assertThat(unconfirmed.probe()).isNotZero();
    }

    @Test
    void countsWhatItHasAskedFor() {
        unconfirmed.sent(1, 99);
        assertThat(budget.bytes()).isZero();

        unconfirmed.sent(1, 51);
        var token = unconfirmed.probe();
        assertThat(budget.bytes()).isEqualTo(150);

        assertThat(unconfirmed.confirm(token)).isTrue();
        assertThat(budget.bytes()).isZero();
        assertThat(unconfirmed.bytes()).isZero();
    }

    @Test
    void isFullUntilAPartIsConfirmed() {
        unconfirmed.sent(1, 200);
        var token = unconfirmed.probe();
        unconfirmed.sent(1, 199);
        assertThat(unconfirmed.isFull()).isFalse();
        unconfirmed.sent(1, 1);
        assertThat(unconfirmed.isFull()).isTrue();

        unconfirmed.confirm(token);

        assertThat(unconfirmed.isFull()).isFalse();
    }

    @Test
    void isFullWhileItWaitsAndTheBudgetIsSpent() {
        share.add(1_000);
        assertThat(unconfirmed.isFull()).as("who owes nothing").isFalse();

        unconfirmed.sent(1, 100);
        var token = unconfirmed.probe();
        assertThat(unconfirmed.isFull()).isTrue();

        unconfirmed.confirm(token);
        assertThat(unconfirmed.isFull()).isFalse();
    }

    @Test
    void takesAPongForAllThatWasSentBeforeItsPing() {
        unconfirmed.sent(1, 100);
        var first = unconfirmed.probe();
        unconfirmed.sent(1, 100);
        var second = unconfirmed.probe();

        assertThat(unconfirmed.confirm(second)).isTrue();
        assertThat(unconfirmed.confirm(first)).isFalse();
        assertThat(unconfirmed.bytes()).isZero();
        assertThat(unconfirmed.isAsked()).isFalse();
    }

    @Test
    void takesNoOtherPong() {
        unconfirmed.sent(1, 100);
        var token = unconfirmed.probe();

        assertThat(unconfirmed.confirm(token + 2)).isFalse();
        assertThat(unconfirmed.confirm(0)).isFalse();
        assertThat(unconfirmed.isAsked()).isTrue();
    }

    @Test
    void countsNothingAfterItsEnd() {
        unconfirmed.sent(1, 100);
        unconfirmed.probe();

        unconfirmed.close();
        unconfirmed.sent(1, 100);

        assertThat(unconfirmed.probe()).isZero();
        assertThat(budget.bytes()).isZero();
    }
}
