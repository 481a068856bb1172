package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server that the build has started for the tests. */
public final class ServerUnderTest {

    /** Where it listens, on 127.0.0.1. */
    public static final int PORT = Integer.getInteger("server.port", 8080);

    /** The feed's address. */
    public static final String FEED = "ws://127.0.0.1:" + PORT + "/feed";

    /** The relay's address. */
    public static final String RELAY = "ws://127.0.0.1:" + PORT + "/relay";

    private static final Pattern HEAP_TOTAL = Pattern.compile("Total +[0-9]+ +([0-9]+) *");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private ServerUnderTest() {}

    /** Gets a page. */
    public static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + path));
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** Posts a form. */
    public static HttpResponse<String> post(String path, String form, Map<String, String> headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        headers.forEach(request::header);
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** The bytes of the server's heap that are in use after a full collection. */
    public static long liveHeap() throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(jcmd, Long.toString(pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output.lines()
                .map(HEAP_TOTAL::matcher)
                .filter(Matcher::matches)
                .map(line -> Long.valueOf(line.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no total in: " + output));
    }

    private static long pid() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> String.join(" ", arguments).contains("--port " + PORT))
                        .orElse(false))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the server on port " + PORT + " is no child of this process"))
                .pid();
    }
}
