package dev.herald.api;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the recipients of {@link Broadcast#ask} answered: each of them is in one of the two lists, in the order in which they were
 * asked.
 *
 * <pre>{@code
 * herald.in("/shop").to("cashiers").ask(Duration.ofSeconds(2), "open?", Boolean.class)
 *         .thenAccept(answers -> System.out.println(answers.values() + ", but not " + answers.missing()));
 * }</pre>
 *
 * @param given the answers in time
 * @param missing who gave none, or one that was not as asked for
 */
public record Answers<T>(List<Given<T>> given, List<Missing> missing) {

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
    }

    /** Whether everybody has answered; also when nobody was asked. */
    public boolean areComplete() {
        return missing.isEmpty();
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
