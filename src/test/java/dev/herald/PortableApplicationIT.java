package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import dev.herald.it.ServerProcess;
import dev.herald.it.TomEeProcess;
import dev.herald.it.TransactionalShop;
import dev.herald.it.WildFlyProcess;
import dev.herald.it.identity.Ready;
import dev.herald.it.identity.SessionSignIn;
import dev.herald.it.typed.Bench;
import java.io.File;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The released WAR with an application's beans and an outbox in its own database, on the server that the Maven profile names. */
@Tag("portability")
class PortableApplicationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ORDERS = 30;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static ServerProcess server;

    private final String region = "r" + UUID.randomUUID();
    private final String channel = "orders." + region;

    @BeforeAll
    static void start() throws Exception {
        var name = System.getProperty("server.name");
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/" + name + "-shop.log");
        Files.deleteIfExists(log);
        var war = directory.resolve("shop.war");
        ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("herald.war")))
                .addClass(TransactionalShop.class)
                .addClasses(TransactionalShop.class.getDeclaredClasses())
                .addPackages(false, Bench.class.getPackage(), SessionSignIn.class.getPackage())
                .deleteClass(Ready.class)
                .addAsResource(new File("docs/outbox.sql"), "outbox.sql")
                .addAsResource(HeraldWar.settings("""
                                herald.board=false
                                herald.outbox=true
                                herald.outbox.datasource=java:app/jdbc/shop
                                herald.outbox.migrate=false
                                shop.script=/outbox.sql
                                shop.url=jdbc:h2:mem:shop;USER=shop;PASSWORD=shop;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=30000
                                """), "META-INF/microprofile-config.properties")
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        server = switch (name) {
            case "payara-micro" -> PayaraProcess.start(war, log.toFile());
            case "tomee" -> TomEeProcess.start(war, log.toFile());
            case "wildfly" -> WildFlyProcess.start(war, log.toFile());
            default -> throw new IllegalArgumentException("server.name is " + name);
        };
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private FeedClient watcher() throws Exception {
        assertThat(perform("open", "")).isEqualTo(200);
        var client = FeedClient.open(server.url().replace("http:", "ws:") + "feed", Map.of())
                .settle();
        client.join(channel);
        client.await("joined", m -> channel.equals(m.getString("channel", null)));
        return client;
    }

    private int perform(String what, String id) throws Exception {
        var form = "do=" + what + "&region=" + region + "&id=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(shop(""))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build();
        return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    }

    private static URI shop(String query) {
        return URI.create(server.url().replaceFirst("/$", "") + TransactionalShop.PATH + query);
    }

    private static String ask(String query) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(shop(query)).build(), BodyHandlers.ofString())
                .body();
    }

    private static List<String> placed(FeedClient client, String channel) {
        return client.messages("placed", channel).stream()
                .map(message -> message.getJsonObject("data"))
                .map(data -> data.getInt("number") + " " + data.getString("id"))
                .toList();
    }

    private List<String> rows() throws Exception {
        return ask("?region=" + region).lines().toList();
    }

    @Test
    void theOfficialClientUsesTypedHandlers() throws Exception {
        NodeScript.pass("socketio/typed.mjs", server.url().replaceFirst("/$", ""));
    }

    @Test
    void theContainersCallerIsTheCallerOfHandlers() throws Exception {
        NodeScript.pass("socketio/caller.mjs", server.url());
    }

    @Test
    void whatIsFiredGoesOutWithItsCommitAndNotWithARollback() throws Exception {
        try (var ann = watcher()) {
            assertThat(perform("fail", "dropped")).isEqualTo(409);
            assertThat(perform("give-up", "dropped late")).isEqualTo(409);
            for (var id : List.of("Jürgen", "名前", "سلمى", "😀")) {
                assertThat(perform("place", id)).isEqualTo(200);
            }

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(placed(ann, channel)).hasSize(4));
            assertThat(placed(ann, channel))
                    .containsExactly("1 Jürgen", "2 名前", "3 سلمى", "4 😀")
                    .isEqualTo(rows());
        }
    }

    @Test
    void ordersThatAreCommittedSideBySideAreHeardInTheOrderOfTheirCommits() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try (var ann = watcher()) {
            var answers = new ArrayList<Future<Integer>>();
            IntStream.range(0, ORDERS)
                    .forEach(n -> answers.add(threads.submit(() -> perform(n % 5 == 4 ? "fail" : "place", "o" + n))));
            for (var answer : answers) {
                assertThat(answer.get()).isIn(200, 409);
            }

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(placed(ann, channel)).hasSize(ORDERS * 4 / 5));
            assertThat(placed(ann, channel)).isEqualTo(rows());
        } finally {
            threads.shutdown();
        }
        await().atMost(PATIENCE).until(() -> ask("?waiting=yes").equals("0"));
    }
}
