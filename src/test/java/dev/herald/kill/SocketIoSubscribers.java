package dev.herald.kill;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.Position;
import dev.herald.it.NodeScript;
import dev.herald.kill.History.Joined;
import dev.herald.kill.History.Received;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The stock Socket.IO clients of {@code kill.mjs}, which listen in a process of their own. */
final class SocketIoSubscribers implements AutoCloseable {

    private final History history;
    private final Process script;
    private final Thread reader = new Thread(this::read, "socketio-subscribers");
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /** Starts them; the seed says when one cuts itself off. */
    SocketIoSubscribers(String url, History history, List<String> channels, long seed) throws IOException {
        this.history = history;
        this.script =
                NodeScript.start("socketio/kill.mjs", url, String.join(",", channels), Integer.toString((int) seed));
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(script.getInputStream(), UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    note(json(line));
                } else {
                    complaints.add(line);
                }
            }
        } catch (IOException | RuntimeException e) {
            if (!over) {
                complaints.add(e.toString());
            }
        }
    }

    private void note(JsonObject said) {
        var name = said.getString("name");
        var channel = said.getString("channel");
        if (said.containsKey("recovered")) {
            var recovered = said.getBoolean("recovered");
            history.add(new Joined(name, channel, position(said, "since"), recovered, position(said, "head")));
        } else {
            history.add(new Received(name, channel, Position.of(said), said.getString("data")));
        }
    }

    private static @Nullable Position position(JsonObject said, String member) {
        var value = said.get(member);
        return value == null ? null : Position.of(value);
    }

    private static JsonObject json(String text) {
        try (var json = Json.createReader(new StringReader(text))) {
            return json.readObject();
        }
    }

    /** Fails when one of them has complained of something, or their process has ended. */
    void assertUnharmed() {
        if (!complaints.isEmpty() || !script.isAlive()) {
            throw new AssertionError("the Socket.IO clients: " + complaints);
        }
    }

    @Override
    public void close() {
        over = true;
        script.destroyForcibly();
    }
}
