package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.FeedClient;
import dev.herald.it.PayaraProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The released WAR twice on one server, at the root and at {@code /shop}, with the default settings. */
class TwoApplicationsIT {

    @TempDir
    private static Path directory;

    private static PayaraProcess server;

    @BeforeAll
    static void start() throws Exception {
        var war = Path.of(System.getProperty("herald.war"));
        var log = war.resolveSibling("server/two-applications.log");
        Files.createDirectories(log.getParent());
        Files.deleteIfExists(log);
        server = PayaraProcess.startTwice(Files.copy(war, directory.resolve("shop.war")), log.toFile());
        await("the second application")
                .atMost(Duration.ofMinutes(2))
                .until(() -> get("shop/health/ready").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static FeedClient client(String path) throws Exception {
        return FeedClient.open(server.url().replace("http:", "ws:") + path + "feed", Map.of())
                .settle();
    }

    private static String history(String path) throws Exception {
        return get(path + "api/channels/news/messages").body();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path));
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void shareNoMessages() throws Exception {
        try (var root = client("");
                var shop = client("shop/")) {
            root.news("at the root", "1");
            shop.news("in the shop", "1");

            root.awaitMsg("news", "at the root");
            shop.awaitMsg("news", "in the shop");
            root.awaitAnswer("1");
            shop.awaitAnswer("1");
            assertThat(history("")).contains("at the root").doesNotContain("in the shop");
            assertThat(history("shop/")).contains("in the shop").doesNotContain("at the root");
            assertThat(root.heard()).noneMatch(it -> it.contains("in the shop"));
            assertThat(shop.heard()).noneMatch(it -> it.contains("at the root"));
            assertThat(server.data().resolve("herald.mv.db")).exists();
            assertThat(server.data().resolve("herald-shop.mv.db")).exists();
        }
    }
}
