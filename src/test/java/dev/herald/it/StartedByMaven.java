package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * An application that a command of Maven's builds and starts, as a developer does. What the command needs is taken from where
 * this build has it, and Herald from the repository in which the build of the examples has put it.
 */
public final class StartedByMaven implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Path EXAMPLES = Path.of(System.getProperty("herald.examples"));
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port = FreePort.find();
    private final Path log;
    private final Process process;

    private StartedByMaven(String command, Path directory, Path pom, Path log) throws IOException {
        this.log = log;
        narrow(directory.resolve(pom), port);
        assertThat(command).startsWith("mvn ");
        var arguments = new ArrayList<String>();
        arguments.add(Path.of(System.getProperty("maven.home"), "bin", "mvn").toString());
        arguments.addAll(List.of(command.substring("mvn ".length()).split(" ")));
        arguments.addAll(List.of(
                "-B",
                "-s",
                settings(directory).toString(),
                "-Dmaven.repo.local=" + EXAMPLES.resolveSibling("examples-repository")));
        if (System.getProperty("maven.mode").equals("offline=true")) {
            arguments.add("-o");
        }
        var builder = new ProcessBuilder(arguments).directory(directory.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // Also offline, what is on this machine may be read.
        builder.environment().put("MAVEN_OPTS", "-Daether.offline.protocols=file " + ServerProcess.QUICK_START);
        Files.deleteIfExists(log);
        process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /**
     * Runs a command until the application answers.
     *
     * @param command begins with {@code mvn}
     * @param directory where it is run
     * @param pom the application's, below that directory
     * @param path of the application's page, without a slash at its beginning
     * @param status that its page answers
     */
    public static StartedByMaven start(String command, Path directory, Path pom, String path, int status, Path log)
            throws IOException {
        var started = new StartedByMaven(command, directory, pom, log);
        var ready = false;
        try {
            Awaitility.await(command)
                    .atMost(PATIENCE)
                    .failFast("it has ended; see " + log, () -> !started.process.isAlive())
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> started.statusOf(path) == status);
            ready = true;
            return started;
        } finally {
            if (!ready) {
                started.kill();
            }
        }
    }

    /** Lets the server of the POM listen where no other one does, and for this machine only. */
    private static void narrow(Path pom, int port) throws IOException {
        var commands = Files.writeString(
                pom.resolveSibling("address-of-the-test.txt"),
                "set configs.config.server-config.network-config.network-listeners.network-listener.http-listener.address=127.0.0.1\n");
        var narrowed = Files.readString(pom)
                .replace(
                        "<commandLineOptions>",
                        "<commandLineOptions>" + option("--port", port) + option("--prebootcommandfile", commands));
        assertThat(narrowed).contains("--port");
        Files.writeString(pom, narrowed);
    }

    private static String option(String key, Object value) {
        return "<option><key>" + key + "</key><value>" + value + "</value></option>";
    }

    private static Path settings(Path directory) throws IOException {
        var repository = Path.of(System.getProperty("maven.repository")).toUri().toString();
        return Files.writeString(
                directory.resolve("settings-of-the-test.xml"),
                Files.readString(Path.of("src/test/examples/settings.xml"))
                        .replace("@localRepositoryUrl@", repository));
    }

    private int statusOf(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    }

    /** The server's address, with a slash at its end. */
    public String url() {
        return "http://127.0.0.1:" + port + "/";
    }

    /** Ends Maven as Ctrl-C does; its server has to end, too. */
    @Override
    public void close() {
        var servers = process.descendants().toList();
        process.destroy();
        try {
            Awaitility.await("the server ends with Maven; see " + log)
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> !process.isAlive() && servers.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            servers.forEach(ProcessHandle::destroyForcibly);
            kill();
        }
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
