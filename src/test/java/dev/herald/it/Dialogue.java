package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A script in {@code src/test/browser} to which the test talks while it runs; it ends with the test. For one thread. */
public final class Dialogue implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Process script;
    private final BufferedWriter input;
    private final Thread reader;

    /** Starts the script. */
    public Dialogue(String... arguments) throws IOException {
        script = NodeScript.start(arguments);
        input = script.outputWriter(UTF_8);
        reader = new Thread(this::read, arguments[0]);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (var lines = script.inputReader(UTF_8)) {
            lines.lines().forEach(said::add);
        } catch (IOException | UncheckedIOException e) {
            said.add("what it says cannot be read: " + e);
        }
    }

    /** What it has said until now. */
    public List<String> said() {
        return List.copyOf(said);
    }

    /** How many of its lines have this in them. */
    public long count(String part) {
        return said.stream().filter(line -> line.contains(part)).count();
    }

    /** Waits until it says that. */
    public void awaitLine(String line) {
        await(line).atMost(PATIENCE).until(() -> said.contains(line) || !script.isAlive());
        assertThat(said).contains(line);
    }

    /** Says a line to it. */
    public void tell(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    /** Says a line that is no other's, and waits for one that ends with it: what stands before it is returned. */
    public String ask() throws IOException {
        var question = " " + UUID.randomUUID();
        tell(question.trim());
        var answer = await("an answer")
                .atMost(PATIENCE)
                .failFast("the script has ended", () -> !script.isAlive())
                .until(
                        () -> said.stream()
                                .filter(line -> line.endsWith(question))
                                .findFirst(),
                        Optional::isPresent);
        return answer.map(line -> line.substring(0, line.length() - question.length()))
                .orElseThrow();
    }

    /** Says nothing more to it, and waits for its end, which has to be {@code PASSED}. */
    public void pass() throws IOException, InterruptedException {
        input.close();
        awaitPass();
    }

    /** Waits for its end, which has to be {@code PASSED}. */
    public void awaitPass() throws InterruptedException {
        assertThat(script.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("%s", said)
                .isTrue();
        reader.join(PATIENCE.toMillis());
        System.out.println(String.join("\n", said));
        assertThat(said).anyMatch(line -> line.startsWith("PASSED"));
    }

    @Override
    public void close() {
        script.destroyForcibly();
    }
}
