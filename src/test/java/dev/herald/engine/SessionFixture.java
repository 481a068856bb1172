package dev.herald.engine;

import dev.herald.engine.EnginePacket.Message;
import dev.herald.testing.FakeTimer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A server of Engine.IO whose clock is the test, and what the tests of its sessions do again and again. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class SessionFixture {

    private static final String SEPARATOR = "\u001e";
    static final EngineSettings SETTINGS = EngineSettings.DEFAULT.toBuilder()
            .maxPayload(1_000)
            .maxPackets(8)
            .queuedPackets(4)
            .queuedBytes(1_000)
            .build();

    final FakeTimer timer = new FakeTimer();
    final Diary diary = new Diary();
    final ExecutorService threads = Executors.newCachedThreadPool();
    EngineSession latest;
    EngineServer server = serverWith(SETTINGS);

    EngineServer serverWith(EngineSettings settings) {
        return new EngineServer(
                settings,
                (session, principal) -> {
                    latest = session;
                    return diary;
                },
                timer.asExecutor(),
                Runnable::run);
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    /** A session by polling whose handshake is over. */
    EngineSession polling() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();
        poll(session);
        return session;
    }

    /** A session that began with a WebSocket, and its socket. */
    FakeWebSocket webSocket() {
        return FakeWebSocket.opened(
                server.open(EngineSettings.WEBSOCKET, null, true).orElseThrow().webSocket());
    }

    static FakePoll poll(EngineSession session) {
        var poll = new FakePoll();
        session.poll(poll);
        return poll;
    }

    static void post(EngineSession session, String... packets) {
        if (session.beginPost()) {
            session.receivePayload(String.join(SEPARATOR, packets));
            session.endPost();
        }
    }

    static boolean say(EngineSession session, String text) {
        var accepted = session.offer(Outgoing.of(new Message(text)));
        session.flush();
        return accepted;
    }

    static FakeWebSocket candidate(EngineSession session) {
        return FakeWebSocket.opened(session.newCandidate(System.nanoTime()));
    }

    static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    /** Settings under which nothing is refused. */
    static EngineSettings roomy() {
        return SETTINGS.toBuilder()
                .maxPayload(1_000_000)
                .maxPackets(10_000)
                .queuedPackets(1_000_000)
                .queuedBytes(1_000_000_000)
                .build();
    }
}
