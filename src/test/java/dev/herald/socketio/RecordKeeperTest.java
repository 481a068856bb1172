package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOUNDS;
import static dev.herald.socketio.TestServer.CLOCK;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.Attributes;
import dev.herald.api.Connection;
import dev.herald.api.Peer;
import dev.herald.hub.ClientStates;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keeping a client's state may run others' callbacks at once, when no thread is to be had: so it is asked for without a lock. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecordKeeperTest {

    private final List<String> calls = new ArrayList<>();

    /** States that do something first, as who refuses others' states on the thread that brings one more. */
    private static ClientStates states(Runnable first, List<String> calls) {
        return new ClientStates() {
            @Override
            public CompletionStage<Void> put(String secret, String state) {
                first.run();
                calls.add("put");
                return CompletableFuture.completedStage(null);
            }

            @Override
            public Optional<String> take(String secret) {
                return Optional.empty();
            }

            @Override
            public void remove(String secret) {
                first.run();
                calls.add("remove");
            }
        };
    }

    private static ClientRecord record(String sid) {
        var numbers = new RecoveryOffsets(null).numbers(List.of());
        return new ClientRecord(new Connection(sid, ANN, "/"), true, Attributes.NONE, Map.of(), numbers);
    }

    private RecordKeeper keeper(Runnable first) {
        return new RecordKeeper("secret", new Recoveries(Duration.ofMinutes(2), 10, states(first, calls), told -> {}));
    }

    @Test
    void asksWithoutItsLock() {
        var held = new ArrayList<Boolean>();
        var self = new RecordKeeper[1];
        var keeper = keeper(() -> held.add(Thread.holdsLock(self[0])));
        self[0] = keeper;

        keeper.keep(() -> record("a"));
        keeper.suspend(
                record("b"),
                new Recoveries.Suspended(
                        record("b").connection(), true, Map.of(), new RecoveryOffsets(null), System.nanoTime()));
        keeper.work();
        keeper.unkeep();
        keeper.giveUp();

        assertThat(calls).containsExactly("put", "put", "remove", "remove");
        assertThat(held).containsOnly(false);
    }

    @Test
    void asksInTheOrderOfTheChangesAlsoFromWithin() {
        var self = new RecordKeeper[1];
        var once = new boolean[1];
        var keeper = keeper(() -> {
            if (!once[0]) {
                once[0] = true;
                self[0].unkeep();
                calls.add("still within the first");
            }
        });
        self[0] = keeper;

        keeper.keep(() -> record("a"));

        assertThat(calls).containsExactly("still within the first", "put", "remove");
    }

    @Test
    void aStateWhoseStoringThrowsIsOneThatIsNotKept() {
        var keeper = keeper(() -> {
            throw new IllegalStateException("planted");
        });

        var kept = keeper.keep(() -> record("a"));

        assertThat(kept)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("planted");
        QuietLog.expect(WARNING, "clients' states are not stored", "planted");
    }

    @Test
    void makesTheNextCallsAfterOneThatThrows() {
        var first = new AtomicBoolean(true);
        var keeper = keeper(() -> {
            if (first.getAndSet(false)) {
                throw new StackOverflowError("planted");
            }
        });
        keeper.noteForgotten();
        keeper.noteForgotten();

        assertThatExceptionOfType(StackOverflowError.class).isThrownBy(keeper::work);

        assertThat(calls).containsExactly("remove");
    }

    @Test
    void aClientWhoseRemovalThrowsEndsAllTheSame() {
        var keeper = keeper(() -> {
            throw new IllegalStateException("planted");
        });

        try (var log = new ErrorLog(Recoveries.class)) {
            keeper.giveUp();

            assertThat(log.warnings())
                    .containsExactly(
                            "the state of a client that is gone could not be deleted; it is after the recovery window:"
                                    + " planted");
        }
        assertThat(keeper.pid()).isNull();
    }

    @Test
    void holdsNoLockOfAClientThatEnds() {
        var peers = new ArrayList<Peer>();
        Runnable otherThreadEndsIt = () -> peers.forEach(peer -> {
            try {
                CompletableFuture.runAsync(peer::disconnect).get(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError("another thread waits for the client's lock", e);
            }
        });
        var server = new TestServer(
                TestServer.settings(true, false),
                new MemoryLog("life", CLOCK, BOUNDS),
                states(otherThreadEndsIt, calls),
                256,
                new HubLimits(100, 3, 900));
        var ann = server.connect(ANN);
        peers.add(server.hub.peer(ann.sid()).orElseThrow());

        ann.say("1", "");

        assertThat(calls).containsExactly("put", "remove");
    }
}
