package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
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

    /** Likewise, for a script that says {@code RESTART} once: then the server is restarted, and told when it is there again. */
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
                    answers.write("RESTARTED\n");
                    answers.flush();
                }
            }
        }

        assertThat(script.waitFor()).as(String.join("\n", said)).isZero();
        assertThat(said).contains("RESTART", "PASSED");
    }
}
