package dev.herald.kill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.api.Position;
import dev.herald.it.TransactionalShop;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * Those who place orders in {@link TransactionalShop}, on threads of their own, whether the server is there or not; some orders are
 * rolled back. At the end they compare Herald's log with the shop's database.
 */
final class Buyers {

    private static final int BUYERS = 4;

    /** Of so many orders of a buyer, one is rolled back. */
    private static final int FAILS_EVERY = 5;

    private static final List<String> REGIONS = List.of("north", "south");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port;
    private final String database;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> acked = new ConcurrentLinkedQueue<>();
    private final Queue<String> rolledBack = new ConcurrentLinkedQueue<>();
    /** Of each buyer since the last {@link #awaitOrders}. */
    private final Set<String> served = ConcurrentHashMap.newKeySet();
    /** Is run after the next acknowledgement. */
    private final AtomicReference<Runnable> afterAck = new AtomicReference<>();

    private volatile boolean isOver;

    /**
     * Nobody buys yet.
     *
     * @param port of the server
     * @param database the URL of the shop's database
     */
    Buyers(int port, String database) {
        this.port = port;
        this.database = database;
    }

    /** The application with the shop in it. */
    static WebArchive withTheShop(WebArchive application) {
        return application.addClass(TransactionalShop.class).addClasses(TransactionalShop.class.getDeclaredClasses());
    }

    /** What the server is to be told. */
    static List<String> settings(String database) {
        return List.of("herald.outbox=true", "herald.outbox.datasource=java:app/jdbc/shop", "shop.url=" + database);
    }

    /** Opens the shop and lets them buy. */
    void start() throws Exception {
        for (var region : REGIONS) {
            assertThat(post("open", region, "")).isEqualTo(200);
        }
        for (var n = 0; n < BUYERS; n++) {
            var name = "buyer-" + n;
            var buyer = new Thread(() -> buy(name), name);
            buyer.setDaemon(true);
            buyer.start();
            threads.add(buyer);
        }
    }

    private void buy(String name) {
        for (var n = 0; !isOver; n++) {
            try {
                order(name, n);
            } catch (IOException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void order(String name, int n) throws IOException, InterruptedException {
        var id = name + "-" + n;
        var region = REGIONS.get(n % REGIONS.size());
        if (n % FAILS_EVERY == 0) {
            // Before its message is written, or afterwards.
            if (post(n % 2 == 0 ? "fail" : "give-up", region, id) == 409) {
                rolledBack.add(id);
            }
        } else if (post("place", region, id) == 200) {
            acked.add(id);
            served.add(name);
            var action = afterAck.getAndSet(null);
            if (action != null) {
                action.run();
            }
        } else {
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs this when the next order is acknowledged, on the thread that hears it. */
    void atNext(Runnable action) {
        afterAck.set(action);
    }

    /** Waits until the server has placed an order of each. */
    void awaitOrders() {
        served.clear();
        await("orders are placed").atMost(PATIENCE).until(() -> served.size() == BUYERS);
    }

    /** How many messages are committed, and not moved or not deleted; also when the server is not there. */
    int countWaiting() throws SQLException {
        try (var connection = DriverManager.getConnection(database);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM herald_outbox")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Ends them, and waits until all that is committed is moved. */
    void end() throws Exception {
        isOver = true;
        for (var thread : threads) {
            thread.join();
        }
        await("all is moved").atMost(PATIENCE).until(() -> countWaiting() == 0);
    }

    /** The log has what the database has, in the order of the commits; all that were acknowledged, and none that was rolled back. */
    void judge() throws Exception {
        System.out.println("orders acknowledged " + acked.size() + ", rolled back " + rolledBack.size());
        var all = new ArrayList<String>();
        for (var region : REGIONS) {
            var committed = get("region=" + region).lines().toList();
            assertThat(readLog("orders." + region)).as("the log of " + region).isEqualTo(committed);
            committed.forEach(line -> all.add(line.substring(line.indexOf(' ') + 1)));
        }
        assertThat(all).as("committed").containsAll(acked).doesNotContainAnyElementsOf(rolledBack);
        assertThat(rolledBack).isNotEmpty();
    }

    private List<String> readLog(String channel) throws InterruptedException {
        var lines = new ArrayList<String>();
        var socket = FeedSocket.connect(port, "reader").orElseThrow();
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

    private URI shop(String query) {
        return URI.create("http://127.0.0.1:" + port + TransactionalShop.PATH + query);
    }

    private int post(String what, String region, String id) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(shop(""))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString("do=" + what + "&region=" + region + "&id=" + id));
        return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private String get(String query) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(shop("?" + query)).build(), BodyHandlers.ofString(UTF_8))
                .body();
    }
}
