package dev.herald.engine;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.engine.EnginePacket.Message;
import dev.herald.outbox.OutboundBudget;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** No more is sent by WebSocket than the client confirms, and what it owes counts in the budget. */
class ConfirmationTest {

    private static final int PROBED = 16_384;
    private static final int WINDOW = 4 * PROBED;
    private static final EngineSettings SETTINGS =
            EngineSettings.DEFAULT.toBuilder().queuedBytes(WINDOW).build();

    private final FakeTimer timer = new FakeTimer();
    private final Diary diary = new Diary();
    private final OutboundBudget budget = new OutboundBudget(10 * PROBED, Runnable::run);
    private final EngineServer server =
            new EngineServer(SETTINGS, (session, principal) -> diary, timer.asExecutor(), Runnable::run, budget);

    private EngineSession latest;

    private FakeWebSocket webSocket() {
        latest = server.open(EngineSettings.WEBSOCKET, null, true).orElseThrow();
        return FakeWebSocket.opened(latest.webSocket());
    }

    private EngineSession say(EngineSession session, int messages) {
        IntStream.range(0, messages).forEach(n -> {
            session.offer(Outgoing.of(new Message("x".repeat(PROBED))));
            session.flush();
        });
        return session;
    }

    @Test
    void isAskedForWithAPingNowAndThen() {
        var socket = webSocket();

        say(latest, 3);

        assertThat(socket.pings()).isEqualTo(3);
        assertThat(budget.bytes()).isGreaterThan(3 * PROBED);
        socket.answersPings();
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void isNotAskedForByAClientThatIsSentLittle() {
        var socket = webSocket();

        IntStream.range(0, 100).forEach(n -> {
            latest.offer(Outgoing.of(new Message("little")));
            latest.flush();
        });

        assertThat(socket.pings()).isZero();
    }

    @Test
    void stopsTheWritingUntilItComes() {
        var socket = webSocket();

        say(latest, 6);
        assertThat(socket.heard()).hasSize(1 + 4);
        assertThat(latest.offerIfIdle(Outgoing.of(new Message("volatile")))).isFalse();

        socket.answersPings();
        assertThat(socket.heard()).hasSize(1 + 6);
    }

    @Test
    void endsAClientThatDoesNotGiveIt() {
        var socket = webSocket();
        say(latest, 6);
        var now = System.nanoTime();

        server.tick(now);
        assertThat(socket.isEnded()).isFalse();
        server.tick(now + Duration.ofSeconds(11).toNanos());

        assertThat(socket.isEnded()).isTrue();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void isNoMatterOfPongsThatNobodyAskedFor() {
        var socket = webSocket();
        say(latest, 1);

        socket.sendsRaw(0x8A, 0x88, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);

        assertThat(budget.bytes()).isPositive();
    }

    @Test
    void clientsThatOweMostAreClosedWhenAllOweTooMuch() {
        var first = webSocket();
        var furthest = say(latest, 4);
        var second = webSocket();
        say(latest, 4);
        var reader = webSocket();
        say(latest, 1);
        reader.answersPings();

        say(latest, 2);

        assertThat(furthest.isOver()).isTrue();
        assertThat(first.isEnded()).isTrue();
        assertThat(second.isEnded()).isFalse();
        assertThat(reader.isEnded()).isFalse();
        assertThat(budget.bytes()).isLessThan(8 * PROBED);
        assertThat(diary.ends).containsExactly(CloseReason.SLOW_READER);
        QuietLog.expect(WARNING, "clients that read too slowly are closed, 1 at once", "herald.outbound.bytes");
    }

    @Test
    void newcomersAreNotTakenWhileAllOweTooMuch() {
        budget.open(() -> {}).add(10 * PROBED);

        assertThat(server.open(EngineSettings.WEBSOCKET, null, true)).isEmpty();
        QuietLog.expect(WARNING, "clients that read too slowly are closed", "herald.outbound.bytes");
    }

    @Test
    void whatWaitsForAPollCountsAsWell() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();
        session.poll(new FakePoll());

        say(session, 2);
        assertThat(budget.bytes()).isGreaterThan(2 * PROBED);

        session.poll(new FakePoll());
        assertThat(budget.bytes()).isZero();
    }

    @Test
    void whatAllShareCountsNothingWhileItWaits() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();
        session.poll(new FakePoll());
        var shared = Outgoing.of(new Message("x".repeat(PROBED)));

        session.offer(Outgoing.later(PROBED, () -> shared));
        session.flush();
        assertThat(budget.bytes()).isZero();

        session.offerToHalf(Outgoing.later(PROBED, () -> shared));
        assertThat(budget.bytes()).as("a replay").isEqualTo(PROBED);
    }
}
