package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.LogCheck;
import dev.herald.it.PayaraProcess;
import dev.herald.it.Publisher;
import dev.herald.it.SmallDisk;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The released WAR with its default database, on a disk that becomes full, and then has room again. */
class DiskFullIT {

    private static final int DISK_MEBIBYTES = 32;
    private static final int BALLAST_BYTES = 16 * 1024 * 1024;
    private static final int MESSAGE_CHARACTERS = 20_000;
    private static final String CHANNEL = "load";

    /** How long anybody waits for an answer. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** How soon messages are taken after there is room. */
    private static final Duration HEALING = Duration.ofSeconds(10);

    @Test
    void nothingIsLostWhenTheDiskIsFull() throws Exception {
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/disk-full.log");
        Files.deleteIfExists(log);
        var threads = Executors.newCachedThreadPool();
        try (var disk = SmallDisk.mount(DISK_MEBIBYTES)) {
            var ballast = Files.write(disk.directory().resolve("ballast"), new byte[BALLAST_BYTES]);
            try (var server = PayaraProcess.start(log.toFile(), "herald.data.dir=" + disk.directory());
                    var bystander = FeedClient.open(feed(server), Map.of()).settle()) {
                var publishers = IntStream.range(0, 3)
                        .mapToObj(n -> new Publisher(feed(server), CHANNEL, n + "-", MESSAGE_CHARACTERS))
                        .toList();
                var work = publishers.stream()
                        .map(publisher -> threads.submit(publisher::publishOneAfterAnother))
                        .toList();
                await("the disk is full")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> publishers.stream().allMatch(it -> it.refused() > 10));
                assertThat(health(server, "live")).isEqualTo(200);
                var before = publishers.stream()
                        .mapToInt(it -> it.acknowledged().size())
                        .sum();

                Files.delete(ballast);
                publishers.forEach(Publisher::countAnew);
                var room = System.nanoTime();
                await("messages are taken again")
                        .atMost(HEALING)
                        .until(() -> publishers.stream().allMatch(it -> it.taken() > 0));
                var healed = (System.nanoTime() - room) / 1_000_000;
                await("ready").atMost(HEALING).until(() -> health(server, "ready") == 200);
                publishers.forEach(Publisher::stop);
                var acknowledged = new HashMap<Long, String>();
                for (var n = 0; n < work.size(); n++) {
                    work.get(n).get(30, TimeUnit.SECONDS);
                    acknowledged.putAll(publishers.get(n).acknowledged());
                    assertThat(publishers.get(n).slowest()).isLessThan(ANSWER);
                    publishers.get(n).close();
                }
                System.out.printf(
                        "the disk was full after %d messages; taken again after %d ms, %d then%n",
                        before, healed, acknowledged.size());

                assertThat(bystander.isOpen()).isTrue();
                LogCheck.assertInTheLog(feed(server), CHANNEL, acknowledged);
                server.restart();
                LogCheck.assertInTheLog(feed(server), CHANNEL, acknowledged);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static String feed(PayaraProcess server) {
        return server.url().replace("http:", "ws:") + "feed";
    }

    private static int health(PayaraProcess server, String what) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + "health/" + what))
                .timeout(Duration.ofSeconds(10))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }
}
