package dev.herald.cluster;

import static org.awaitility.Awaitility.await;

import dev.herald.hub.Bus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Writes down what a bus tells its listener, a line for each call. Any thread may call. */
final class BusDiary implements Bus.Listener {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> lines = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();

    @Override
    public void heard(String topic, String text) {
        synchronized (heard) {
            heard.add(topic + ": " + text);
        }
    }

    @Override
    public void listening(String topic) {
        write("listening to " + topic);
    }

    @Override
    public void deaf() {
        write("deaf");
    }

    @Override
    public void hearing() {
        write("hearing");
    }

    private void write(String line) {
        synchronized (lines) {
            lines.add(line);
        }
    }

    /** What was heard, as {@code topic: text}. */
    List<String> heard() {
        synchronized (heard) {
            return List.copyOf(heard);
        }
    }

    /** What else was told: {@code hearing}, {@code deaf}, {@code listening to topic}. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    BusDiary awaitLine(String line) {
        return awaitLines(line, 1);
    }

    BusDiary awaitLines(String line, int times) {
        await(line).atMost(PATIENCE).until(() -> Collections.frequency(lines(), line) >= times);
        return this;
    }

    void awaitHeard(int count) {
        await(count + " messages").atMost(PATIENCE).until(() -> heard().size() >= count);
    }

    void awaitHeard(String line) {
        await(line).atMost(PATIENCE).until(() -> heard().contains(line));
    }
}
