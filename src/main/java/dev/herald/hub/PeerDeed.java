package dev.herald.hub;

import dev.herald.api.Connection;
import dev.herald.api.RefusedException;
import dev.herald.api.UnansweredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Something to be done with one connection, by the node that has it. What comes of it is texts: the answer to {@link Verb#ASK}, the
 * rooms, {@code true} or {@code false} for most others.
 *
 * @param patience how long it may take
 */
public record PeerDeed(Verb verb, List<String> arguments, Duration patience) {

    /** What can be done. */
    public enum Verb {
        SEND,
        ASK,
        JOIN,
        LEAVE,
        ROOMS,
        DESCRIBE,
        DISCONNECT,
        CLOSE
    }

    /** A deed that waits for nobody. */
    public static PeerDeed of(Verb verb, String... arguments) {
        return new PeerDeed(verb, List.of(arguments), RemotePeers.PATIENCE);
    }

    /** A question to the client. */
    public static PeerDeed ask(Duration patience, String event, String json) {
        return new PeerDeed(Verb.ASK, List.of(event, json), patience);
    }

    /** What {@link Verb#DESCRIBE} gave. */
    public static Connection connection(List<String> texts) {
        return ReplyTexts.connection(texts);
    }

    List<String> toTexts() {
        var texts = new ArrayList<>(List.of(verb.name(), String.valueOf(RemotePeers.millis(patience))));
        texts.addAll(arguments);
        return texts;
    }

    static PeerDeed read(List<String> texts) {
        return new PeerDeed(
                Verb.valueOf(texts.get(0)),
                List.copyOf(texts.subList(2, texts.size())),
                Duration.ofMillis(Long.parseLong(texts.get(1))));
    }

    /** Does it here; what is thrown comes with the stage. */
    CompletionStage<List<String>> doWith(Member member) {
        try {
            return verb == Verb.ASK
                    ? member.request(arguments.get(0), arguments.get(1), patience)
                            .thenApply(List::of)
                    : CompletableFuture.completedStage(doNow(member));
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private List<String> doNow(Member member) {
        return switch (verb) {
            case SEND -> said(member.send(arguments.get(0), arguments.get(1)));
            case JOIN -> said(member.join(arguments.get(0)));
            case LEAVE -> said(member.leave(arguments.get(0)));
            case ROOMS -> List.copyOf(member.rooms());
            case DESCRIBE -> ReplyTexts.of(member.connection());
            case DISCONNECT -> {
                member.disconnect();
                yield said(true);
            }
            case CLOSE -> {
                member.close();
                yield said(true);
            }
            case ASK -> throw new IllegalStateException("an answer takes time");
        };
    }

    private static List<String> said(boolean what) {
        return List.of(String.valueOf(what));
    }

    /** The outcome as texts, never empty, which another node reads. */
    static CompletionStage<List<String>> toTexts(CompletionStage<List<String>> outcome) {
        return outcome.handle((done, failure) -> {
            var texts = new ArrayList<String>();
            if (failure == null) {
                texts.add("done");
                texts.addAll(done);
            } else {
                var cause = ReplyTexts.cause(failure);
                texts.addAll(List.of("failed", kind(cause), String.valueOf(cause.getMessage())));
            }
            return texts;
        });
    }

    private static String kind(Throwable cause) {
        if (cause instanceof RefusedException refused) {
            return refused.reason().name();
        }
        if (cause instanceof IllegalArgumentException) {
            return "argument";
        }
        return cause instanceof UnansweredException ? "unanswered" : "state";
    }

    /** What the other node's texts say. */
    static CompletionStage<List<String>> outcome(List<String> texts) {
        if (texts.get(0).equals("done")) {
            return CompletableFuture.completedStage(texts.subList(1, texts.size()));
        }
        var sentence = texts.get(2);
        return CompletableFuture.failedStage(
                switch (texts.get(1)) {
                    case "argument" -> new IllegalArgumentException(sentence);
                    case "unanswered" -> new UnansweredException(sentence);
                    case "state" -> new IllegalStateException(sentence);
                    default -> new RefusedException(RefusedException.Reason.valueOf(texts.get(1)), sentence);
                });
    }
}
