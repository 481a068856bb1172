package dev.herald.cdi;

import dev.herald.api.Answers;
import dev.herald.hub.Member;
import dev.herald.hub.RemotePeers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks several connections the same, and gathers what they answer. Any thread asks, holding no lock; the threads that bring the
 * answers read them.
 */
final class RoundOfAnswers {

    /** What became of one question; one of the two is {@code null}. */
    record Outcome<T>(Answers.@Nullable Given<T> given, Answers.@Nullable Missing missing) {}

    private RoundOfAnswers() {}

    /** Asks one connection; what is returned does not fail. */
    static <T> CompletableFuture<Outcome<T>> ask(
            Member member, String event, String json, Duration patience, Function<String, @Nullable T> read) {
        return member.request(event, json, patience)
                .thenApply(read)
                .handle((answer, failure) -> failure == null
                        ? new Outcome<>(new Answers.Given<>(member.connection(), answer), null)
                        : new Outcome<T>(null, new Answers.Missing(member.connection(), sentence(failure))))
                .toCompletableFuture();
    }

    private static String sentence(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage());
    }

    /** Completes once all have. */
    static <T> CompletionStage<Answers<T>> of(List<CompletableFuture<Outcome<T>>> asked) {
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(done -> {
            List<Answers.Given<T>> given = new ArrayList<>();
            List<Answers.Missing> missing = new ArrayList<>();
            for (var one : asked) {
                var outcome = one.join();
                if (outcome.given() != null) {
                    given.add(outcome.given());
                } else if (outcome.missing() != null) {
                    missing.add(outcome.missing());
                }
            }
            return new Answers<>(given, missing);
        });
    }

    /** Adds what other nodes have gathered. */
    static <T> Answers<T> and(
            Answers<T> here, RemotePeers.Elsewhere<RemotePeers.Reply> there, Function<String, @Nullable T> read) {
        var given = new ArrayList<>(here.given());
        var missing = new ArrayList<>(here.missing());
        for (var reply : there.found()) {
            if (reply.json() == null) {
                missing.add(new Answers.Missing(reply.connection(), String.valueOf(reply.why())));
                continue;
            }
            try {
                given.add(new Answers.Given<>(reply.connection(), read.apply(reply.json())));
            } catch (RuntimeException e) {
                missing.add(new Answers.Missing(reply.connection(), sentence(e)));
            }
        }
        return new Answers<>(given, missing, there.unreached());
    }
}
