package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What a server holds at one moment, after a full collection.
 *
 * @param heap bytes that are in use
 * @param threads of all kinds
 * @param sessions of Engine.IO that something refers to
 * @param sockets of our own WebSocket framing that something refers to
 * @param files descriptors that the process has open
 */
public record Footprint(long heap, int threads, int sessions, int sockets, int files) {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+) *$");
    private static final Pattern THREAD = Pattern.compile("(?m)^\".*\" .*nid=");

    /** Measures the process by {@code jcmd}. */
    public static Footprint of(long pid) {
        try {
            var commands = Files.createTempFile("footprint", ".txt");
            Files.writeString(commands, "GC.class_histogram\nThread.print\n");
            var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            var process = new ProcessBuilder(jcmd, Long.toString(pid), "-f", commands.toString())
                    .redirectErrorStream(true)
                    .start();
            var output = new String(process.getInputStream().readAllBytes(), UTF_8);
            process.waitFor();
            Files.delete(commands);
            return new Footprint(
                    total(output),
                    (int) THREAD.matcher(output).results().count(),
                    instances(output, "dev.herald.engine.EngineSession"),
                    instances(output, "dev.herald.websocket.WebSocketConnection"),
                    files(pid));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Footprint withHeap(long bytes) {
        return new Footprint(bytes, threads, sessions, sockets, files);
    }

    private static long total(String output) {
        var total = TOTAL.matcher(output);
        if (!total.find()) {
            throw new AssertionError("no total in: " + output);
        }
        return Long.parseLong(total.group(1));
    }

    private static int instances(String histogram, String type) {
        var line = Pattern.compile("(?m)^ *[0-9]+: +([0-9]+) +[0-9]+ +" + Pattern.quote(type) + "( .*)?$")
                .matcher(histogram);
        return line.find() ? Integer.parseInt(line.group(1)) : 0;
    }

    /** Only Linux tells. */
    private static int files(long pid) throws IOException {
        var directory = Path.of("/proc/" + pid + "/fd");
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (var open = Files.list(directory)) {
            return (int) open.count();
        }
    }
}
