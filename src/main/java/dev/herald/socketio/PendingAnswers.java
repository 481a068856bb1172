package dev.herald.socketio;

import dev.herald.api.UnansweredException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgements that one client owes. Any thread asks and ends, the thread that reads the client answers, and the
 * clock's ticks, all holding no lock; futures are completed outside its own.
 */
final class PendingAnswers {

    /** Longer than any server runs. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final int max;

    // Guarded by this object's monitor.
    private final Map<Long, Pending> pending = new HashMap<>(4);
    private long nextId;
    private @Nullable String over;

    private record Pending(CompletableFuture<String> answer, long deadline) {}

    /** A question that was asked. */
    record Question(long ackId, CompletableFuture<String> answer) {}

    PendingAnswers(int max) {
        this.max = max;
    }

    /**
     * Notes a question.
     *
     * @throws UnansweredException when there cannot be an answer
     */
    synchronized Question ask(Duration patience) {
        if (over != null) {
            throw new UnansweredException(over);
        }
        if (pending.size() >= max) {
            throw new UnansweredException("this client owes as many answers as it may: " + max);
        }
        var id = nextId++;
        var nanos = (patience.compareTo(FOR_EVER) < 0 ? patience : FOR_EVER).toNanos();
        var answer = new CompletableFuture<String>();
        pending.put(id, new Pending(answer, System.nanoTime() + nanos));
        return new Question(id, answer);
    }

    /** An answer has come; one that nobody waits for is ignored. */
    void answer(long ackId, String json) {
        remove(ackId).ifPresent(one -> one.complete(json));
    }

    /** There is no answer to be had. */
    void fail(long ackId, String why) {
        remove(ackId).ifPresent(one -> one.completeExceptionally(new UnansweredException(why)));
    }

    private synchronized Optional<CompletableFuture<String>> remove(long ackId) {
        return Optional.ofNullable(pending.remove(ackId)).map(Pending::answer);
    }

    /** Looks at the clock; false when nothing is due any more. */
    boolean tick(long now) {
        List<Long> late;
        synchronized (this) {
            late = pending.entrySet().stream()
                    .filter(entry -> now - entry.getValue().deadline() >= 0)
                    .map(Map.Entry::getKey)
                    .toList();
        }
        late.forEach(id -> fail(id, "the client did not answer in time"));
        synchronized (this) {
            return !pending.isEmpty();
        }
    }

    /** No answers will come. */
    void end(String why) {
        List<Long> left;
        synchronized (this) {
            over = why;
            left = List.copyOf(pending.keySet());
        }
        left.forEach(id -> fail(id, why));
    }
}
