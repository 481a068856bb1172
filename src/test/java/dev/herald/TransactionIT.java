package dev.herald;

import static dev.herald.it.ServerUnderTest.FEED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.HeraldWar;
import dev.herald.it.JavaClient;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.TransactionalShop;
import jakarta.json.JsonObject;
import java.io.File;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;

/** An application whose messages go by the outbox, in the container's transactions; its operator has made the tables by the script. */
@ArquillianTest
@RunAsClient
class TransactionIT {

    private static final int ORDERS = 30;

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addClass(TransactionalShop.class)
                .addClasses(TransactionalShop.class.getDeclaredClasses())
                .addAsResource(new File("docs/outbox.sql"), "outbox.sql")
                .addAsResource(HeraldWar.settings("""
                                herald.board=false
                                herald.outbox=true
                                herald.outbox.datasource=java:app/jdbc/shop
                                herald.outbox.migrate=false
                                shop.script=/outbox.sql
                                shop.url=jdbc:h2:mem:shop;USER=shop;PASSWORD=shop;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=30000
                                """), "META-INF/microprofile-config.properties");
    }

    private final String region = "r" + UUID.randomUUID();
    private final String channel = "orders." + region;

    private FeedClient watcher() throws Exception {
        assertThat(perform("open", "")).isEqualTo(200);
        var client = FeedClient.open(FEED, Map.of()).settle();
        client.join(channel);
        client.await("joined", m -> channel.equals(m.getString("channel", null)));
        return client;
    }

    private int perform(String what, String id) throws Exception {
        var form = "do=" + what + "&region=" + region + "&id=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
        return ServerUnderTest.post(TransactionalShop.PATH, form, Map.of()).statusCode();
    }

    private List<String> placed(FeedClient client) {
        return client.messages("placed", channel).stream()
                .map(message -> message.getJsonObject("data"))
                .map(data -> data.getInt("number") + " " + data.getString("id"))
                .toList();
    }

    private List<String> rows() throws Exception {
        return ServerUnderTest.get(TransactionalShop.PATH + "?region=" + region)
                .body()
                .lines()
                .toList();
    }

    @Test
    void whatIsFiredReachesEveryoneWhenItsTransactionCommitsAndNobodyWhenItDoesNot() throws Exception {
        try (var ann = watcher()) {
            assertThat(perform("fail", "dropped")).isEqualTo(409);
            assertThat(perform("give-up", "dropped late")).isEqualTo(409);
            for (var id : List.of("Jürgen", "名前", "سلمى", "😀")) {
                assertThat(perform("place", id)).isEqualTo(200);
            }

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(placed(ann)).hasSize(4));
            assertThat(placed(ann))
                    .containsExactly("1 Jürgen", "2 名前", "3 سلمى", "4 😀")
                    .isEqualTo(rows());
            assertThat(ann.messages("placed", channel))
                    .extracting(message -> message.getInt("offset"))
                    .containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void theJavaClientHearsWhatIsCommittedAndNothingThatIsRolledBack() throws Exception {
        assertThat(perform("open", "")).isEqualTo(200);
        try (var client = new JavaClient("/", Map.of(), "websocket").arrive()) {
            client.ask("join", channel);

            assertThat(perform("fail", "dropped")).isEqualTo(409);
            assertThat(perform("place", "سلمى")).isEqualTo(200);

            assertThat(((JSONObject) client.hear("placed").get(0)).getString("id"))
                    .isEqualTo("سلمى");
            assertThat(client.heardAllOf("placed")).isTrue();
        }
    }

    @Test
    void nothingIsThereBeforeTheCommitHoweverItIsPublished() throws Exception {
        try (var ann = watcher()) {
            assertThat(perform("publish-all", ann.personId())).isEqualTo(200);

            ann.await("noted");
            ann.await("moved");
            ann.await("shouted");
            ann.await("private");
            ann.awaitMsg("news", "in " + region);
            assertThat(events(ann)).startsWith("marked").containsOnlyOnce("noted", "moved", "shouted", "private");
            assertThat(ann.messages("noted", channel))
                    .extracting(message -> message.getString("data"))
                    .containsExactly("in the transaction");
        }
    }

    private static List<String> events(FeedClient client) {
        return client.messages().stream()
                .map((JsonObject message) -> message.getString("event"))
                .filter(event -> List.of("marked", "noted", "moved", "shouted", "private", "news")
                        .contains(event))
                .toList();
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

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(placed(ann)).hasSize(ORDERS * 4 / 5));
            assertThat(placed(ann)).isEqualTo(rows());
        } finally {
            threads.shutdown();
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> ServerUnderTest.get(TransactionalShop.PATH + "?waiting=yes")
                        .body()
                        .equals("0"));
    }
}
