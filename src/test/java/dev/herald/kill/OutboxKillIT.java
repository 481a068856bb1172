package dev.herald.kill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.api.Position;
import dev.herald.it.PayaraProcess;
import dev.herald.it.TransactionalShop;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server whose application places orders is killed again and again, mostly right after a commit. What the application's database
 * has is in the log, each order once, in the order of the commits. The log may have more: H2 itself loses some of the last commits
 * of several connections when it is killed, also with WRITE_DELAY=0. {@code -Dkill.rounds} says how often: two of five times as often as KillIT kills.
 */
@Tag("kill")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class OutboxKillIT {

    /** Fewer than KillIT's, as each is longer: 3 of 5, 20 of 50. */
    private static final int ROUNDS = Math.max(3, Integer.getInteger("kill.rounds", 5) * 2 / 5);

    /** In so many rounds some kill meets a message between commit and log, on any machine. */
    private static final int ROUNDS_THAT_MEET = 10;

    private static final int BUYERS = 4;
    private static final List<String> REGIONS = List.of("north", "south");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long the load lasts at the most before a kill. */
    private static final int LOAD_MILLIS = 1_000;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private final Random random = new Random();
    private final Queue<String> acked = new ConcurrentLinkedQueue<>();
    /** Is run after the next acknowledgement. */
    private final AtomicReference<Runnable> afterAck = new AtomicReference<>();

    private PayaraProcess server;
    private volatile boolean isOver;

    @Test
    void eachOrderThatWasCommittedIsInTheLogOnceHoweverOftenTheServerIsKilled() throws Exception {
        var met = 0;
        try (var started = start()) {
            server = started;
            openRegions();
            var buyers = startBuyers();
            for (var round = 0; round < ROUNDS; round++) {
                awaitAcks();
                Thread.sleep(random.nextInt(LOAD_MILLIS));
                kill(round % 3 > 0);
                met += countWaiting();
                server.startAgain();
            }
            awaitAcks();
            isOver = true;
            for (var buyer : buyers) {
                buyer.join();
            }
            await().atMost(PATIENCE).until(() -> get("waiting=yes").equals("0"));
            for (var region : REGIONS) {
                judge(region);
            }
        }
        System.out.println("acknowledged " + acked.size() + ", met by a kill between commit and log " + met);
        if (ROUNDS >= ROUNDS_THAT_MEET) {
            assertThat(met)
                    .as("messages that a kill met between commit and log")
                    .isPositive();
        }
    }

    private PayaraProcess start() throws IOException {
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/outbox-kill.log");
        Files.deleteIfExists(log);
        return PayaraProcess.start(
                warWithTheShop(),
                log.toFile(),
                "-XX:TieredStopAtLevel=1",
                "herald.board=false",
                "herald.outbox=true",
                "herald.outbox.datasource=java:app/jdbc/shop",
                "herald.recovery.max-messages=1000000",
                "shop.url=" + database());
    }

    private String database() {
        return "jdbc:h2:file:" + directory.resolve("shop")
                + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=30000";
    }

    private Path warWithTheShop() {
        var war = directory.resolve("herald.war");
        ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("herald.war")))
                .addClass(TransactionalShop.class)
                .addClasses(TransactionalShop.class.getDeclaredClasses())
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        return war;
    }

    private void openRegions() throws Exception {
        for (var region : REGIONS) {
            assertThat(post("open", region, "")).isEqualTo(200);
        }
    }

    private List<Thread> startBuyers() {
        var buyers = new ArrayList<Thread>();
        for (var n = 0; n < BUYERS; n++) {
            var name = "buyer-" + n;
            var buyer = new Thread(() -> buy(name), name);
            buyer.start();
            buyers.add(buyer);
        }
        return buyers;
    }

    private void buy(String name) {
        for (var n = 0; !isOver; n++) {
            var id = name + "-" + n;
            try {
                if (post("place", REGIONS.get(n % REGIONS.size()), id) == 200) {
                    acked.add(id);
                    var action = afterAck.getAndSet(null);
                    if (action != null) {
                        action.run();
                    }
                } else {
                    Thread.sleep(50);
                }
            } catch (IOException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitAcks() {
        var before = acked.size();
        await("orders are placed").atMost(PATIENCE).until(() -> acked.size() > before + 2 * BUYERS);
    }

    private void kill(boolean rightAfterCommit) throws InterruptedException {
        var killed = new CountDownLatch(1);
        Runnable kill = () -> {
            server.kill();
            killed.countDown();
        };
        if (rightAfterCommit) {
            afterAck.set(kill);
        } else {
            kill.run();
        }
        assertThat(killed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** How many committed messages the server that was killed has not moved, or not deleted. */
    private int countWaiting() throws SQLException {
        var opened = new AtomicReference<Connection>();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            opened.set(DriverManager.getConnection(database(), "shop", "shop"));
            return true;
        });
        try (var connection = opened.get();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM herald_outbox")) {
            rows.next();
            var count = rows.getInt(1);
            // Not in order: see decision 12.
            statement.execute("SHUTDOWN IMMEDIATELY");
            return count;
        }
    }

    private void judge(String region) throws Exception {
        var committed = get("region=" + region).lines().toList();
        var logged = readLog("orders." + region);
        assertThat(logged).as("the log of " + region).doesNotHaveDuplicates().containsSubsequence(committed);
    }

    private List<String> readLog(String channel) throws InterruptedException {
        var lines = new ArrayList<String>();
        var socket = FeedSocket.connect(server.port(), "reader").orElseThrow();
        socket.join(channel, null);
        var joined = KillIT.hear(socket, "joined", channel);
        var head = joined.getJsonNumber("head").longValue();
        socket.join(channel, new Position(joined.getString("epoch"), 0));
        for (var n = 0; n < head; n++) {
            var data = KillIT.hear(socket, "placed", channel).getJsonObject("data");
            lines.add(data.getInt("number") + " " + data.getString("id"));
        }
        socket.cut();
        return lines;
    }

    private int post(String what, String region, String id) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server.url() + TransactionalShop.PATH.substring(1)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString("do=" + what + "&region=" + region + "&id=" + id));
        return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private String get(String query) throws IOException, InterruptedException {
        var uri = URI.create(server.url() + TransactionalShop.PATH.substring(1) + "?" + query);
        return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(UTF_8))
                .body();
    }
}
