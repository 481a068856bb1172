package dev.herald.document;

import dev.herald.api.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A document for who opens it: its value, or the changes that lead to it from the version that the asker has.
 *
 * @param position of the last change; the changes after it are to be delivered next
 * @param value as JSON text; {@code null} when there are changes
 * @param changes each as JSON text, in their order; {@code null} when there is a value
 */
public record Opened(
        String name,
        Position position,
        @Nullable String value,
        @Nullable List<String> changes) {}
