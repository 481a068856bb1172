package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.Bystander;
import dev.herald.it.FeedClient;
import dev.herald.it.LogCheck;
import dev.herald.it.PayaraProcess;
import dev.herald.it.Publisher;
import dev.herald.it.RawWebSocket;
import dev.herald.testing.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The released WAR with PostgreSQL, which goes away under load and comes back. */
class DatabaseOutageIT {

    /** How long anybody waits for an answer. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** How soon messages are taken after the database is back. */
    private static final Duration HEALING = Duration.ofSeconds(10);

    private static final int PUBLISHERS = 8;

    private static PostgresServer database;
    private static PayaraProcess server;
    private static String feed;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() throws Exception {
        database = PostgresServer.start(true);
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/outage.log");
        Files.deleteIfExists(log);
        server = PayaraProcess.start(
                log.toFile(),
                "herald.datasource.url=" + database.createDatabase(),
                "herald.datasource.user=" + PostgresServer.USER);
        feed = server.url().replace("http:", "ws:") + "feed";
    }

    @AfterAll
    static void stop() throws IOException {
        try {
            if (server != null) {
                server.close();
            }
        } finally {
            if (database != null) {
                database.close();
            }
        }
    }

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void nothingIsLostWhenTheDatabaseIsStopped() throws Exception {
        nothingIsLost("stopped", database::stop, database::restart);
    }

    @Test
    void nothingIsLostWhenTheDatabaseIsCutOff() throws Exception {
        nothingIsLost("cut off", database::crash, database::restart);
    }

    @Test
    void nothingIsLostWhenTheDatabaseHangs() throws Exception {
        nothingIsLost("hanging", database::freeze, database::thaw);
    }

    private interface Step {
        void run() throws Exception;
    }

    private void nothingIsLost(String what, Step goAway, Step comeBack) throws Exception {
        var channel = "load-" + UUID.randomUUID();
        try (var subscriber = FeedClient.open(feed, Map.of()).settle();
                var stranger = new Publisher(feed, "stranger-" + channel, "n");
                var socketIo = Bystander.connect(server.port())) {
            subscriber.join(channel);
            subscriber.await("joined", it -> channel.equals(it.getString("channel", "")));
            socketIo.say("42[\"join\",\"" + channel + "\"]");
            var socketIoHears = threads.submit(() -> listen(socketIo));
            var publishers = IntStream.range(0, PUBLISHERS)
                    .mapToObj(n -> new Publisher(feed, channel, n + "-"))
                    .toList();
            var work = publishers.stream()
                    .map(publisher -> threads.submit(publisher::publishOneAfterAnother))
                    .toList();
            await("load")
                    .until(() ->
                            publishers.stream().allMatch(it -> it.acknowledged().size() > 20));

            goAway.run();
            publishers.forEach(Publisher::countAnew);
            var gone = System.nanoTime();
            var strangers = threads.submit(stranger::publishOnce);
            var ready = threads.submit(() -> health("ready"));
            assertThat(health("live")).isEqualTo(200);
            await("all are refused")
                    .atMost(ANSWER)
                    .until(() -> publishers.stream().allMatch(it -> it.refused() > 0));
            var refused = millisSince(gone);
            assertThat(strangers.get(ANSWER.toSeconds(), TimeUnit.SECONDS)).isEqualTo("log-unavailable");
            var strangerRefused = millisSince(gone);
            assertThat(ready.get(ANSWER.toSeconds(), TimeUnit.SECONDS)).isEqualTo(503);
            var notReady = millisSince(gone);
            await("more is refused").until(() -> publishers.stream().allMatch(it -> it.refused() > 5));
            assertThat(health("live")).isEqualTo(200);
            assertThat(stranger.publishOnce()).isEqualTo("log-unavailable");

            comeBack.run();
            publishers.forEach(Publisher::countAnew);
            var back = System.nanoTime();
            await("messages are taken again")
                    .atMost(HEALING)
                    .until(() -> publishers.stream().allMatch(it -> it.taken() > 0));
            var healed = millisSince(back);
            await("ready").atMost(HEALING).until(() -> health("ready") == 200);
            var isReady = millisSince(back);
            publishers.forEach(Publisher::stop);
            for (var one : work) {
                one.get(30, TimeUnit.SECONDS);
            }

            var slowest = publishers.stream()
                    .map(Publisher::slowest)
                    .max(Duration::compareTo)
                    .orElseThrow();
            System.out.printf(
                    "the database is %s: all refused after %d ms, a publisher to a new channel after %d ms, not ready after %d ms;"
                            + " back: messages taken after %d ms, ready after %d ms; the slowest answer took %d ms%n",
                    what, refused, strangerRefused, notReady, healed, isReady, slowest.toMillis());
            assertThat(slowest).isLessThan(ANSWER);
            assertThat(stranger.slowest()).isLessThan(ANSWER);

            var acknowledged = new HashMap<Long, String>();
            publishers.forEach(it -> acknowledged.putAll(it.acknowledged()));
            assertThat(subscriber.isOpen()).isTrue();
            LogCheck.assertInTheLog(feed, channel, acknowledged);
            LogCheck.assertAllSeen(subscriber, channel, acknowledged);
            assertHeard(socketIo, socketIoHears, acknowledged);
            for (var publisher : publishers) {
                publisher.close();
            }
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    private static int health(String what) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server.url() + "health/" + what))
                .timeout(Duration.ofSeconds(10))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    /** Everything that comes until the end of the load, which this client says itself. */
    private static List<String> listen(RawWebSocket socketIo) throws IOException {
        var heard = new ArrayList<String>();
        for (var text = socketIo.hear(); !text.startsWith("42[\"end\""); text = socketIo.hear()) {
            if (text.equals("2")) {
                socketIo.say("3");
            } else if (text.startsWith("42[\"number\"")) {
                heard.add(text.replaceFirst("42\\[\"number\",\"([^\"]*)\".*", "$1"));
            }
        }
        return heard;
    }

    private static void assertHeard(RawWebSocket socketIo, Future<List<String>> heard, Map<Long, String> acknowledged)
            throws Exception {
        var channel = "end-" + UUID.randomUUID();
        socketIo.say("42[\"join\",\"" + channel + "\"]");
        socketIo.say("42[\"end\",1,{\"channel\":\"" + channel + "\"}]");
        assertThat(heard.get(20, TimeUnit.SECONDS))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, acknowledged.size())
                        .mapToObj(acknowledged::get)
                        .toList());
    }
}
