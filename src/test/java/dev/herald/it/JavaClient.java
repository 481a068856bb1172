package dev.herald.it;

import static org.awaitility.Awaitility.await;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.WebSocket;

/** The official Java client, which remembers what it hears. Each wait has a limit. */
public final class JavaClient implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final OkHttpClient http = new OkHttpClient.Builder()
            .readTimeout(1, TimeUnit.MINUTES) // for a poll
            .build();
    private final Queue<WebSocket> webSockets = new ConcurrentLinkedQueue<>();
    private final Socket socket;
    private final Map<String, Queue<List<Object>>> heard = new ConcurrentHashMap<>();

    /** Begins to connect. What is changed in {@code auth} counts with the next connection. */
    public JavaClient(String namespace, Map<String, String> auth, String... transports) {
        this(URI.create("http://127.0.0.1:" + ServerUnderTest.PORT + namespace), "/socket.io/", auth, transports);
    }

    /** Likewise, at another server or path. */
    public JavaClient(URI namespace, String path, Map<String, String> auth, String... transports) {
        this(namespace, path, auth, Map.of(), transports);
    }

    /** Likewise, as the guest with this secret and name, which are made of letters and digits. */
    public static JavaClient ofGuest(URI server, String secret, String name) {
        var cookies = Map.of("Cookie", List.of("herald-guest=" + secret + "; herald-name=" + name));
        return new JavaClient(server, "/socket.io/", Map.of(), cookies, "websocket");
    }

    private JavaClient(
            URI namespace,
            String path,
            Map<String, String> auth,
            Map<String, List<String>> headers,
            String... transports) {
        var options = IO.Options.builder()
                .setForceNew(true)
                .setPath(path)
                .setAuth(auth)
                .setExtraHeaders(headers)
                .setTransports(transports)
                .setReconnectionDelay(300)
                .setRandomizationFactor(0)
                .build();
        options.callFactory = http;
        options.webSocketFactory = (request, listener) -> {
            var webSocket = http.newWebSocket(request, listener);
            webSockets.add(webSocket);
            return webSocket;
        };
        socket = IO.socket(namespace, options);
        for (var event : new String[] {Socket.EVENT_CONNECT_ERROR, Socket.EVENT_DISCONNECT}) {
            socket.on(event, arguments -> note(event, arguments));
        }
        socket.onAnyIncoming(all -> note((String) all[0], Arrays.copyOfRange(all, 1, all.length)));
        socket.connect();
    }

    private void note(String event, Object... arguments) {
        queue(event).add(Arrays.asList(arguments));
    }

    private Queue<List<Object>> queue(String event) {
        return heard.computeIfAbsent(event, name -> new ConcurrentLinkedQueue<>());
    }

    /** Waits until it is connected. */
    public JavaClient arrive() {
        await("connected").atMost(PATIENCE).until(socket::connected);
        return this;
    }

    /** Waits for the next event of this name, and returns its arguments. */
    public List<Object> hear(String event) {
        return await("event " + event)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> queue(event).poll(), arguments -> arguments != null);
    }

    /** Whether no event of this name is there that was not heard. */
    public boolean heardAllOf(String event) {
        return queue(event).isEmpty();
    }

    /** Sends an event, and waits for the arguments of its acknowledgement. */
    public List<Object> ask(String event, Object... arguments) throws Exception {
        var answer = new CompletableFuture<List<Object>>();
        socket.emit(event, arguments, all -> answer.complete(Arrays.asList(all)));
        return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Sends so many events at once, and waits for the arguments of all acknowledgements, in the order of the events. */
    public List<List<Object>> askAtOnce(int times, String event, Object... arguments) throws Exception {
        var answers = new ArrayList<CompletableFuture<List<Object>>>();
        for (var n = 0; n < times; n++) {
            var answer = new CompletableFuture<List<Object>>();
            socket.emit(event, arguments, all -> answer.complete(Arrays.asList(all)));
            answers.add(answer);
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return answers.stream().map(CompletableFuture::join).toList();
    }

    /** Answers the server's next questions of this name. */
    public void answer(String question, Object... answers) {
        socket.on(question, arguments -> ((Ack) arguments[arguments.length - 1]).call(answers));
    }

    /** Sends an event. */
    public void emit(String event, Object... arguments) {
        socket.emit(event, arguments);
    }

    /** Breaks the connection off; the client comes back by itself. */
    public void cut() {
        http.dispatcher().cancelAll();
        webSockets.forEach(WebSocket::cancel);
        hear(Socket.EVENT_DISCONNECT);
    }

    /** Its id at the server. */
    public String id() {
        return socket.id();
    }

    @Override
    public void close() {
        socket.close();
        http.dispatcher().executorService().shutdown();
    }
}
