package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/** The scripts in {@code src/test/browser}, run by Node.js where the build has put them, beside their libraries. */
public final class NodeScript {

    private NodeScript() {}

    /** Starts a script; what it complains of comes with what it says. */
    public static Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("node"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(new File(System.getProperty("herald.browser")))
                .redirectErrorStream(true)
                .start();
    }

    /** Runs a script to its end, which has to be {@code PASSED}; returns all that it said. */
    public static String pass(String... arguments) throws IOException, InterruptedException {
        var script = start(arguments);
        var said = new String(script.getInputStream().readAllBytes(), UTF_8);

        assertThat(script.waitFor()).as(said).isZero();
        assertThat(said).contains("PASSED");
        return said;
    }

    /**
     * Likewise, for a script that says {@code RESTART} or {@code KILL}: then the server is restarted, or killed and started anew, and the
     * script is told when it is there again.
     */
    public static void passRestarting(ServerProcess server, String... arguments)
            throws IOException, InterruptedException {
        var script = start(arguments);
        var said = new ArrayList<String>();
        try (var lines = script.inputReader(UTF_8);
                var answers = script.outputWriter(UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.equals("RESTART")) {
                    server.restart();
                    tell(answers, "RESTARTED");
                } else if (line.equals("KILL")) {
                    server.kill();
                    server.startAgain();
                    tell(answers, "STARTED");
                }
            }
        }

        assertThat(script.waitFor()).as(String.join("\n", said)).isZero();
        assertThat(said).contains("PASSED").containsAnyOf("RESTART", "KILL");
    }

    private static void tell(Writer answers, String line) throws IOException {
        answers.write(line + "\n");
        answers.flush();
    }
}
