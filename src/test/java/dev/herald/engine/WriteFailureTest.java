package dev.herald.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.engine.EnginePacket.Message;
import dev.herald.outbox.OutboundBudget;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeTimer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A write that fails, with whatever error, ends its session: none is stuck, and none goes on with a hole. */
class WriteFailureTest {

    private final ErrorLog log = new ErrorLog(EngineSession.class);
    private final Diary diary = new Diary();
    private final OutboundBudget budget = new OutboundBudget(1_000_000, Runnable::run);
    private final EngineServer server = new EngineServer(
            EngineSettings.DEFAULT, (session, principal) -> diary, new FakeTimer().asExecutor(), Runnable::run, budget);

    @AfterEach
    void stopListening() {
        log.close();
    }

    private static Outgoing broken() {
        return Outgoing.later(10, () -> {
            throw new OutOfMemoryError("wanted by the test");
        });
    }

    private void assertEnded(EngineSession session) {
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
        assertThat(session.isOver()).isTrue();
        assertThat(session.offer(Outgoing.of(new Message("more")))).isFalse();
        assertThat(server.size()).isZero();
        assertThat(budget.bytes()).isZero();
        assertThat(log.lines()).singleElement().asString().endsWith("is closed: its messages could not be written");
    }

    @Test
    void byPolling() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();
        session.poll(new FakePoll());
        session.poll(new FakePoll());

        session.offer(broken());
        session.flush();

        assertEnded(session);
    }

    @Test
    void byWebSocket() {
        var session = server.open(EngineSettings.WEBSOCKET, null, true).orElseThrow();
        var socket = FakeWebSocket.opened(session.webSocket());

        session.offer(broken());
        session.flush();

        assertEnded(session);
        assertThat(socket.heard()).endsWith("close");
    }
}
