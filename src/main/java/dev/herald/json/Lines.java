package dev.herald.json;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Several texts as one, for a column of a database: each is a line, with {@code \n} and {@code \\} for what would end it. */
public final class Lines {

    private Lines() {}

    /** The texts, sorted; {@code null} for none. */
    public static @Nullable String write(Set<String> texts) {
        return texts.isEmpty()
                ? null
                : new TreeSet<>(texts)
                        .stream()
                                .map(text -> text.replace("\\", "\\\\").replace("\n", "\\n"))
                                .collect(Collectors.joining("\n"));
    }

    /** The texts that were written. */
    public static Set<String> read(@Nullable String lines) {
        return lines == null
                ? Set.of()
                : Arrays.stream(lines.split("\n", -1))
                        .map(String::translateEscapes)
                        .collect(Collectors.toSet());
    }
}
