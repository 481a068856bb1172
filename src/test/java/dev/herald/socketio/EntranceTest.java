package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOUNDS;
import static dev.herald.socketio.TestServer.CLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.engine.PollingClient;
import dev.herald.hub.ClientStates;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Those who come back after a restart, all at once, wait for their turn to ask the database. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EntranceTest {

    private static final int CLIENTS = 50;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeStates states = new FakeStates();
    private final MemoryLog log = new MemoryLog("life", CLOCK, BOUNDS);
    private final CountDownLatch databaseAnswers = new CountDownLatch(1);
    private final AtomicInteger asking = new AtomicInteger();
    private final AtomicInteger mostAsking = new AtomicInteger();

    @AfterEach
    void stopThreads() {
        databaseAnswers.countDown();
        threads.shutdownNow();
    }

    /** The states of an earlier life, in a database that takes its time to answer. */
    private final ClientStates slow = new ClientStates() {
        @Override
        public CompletionStage<Void> put(String secret, String state) {
            return states.put(secret, state);
        }

        @Override
        public Optional<String> take(String secret) {
            mostAsking.accumulateAndGet(asking.incrementAndGet(), Math::max);
            try {
                databaseAnswers.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            asking.decrementAndGet();
            return states.take(secret);
        }

        @Override
        public void remove(String secret) {
            states.remove(secret);
        }
    };

    @Test
    void letsAFewInSideBySideAndAllRecover() {
        var limits = new HubLimits(CLIENTS, 3, 900);
        var firstLife = new TestServer(TestServer.settings(true, false), log, states, 256, limits);
        var before = new ArrayList<TestSocket>();
        for (var n = 0; n < CLIENTS; n++) {
            before.add(firstLife.connect(ANN));
        }
        states.crash();
        var server = new TestServer(TestServer.settings(true, false), log, slow, 256, limits, threads);

        List<PollingClient> back = new ArrayList<>();
        for (var client : before) {
            var connection = server.open(ANN);
            connection.post("40" + client.comeback());
            back.add(connection);
        }
        await().untilAsserted(() -> assertThat(asking).hasValue(4));
        server.pass(Duration.ofMinutes(1));
        assertThat(back).as("who waits is not late").noneMatch(PollingClient::isClosed);
        databaseAnswers.countDown();

        await().untilAsserted(() -> assertThat(server.outcomes("recovered")).isEqualTo(CLIENTS));
        for (var n = 0; n < CLIENTS; n++) {
            var heard = new ArrayList<String>();
            var connection = back.get(n);
            await().until(() -> heard.addAll(connection.hear()) || !heard.isEmpty());
            assertThat(heard.get(0)).startsWith("40{\"sid\":\"" + before.get(n).sid());
        }
        assertThat(mostAsking).hasValueLessThanOrEqualTo(4);
    }
}
