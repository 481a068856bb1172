package dev.herald.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class EngineServerTest {

    private final FakeTimer timer = new FakeTimer();
    private final Diary diary = new Diary();
    private final EngineServer server =
            new EngineServer(EngineSettings.DEFAULT, (session, principal) -> diary, timer.asExecutor(), Runnable::run);

    @Test
    void namesSessionsSoThatNobodyGuesses() {
        var ids = new HashSet<String>();
        for (var n = 0; n < 10_000; n++) {
            ids.add(server.open(EngineSettings.POLLING, null, true).sid());
        }

        assertThat(ids).hasSize(10_000).allMatch(id -> id.matches("[A-Za-z0-9_-]{20,}"));
        assertThat(ids.stream().map(id -> id.substring(0, 8)).distinct()).hasSize(10_000);
        assertThat(ids.stream().map(id -> id.substring(id.length() - 8)).distinct())
                .hasSize(10_000);
    }

    @Test
    void findsWhatIsLive() {
        var session = server.open(EngineSettings.POLLING, null, true);

        assertThat(server.find(session.sid())).containsSame(session);
        assertThat(server.find("")).isEmpty();
        assertThat(server.find("__proto__")).isEmpty();
        assertThat(server.size()).isOne();
    }

    @Test
    void forgetsWhatIsOver() {
        var session = server.open(EngineSettings.POLLING, null, true);

        session.violated();

        assertThat(server.find(session.sid())).isEmpty();
        assertThat(server.size()).isZero();
    }

    @Test
    void forgetsWithItsTicksWhatWasClosedWhileItWasAccepted() {
        var strict = new EngineServer(
                EngineSettings.DEFAULT,
                (session, principal) -> {
                    session.violated();
                    return diary;
                },
                timer.asExecutor(),
                Runnable::run);

        var session = strict.open(EngineSettings.POLLING, null, true);
        assertThat(strict.find(session.sid())).isEmpty();
        timer.tick();

        assertThat(strict.size()).isZero();
    }

    @Test
    void keepsNothingWhenTheApplicationFails() {
        var failing = new EngineServer(
                EngineSettings.DEFAULT,
                (session, principal) -> {
                    throw new IllegalStateException("wanted by the test");
                },
                timer.asExecutor(),
                Runnable::run);

        try {
            failing.open(EngineSettings.POLLING, null, true);
        } catch (IllegalStateException e) {
            // The container answers 500.
        }

        assertThat(failing.size()).isZero();
    }

    @Test
    void endsAllSessionsWhenItGoesDownAndThoseThatComeLater() {
        server.open(EngineSettings.POLLING, null, true);
        var socket = FakeWebSocket.opened(
                server.open(EngineSettings.WEBSOCKET, null, true).webSocket());

        server.close();
        server.open(EngineSettings.POLLING, null, true);
        server.close();

        assertThat(socket.heard()).endsWith("close");
        assertThat(diary.ends).hasSize(3).containsOnly(CloseReason.SERVER_SHUTTING_DOWN);
        assertThat(timer.cancelled).isTrue();
    }
}
