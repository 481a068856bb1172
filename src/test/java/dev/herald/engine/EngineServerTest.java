package dev.herald.engine;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.outbox.OutboundBudget;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EngineServerTest {

    private final FakeTimer timer = new FakeTimer();
    private final Diary diary = new Diary();
    private final EngineServer server =
            new EngineServer(EngineSettings.DEFAULT, (session, principal) -> diary, timer.asExecutor(), Runnable::run);

    @Test
    void namesSessionsSoThatNobodyGuesses() {
        var ids = new HashSet<String>();
        for (var n = 0; n < 10_000; n++) {
            ids.add(server.open(EngineSettings.POLLING, null, true)
                    .orElseThrow()
                    .sid());
        }

        assertThat(ids).hasSize(10_000).allMatch(id -> id.matches("[A-Za-z0-9_-]{20,}"));
        assertThat(ids.stream().map(id -> id.substring(0, 8)).distinct()).hasSize(10_000);
        assertThat(ids.stream().map(id -> id.substring(id.length() - 8)).distinct())
                .hasSize(10_000);
    }

    @Test
    void takesTheIdsThatItIsGiven() {
        var named = new EngineServer(
                EngineSettings.DEFAULT,
                (session, principal) -> diary,
                timer.asExecutor(),
                Runnable::run,
                new OutboundBudget(1_000, Runnable::run),
                () -> "one-that-names-its-node");

        named.open(EngineSettings.POLLING, null, true);

        assertThat(named.find("one-that-names-its-node")).isPresent();
    }

    @Test
    void findsWhatIsLive() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();

        assertThat(server.find(session.sid())).containsSame(session);
        assertThat(server.find("")).isEmpty();
        assertThat(server.find("__proto__")).isEmpty();
        assertThat(server.size()).isOne();
    }

    @Test
    void forgetsWhatIsOver() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();

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

        var session = strict.open(EngineSettings.POLLING, null, true).orElseThrow();
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
                server.open(EngineSettings.WEBSOCKET, null, true).orElseThrow().webSocket());

        server.close();
        server.open(EngineSettings.POLLING, null, true);
        server.close();

        assertThat(socket.heard()).endsWith("close");
        assertThat(diary.ends).hasSize(3).containsOnly(CloseReason.SERVER_SHUTTING_DOWN);
        assertThat(timer.isCancelled()).isTrue();
    }

    @Test
    void hasNoRoomForMoreSessionsThanItMayHaveUntilOneHasGone() {
        var small = small(2, diary);
        var first = small.open(EngineSettings.POLLING, null, true).orElseThrow();
        small.open(EngineSettings.WEBSOCKET, null, true);

        assertThat(small.open(EngineSettings.POLLING, null, true)).isEmpty();
        assertThat(small.open(EngineSettings.WEBSOCKET, null, true)).isEmpty();
        assertThat(small.size()).isEqualTo(2);
        first.violated();
        first.violated();
        assertThat(small.open(EngineSettings.POLLING, null, true)).isPresent();
        assertThat(small.open(EngineSettings.POLLING, null, true)).isEmpty();
        QuietLog.expect(WARNING, "turned away (503)", "there are 2", "herald.connections.max");
    }

    @Test
    void hasRoomAgainHoweverASessionEnded() {
        var fail = new AtomicBoolean(true);
        var small = new EngineServer(
                EngineSettings.DEFAULT.toBuilder().maxSessions(1).build(),
                (session, principal) -> {
                    if (fail.get()) {
                        throw new IllegalStateException("wanted by the test");
                    }
                    return diary;
                },
                timer.asExecutor(),
                Runnable::run);
        assertThatThrownBy(() -> small.open(EngineSettings.POLLING, null, true))
                .isInstanceOf(IllegalStateException.class);
        fail.set(false);

        var left = small.open(EngineSettings.POLLING, null, true).orElseThrow();
        left.poll(new FakePoll());
        left.close(CloseReason.FORCED_CLOSE);
        assertThat(small.open(EngineSettings.POLLING, null, true))
                .as("while it waits for a last poll")
                .isEmpty();
        left.poll(new FakePoll());

        var silent = small.open(EngineSettings.POLLING, null, true).orElseThrow();
        var late = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        small.tick(late);
        small.tick(late);
        assertThat(silent.isOver()).isTrue();

        assertThat(small.open(EngineSettings.POLLING, null, true)).isPresent();
        assertThat(small.open(EngineSettings.POLLING, null, true)).isEmpty();
        QuietLog.expect(WARNING, "turned away (503)", "there are 1", "herald.connections.max");
    }

    @Test
    @Timeout(10)
    void countsItsSessionsRightlyWithManyThreads() throws Exception {
        var small = small(50, diary);
        var peak = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(8);
        try {
            var start = new CyclicBarrier(8);
            var calls = new ArrayList<Future<?>>();
            for (var thread = 0; thread < 8; thread++) {
                calls.add(threads.submit(() -> {
                    start.await();
                    for (var n = 0; n < 50; n++) {
                        var opened = Stream.generate(() -> small.open(EngineSettings.POLLING, null, true))
                                .limit(10)
                                .flatMap(Optional::stream)
                                .toList();
                        peak.accumulateAndGet(small.size(), Math::max);
                        opened.forEach(EngineSession::violated);
                    }
                    return null;
                }));
            }
            for (var call : calls) {
                call.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(peak.get()).isBetween(10, 50);
        assertThat(small.size()).isZero();
        assertThat(Stream.generate(() -> small.open(EngineSettings.POLLING, null, true))
                        .limit(60)
                        .flatMap(Optional::stream))
                .hasSize(50);
        QuietLog.expect(WARNING, "turned away (503)", "there are 50", "herald.connections.max");
    }

    @Test
    void warnsOnceOfVeryManyWhomItTurnsAway() {
        var small = small(1, diary);
        try (var log = new ErrorLog(EngineServer.class)) {
            for (var n = 0; n < 1_000; n++) {
                small.open(EngineSettings.POLLING, null, true);
            }
            assertThat(log.warnings())
                    .containsExactly("clients are turned away (503): there are 1 Engine.IO sessions,"
                            + " as many as herald.connections.max allows");
        }
    }

    private EngineServer small(int maxSessions, EngineListener listener) {
        return new EngineServer(
                EngineSettings.DEFAULT.toBuilder().maxSessions(maxSessions).build(),
                (session, principal) -> listener,
                timer.asExecutor(),
                Runnable::run);
    }
}
