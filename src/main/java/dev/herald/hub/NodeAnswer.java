package dev.herald.hub;

import dev.herald.api.UnreachedNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What another node has answered, or why it has not.
 *
 * @param node its id
 * @param answer empty when there is none
 * @param failure a sentence, {@code null} if it has answered
 */
public record NodeAnswer(
        String node, List<String> answer, @Nullable String failure) {

    /** An answer. */
    public static NodeAnswer of(String node, List<String> answer) {
        return new NodeAnswer(node, answer, null);
    }

    /** None. */
    public static NodeAnswer none(String node, String why) {
        return new NodeAnswer(node, List.of(), why);
    }

    /** The node, if it has not answered. */
    Optional<UnreachedNode> unreached() {
        return failure == null ? Optional.empty() : Optional.of(new UnreachedNode(node, failure));
    }
}
