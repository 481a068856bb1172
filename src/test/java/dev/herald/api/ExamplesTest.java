package dev.herald.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each public type of the API shows by an example how it is used, and the examples compile: as members of a bean, as statements in
 * one of its methods, or as types of their own. A line of three dots separates such parts.
 */
class ExamplesTest {

    private static final Path API = Path.of("src/main/java/dev/herald/api");
    private static final Pattern TYPE_COMMENT = Pattern.compile(
            "^/\\*\\*\\n(.*?)\\*/\\n(?:[^\\n]*\\n)*?public [a-z @]+", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern EXAMPLE = Pattern.compile(" \\* <pre>\\{@code\\n(.*?) \\* }</pre>", Pattern.DOTALL);
    private static final Pattern STATEMENT = Pattern.compile(
            "(?:for \\(|documents\\.|herald\\.|peer\\.|created\\.|[\\w<>\\[\\]]+ \\w+ = ).*", Pattern.DOTALL);

    /** What a bean around an example may have. */
    private static final String BEAN = """
            package dev.herald.examples.%s;

            import dev.herald.api.*;
            import jakarta.enterprise.context.*;
            import jakarta.enterprise.event.*;
            import jakarta.inject.*;
            import jakarta.json.*;
            import jakarta.transaction.*;
            import java.time.*;
            import java.util.*;
            import java.util.concurrent.*;

            abstract class Bean {

                record NewOrder(String article, int count) {}

                record OrderAccepted(int number) {}

                record Shipped(int number) {}

                record Moved(int x, int y) {}

                record Account(String id) {}

                record Cart(List<String> articles) {

                    Cart with(String article) {
                        List<String> all = new ArrayList<>(articles);
                        all.add(article);
                        return new Cart(all);
                    }
                }

                interface Accounts {
                    Optional<Account> byToken(String token);
                }

                Accounts accounts;
                Documents documents;
                Herald herald;
                Received received;
                Connection connection;
                Peer peer;
                Envelope envelope;
                JsonValue data;
                Instant expiry;

                abstract List<NewOrder> allOrders();

                abstract List<NewOrder> ordersOf(String personId);

                abstract OrderAccepted accept(NewOrder order);

                abstract void release(NewOrder order);

                abstract CompletionStage<JsonValue> lookUp(JsonValue question);

                abstract int inStock(String article);

                abstract boolean isClosed();
            }

            abstract class Example%s extends Bean {
            %s
            }
            """;

    @TempDir
    Path classes;

    private record Source(String type, List<String> examples) {

        static Source of(Path file) {
            try {
                var text = Files.readString(file, UTF_8);
                var comment = TYPE_COMMENT.matcher(text);
                var examples = comment.find()
                        ? EXAMPLE.matcher(comment.group(1))
                                .results()
                                .map(one -> one.group(1))
                                .toList()
                        : List.<String>of();
                return new Source(file.getFileName().toString().replace(".java", ""), examples);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Each example in a class. */
        Stream<JavaFileObject> inClasses() {
            return IntStream.range(0, examples.size()).mapToObj(n -> inClass(type + n, examples.get(n)));
        }

        private static JavaFileObject inClass(String name, String example) {
            var members = new StringBuilder();
            for (var part : example.replaceAll("(?m)^ \\* ?", "").split("(?m)^…$", -1)) {
                members.append(member(part.strip(), members.length())).append('\n');
            }
            return new InMemory(name, BEAN.formatted(name.toLowerCase(Locale.ROOT), name, members));
        }

        private static String member(String part, int number) {
            return STATEMENT.matcher(part).matches() ? "void use" + number + "() {\n" + part + "\n}" : part;
        }
    }

    private static final class InMemory extends SimpleJavaFileObject {

        private final String code;

        InMemory(String name, String code) {
            super(URI.create("memory:///Example" + name + ".java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }

    private static List<Source> publicTypes() throws IOException {
        try (Stream<Path> files = Files.list(API)) {
            return files.filter(ExamplesTest::isPublic).sorted().map(Source::of).toList();
        }
    }

    private static boolean isPublic(Path file) {
        try {
            return Pattern.compile("^public ", Pattern.MULTILINE)
                    .matcher(Files.readString(file, UTF_8))
                    .find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void eachPublicTypeHasOne() throws Exception {
        assertThat(publicTypes())
                .hasSizeGreaterThan(40)
                .allSatisfy(source ->
                        assertThat(source.examples()).as(source.type()).isNotEmpty());
    }

    @Test
    void allCompile() throws Exception {
        var sources = new ArrayList<JavaFileObject>();
        publicTypes().forEach(source -> source.inClasses().forEach(sources::add));
        var said = new StringWriter();
        var path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var options = List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-classpath", path);
        var isCompiled = ToolProvider.getSystemJavaCompiler()
                .getTask(said, null, null, options, null, sources)
                .call();

        assertThat(isCompiled).as(said.toString()).isTrue();
    }
}
