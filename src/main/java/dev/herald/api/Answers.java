package dev.herald.api;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the recipients of {@link Broadcast#ask} answered: each of them is in one of the first two lists, those of this node first, in
 * the order in which they were asked. Who is with a node that did not answer is in neither.
 *
 * <pre>{@code
 * herald.in("/shop").to("cashiers").ask(Duration.ofSeconds(2), "open?", Boolean.class)
 *         .thenAccept(answers -> System.out.println(answers.values() + ", but not " + answers.missing()));
 * }</pre>
 *
 * @param given the answers in time
 * @param missing who gave none, or one that was not as asked for
 * @param unreached the other nodes that did not answer; nobody knows whom they have asked
 */
public record Answers<T>(List<Given<T>> given, List<Missing> missing, List<UnreachedNode> unreached) {

    /** Of all nodes there are. */
    public Answers(List<Given<T>> given, List<Missing> missing) {
        this(given, missing, List.of());
    }

    /**
     * An answer.
     *
     * @param answer {@code null} when it is JSON's {@code null}, or there is no argument
     */
    public record Given<T>(Connection connection, @Nullable T answer) {}

    /**
     * No answer.
     *
     * @param why a sentence for people
     */
    public record Missing(Connection connection, String why) {}

    public Answers {
        given = List.copyOf(given);
        missing = List.copyOf(missing);
        unreached = List.copyOf(unreached);
    }

    /** Whether everybody has answered; also when nobody was asked. */
    public boolean areComplete() {
        return missing.isEmpty() && unreached.isEmpty();
    }

    /** The answers alone, without those that are {@code null}. */
    public List<T> values() {
        return given.stream()
                .map(Given::answer)
                .flatMap(Stream::ofNullable)
                .map(Objects::requireNonNull)
                .toList();
    }
}
