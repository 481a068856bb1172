package dev.herald.kill;

import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Somebody at the feed, on a thread of its own, who comes back whenever the connection ends. */
abstract class Actor {

    /** Errors after which the same may succeed. */
    private static final Set<String> PASSING = Set.of("overloaded", "log-unavailable");

    /** Before another attempt, when the server is not there or does not take a message. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final String name;
    final History history;
    private final int port;
    private final Thread thread;
    private volatile boolean away;
    private volatile boolean over;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable FeedSocket connected;

    Actor(String name, int port, History history) {
        this.name = name;
        this.port = port;
        this.history = history;
        this.thread = new Thread(this::run, name);
    }

    /** Does what this one does on one connection, until that ends or this one is over. */
    abstract void act(FeedSocket socket) throws InterruptedException;

    final void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!over) {
                var socket = away ? Optional.<FeedSocket>empty() : FeedSocket.connect(port, name);
                if (socket.isPresent()) {
                    connected = socket.get();
                    act(socket.get());
                    socket.get().cut();
                } else {
                    pause();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    static boolean isPassing(JsonObject error) {
        return PASSING.contains(error.getString("code"));
    }

    static void pause() throws InterruptedException {
        Thread.sleep(PAUSE.toMillis());
    }

    final boolean isOver() {
        return over;
    }

    /** Asks it to come to its end, once it is done with what it does. */
    final void stop() {
        over = true;
    }

    /** Brings it to its end, whatever it does. */
    final void end() {
        over = true;
        cut();
    }

    private void cut() {
        var socket = connected;
        if (socket != null) {
            socket.cut();
        }
    }

    /** Cuts it off until it may come back. */
    final void sendAway() {
        away = true;
        cut();
    }

    /** It may come back. */
    final void letBack() {
        away = false;
    }

    /** Waits for its end, and fails when it failed. */
    final void join() throws InterruptedException {
        thread.join(PATIENCE.toMillis());
        assertUnharmed();
        if (thread.isAlive()) {
            throw new AssertionError(name + " did not come to its end");
        }
    }

    /** Fails when it failed. */
    final void assertUnharmed() {
        if (failure != null) {
            throw new AssertionError(name + " failed", failure);
        }
    }
}
