package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Payara Micro with the released WAR for hostile clients, one for all test classes, with times short enough to wait for. After
 * each test it must be as it was before: the clients that were there all the time have noticed nothing, a new one is served within
 * a second, heap, threads and sessions are back, and the log has neither an error nor a stack trace.
 *
 * <p>{@code -Dattack.scale=10} makes attacks of sheer number ten times as large.
 */
public final class Siege implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {

    private static final long MEGABYTE = 1024 * 1024;

    /** What one attack may leave behind, and all of them together. */
    private static final long HEAP_SLACK = 10 * MEGABYTE;

    /** The container's pools grow when they are first used, and stay so. */
    private static final int THREAD_SLACK = 40;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SERVICE = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 3;
    private static final Pattern TROUBLE =
            Pattern.compile("(?m)^.*( SEVERE | ERROR |OutOfMemoryError|StackOverflowError|^\\s+at [a-z]).*$");
    /** What Payara says of itself when it looks once more at a request that it has given back. */
    private static final Pattern ITS_OWN =
            Pattern.compile("jakarta.enterprise.web.core: (Error invoking requestDestroyed method"
                    + "|An exception or error occurred in the container during the request processing)"
                    + "|Cannot invoke \"org.apache.catalina.Context.getLoader\\(\\)\" because \"context\" is null");

    private static final System.Logger LOG = System.getLogger(Siege.class.getName());

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Siege.class);

    private static volatile Place place;

    /** The server and those who live there. */
    private static final class Place implements AutoCloseable {

        private final Path log;
        private final PayaraProcess server;
        private final Bystander bystander;
        private Footprint before;
        private long logRead;
        private Duration cpu = Duration.ZERO;
        private long began;
        private long kept;
        private int grown;

        Place() {
            try {
                log = Path.of(System.getProperty("herald.war"))
                        .resolveSibling(
                                "server/attacked-" + ProcessHandle.current().pid() + ".log");
                Files.deleteIfExists(log);
                server = PayaraProcess.start(
                        log.toFile(),
                        "-Xmx256m",
                        // Caches with bounds of their own, which would hide what an attack leaves behind.
                        "herald.log.recent-bytes=1000000",
                        "herald.datasource.url=jdbc:h2:file:" + HeraldWar.newDataDirectory()
                                + "/herald;WRITE_DELAY=0;CACHE_SIZE=1024",
                        "-XX:+ExitOnOutOfMemoryError",
                        "herald.ping-interval=3000",
                        "herald.ping-timeout=3000",
                        "herald.socketio.upgrade-timeout=1000",
                        "herald.socketio.close-timeout=1000",
                        "herald.socketio.connect-timeout=2000",
                        "herald.socketio.attachment-timeout=1000",
                        "herald.socketio.recovery-window=2000");
                warmUp();
                bystander = new Bystander(server.port());
                before = Footprint.of(server.pid());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Pools grow, and caches fill, until they have the size that they keep. */
        private void warmUp() {
            var clients = IntStream.range(0, 32)
                    .mapToObj(client ->
                            CompletableFuture.runAsync(this::serveAgainAndAgain, task -> new Thread(task).start()))
                    .toList();
            clients.forEach(CompletableFuture::join);
        }

        private void serveAgainAndAgain() {
            try {
                for (var n = 0; n < 30; n++) {
                    serve(server.port());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            bystander.close();
            server.close();
        }

        /** What was logged since this was asked last. */
        String news() throws IOException {
            try (var file = new RandomAccessFile(log.toFile(), "r")) {
                var bytes = new byte[(int) (file.length() - logRead)];
                file.seek(logRead);
                file.readFully(bytes);
                logRead += bytes.length;
                return new String(bytes, UTF_8);
            }
        }
    }

    /** Where the server listens. */
    public static int port() {
        return place.server.port();
    }

    /** So many, or more if that is asked for. */
    public static int times(int number) {
        return number * Integer.getInteger("attack.scale", 1);
    }

    /** Fails when the server holds more than before all attacks. */
    public static void assertHeapIsFlat() {
        assertThat(Footprint.of(place.server.pid()).heap()).isLessThan(place.before.heap() + HEAP_SLACK);
    }

    /** The attack makes the container's pools of threads grow by so many, of which none is busy during it; they stay so. */
    public static void poolsGrow(int threads) {
        place.grown = Math.max(place.grown, threads);
    }

    /** The test shows that this much more is the container's, and stays after it; the next tests begin with what is there then. */
    public static void containerKeeps(long bytes) {
        place.kept = bytes;
    }

    /** What the server holds. */
    public static Footprint footprint() {
        return Footprint.of(place.server.pid());
    }

    /** The time that the server's threads have worked. */
    public static Duration cpu() {
        return ProcessHandle.of(place.server.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    /** Notes a measurement. */
    public static void note(String what) {
        LOG.log(System.Logger.Level.INFO, what);
    }

    /** Publishes for a client that listens already. */
    public static Bystander bystander() {
        return place.bystander;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        place = context.getRoot().getStore(NAMESPACE).computeIfAbsent(Place.class, key -> new Place(), Place.class);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        place.kept = 0;
        place.news();
        place.bystander.slowest();
        place.cpu = cpu();
        place.began = System.nanoTime();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (context.getExecutionException().isPresent()) {
            return;
        }
        var attack = Duration.ofNanos(System.nanoTime() - place.began);
        var cpu = cpu().minus(place.cpu);
        var slowest = place.bystander.slowest();
        assertServes();
        place.bystander.assertUnharmed();
        var end = System.nanoTime();
        var after = await("sessions are back to " + place.before)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .pollDelay(Duration.ZERO)
                .until(Siege::footprint, now -> now.sessions() <= place.before.sessions());
        LOG.log(
                System.Logger.Level.INFO,
                "{0}: attack {1} ms, CPU {2} ms, bystander''s slowest {3} ms, sessions back after {4} ms; {5}",
                context.getDisplayName(),
                attack.toMillis(),
                cpu.toMillis(),
                slowest.toMillis(),
                Duration.ofNanos(System.nanoTime() - end).toMillis(),
                after);
        assertThat(after.heap()).as("live heap").isLessThan(place.before.heap() + HEAP_SLACK + place.kept);
        if (place.kept > 0) {
            place.before = place.before.withHeap(after.heap());
        }
        assertThat(after.threads())
                .as("threads")
                .isLessThanOrEqualTo(place.before.threads() + THREAD_SLACK + place.grown);
        assertThat(TROUBLE.matcher(withoutItsOwn(place.news())).results().map(line -> line.group()))
                .as("the server's log")
                .isEmpty();
    }

    /** That comes now and then when an upgraded connection ends; nothing else happens, and Herald is not in it. */
    private static String withoutItsOwn(String log) {
        return Pattern.compile("(?m)^(?=\\d{4}-\\d\\d-\\d\\d )")
                .splitAsStream(log)
                .filter(entry -> !ITS_OWN.matcher(entry).find() || entry.contains("dev.herald"))
                .collect(Collectors.joining());
    }

    private static void assertServes() throws IOException {
        var quickest = SERVICE;
        // Others have the machine as well.
        for (var n = 0; n < ATTEMPTS && quickest.compareTo(SERVICE) >= 0; n++) {
            quickest = serve(port());
        }
        assertThat(quickest).as("a new client connects, publishes and hears").isLessThan(SERVICE);
    }

    /** Connects, publishes and hears; returns how long that took. */
    private static Duration serve(int port) throws IOException {
        var start = System.nanoTime();
        try (var client = Bystander.connect(port)) {
            client.say("420[\"join\",\"fresh\"]");
            client.readTo("430[");
            client.say("421[\"hello\",1,{\"channel\":\"fresh\"}]");
            client.readTo("42[\"hello\",1");
            var time = Duration.ofNanos(System.nanoTime() - start);
            client.say("41");
            client.send(true, 8, new byte[0]);
            client.readToClose();
            return time;
        }
    }
}
