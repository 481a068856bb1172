package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every type that several threads use says which threads call it, and what they may hold meanwhile. */
class ThreadSentencesTest {

    private static final Path SOURCES = Path.of("src/main/java");

    private static final Pattern NO_CODE =
            Pattern.compile("/\\*.*?\\*/|//[^\\n]*|import [^\\n]*|\"(?:[^\"\\\\\\n]|\\\\.)*\"", Pattern.DOTALL);
    private static final Pattern SHARED = Pattern.compile(
            "\\b(?:synchronized|volatile|ReentrantLock|Semaphore|LongAdder"
                    + "|Atomic\\w+|Concurrent(?:Map|HashMap|Linked\\w+)|CopyOnWrite\\w+|newKeySet)\\b(?! Throwable fillInStackTrace)");
    private static final Pattern JAVADOC = Pattern.compile(
            "/\\*\\*(?:(?!\\*/).)*?\\*/"
                    + "(?=\\s*(?:@\\w+(?:\\((?:[^()]|\\([^()]*\\))*\\))?\\s*)*(?:public |abstract |final |sealed |static )*"
                    + "(?:class|record|interface|enum) )",
            Pattern.DOTALL);
    private static final Pattern THREADS = Pattern.compile("\\b[Tt]hreads?\\b(?!-safe)");
    private static final Pattern HELD = Pattern.compile("\\b(?:locks?|holds?|holding|held|monitor)\\b");

    @Test
    void whoCallsATypeOfSeveralThreadsAndWhatTheyMayHoldIsSaid() throws IOException {
        try (var files = Files.walk(SOURCES)) {
            var shared = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> SHARED.matcher(NO_CODE.matcher(text(file)).replaceAll(""))
                            .find())
                    .toList();

            assertThat(shared).hasSizeGreaterThan(50);
            assertThat(shared).allMatch(file -> saysWho(text(file)));
        }
    }

    private static boolean saysWho(String source) {
        var javadoc = JAVADOC.matcher(source);
        return javadoc.find()
                && THREADS.matcher(javadoc.group()).find()
                && HELD.matcher(javadoc.group()).find();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
