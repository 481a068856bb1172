package dev.herald.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class PollingTest {

    private final Diary diary = new Diary();
    private final EngineServer server = new EngineServer(
            EngineSettings.DEFAULT, (session, principal) -> diary, new FakeTimer().asExecutor(), Runnable::run);
    private final EngineSession session =
            server.open(EngineSettings.POLLING, null).orElseThrow();

    /** What one of the container's threads would do. */
    private final Queue<Runnable> unwritten = new ArrayDeque<>();

    PollingTest() {
        session.poll(new FakePoll());
    }

    private FakeExchange get() {
        var exchange = new FakeExchange("GET", "");
        new Polling(session, exchange.request(), unwritten::add).begin();
        return exchange;
    }

    private void say(String text) {
        session.offer(Outgoing.of(new EnginePacket.Message(text)));
        session.flush();
    }

    private void assertThatAnotherGetWaits() {
        var next = get();
        assertThat(next.asyncStarted).isTrue();
        assertThat(next.completions).isZero();
    }

    @Test
    void endsWithItsSessionWhenItsClientGoesAwayWhileItWaits() throws Exception {
        var exchange = get();

        exchange.abort();

        assertThat(exchange.completions).isOne();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        assertThat(unwritten).isEmpty();
    }

    @Test
    void endsWithItsSessionWhenItsClientGoesAwayBeforeTheAnswerIsWritten() throws Exception {
        var exchange = get();
        say("precious");

        exchange.abort();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        assertThat(exchange.completions).isOne();
        unwritten.remove().run();

        assertThat(exchange.completions).isOne();
        assertThat(exchange.body()).isEmpty();
    }

    @Test
    void endsWithoutItsSessionWhenNothingIsLostWithTheAnswer() throws Exception {
        var exchange = get();
        session.releaseGet();

        exchange.abort();
        unwritten.remove().run();

        assertThat(exchange.completions).isOne();
        assertThat(diary.ends).isEmpty();
        assertThatAnotherGetWaits();
    }

    @Test
    void isOverWhenItHasBeenAnswered() throws Exception {
        var exchange = get();
        say("taken");
        unwritten.remove().run();

        exchange.abort();

        assertThat(exchange.completions).isOne();
        assertThat(exchange.answer()).isEqualTo("200 text/plain; charset=UTF-8 4taken");
        assertThat(diary.ends).isEmpty();
        assertThatAnotherGetWaits();
    }

    @Test
    void endsOnceWhenTheAnswerFailsAndTheContainerSaysSoToo() throws Exception {
        var exchange = get().answerFails();
        say("precious");
        unwritten.remove().run();

        exchange.abort();

        assertThat(exchange.completions).isOne();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void endsItsSessionWhenItsClientHasGoneAwayJustBeforeItIsAnswered() throws Exception {
        var exchange = new FakeExchange("GET", "");
        var polling = new Polling(session, exchange.request(), unwritten::add);
        exchange.abort();
        assertThat(diary.ends).isEmpty();

        polling.answer(List.of(Outgoing.of(new EnginePacket.Message("precious"))));

        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        assertThat(exchange.completions).isOne();
        assertThat(unwritten).isEmpty();
    }

    @Test
    void leavesNoGetBehindForAClientThatGoesAwayFromEach() throws Exception {
        for (var n = 0; n < 20; n++) {
            var exchange = get();
            session.releaseGet();
            exchange.abort();
        }

        assertThat(diary.ends).isEmpty();
        assertThat(session.beginGet()).isTrue();
    }
}
