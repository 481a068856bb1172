package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the board promises its guests, in a real browser, on the released WAR. Screenshots and logs are in {@code target/board}. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BoardIT {

    private static final Path OUT =
            Path.of(System.getProperty("herald.browser")).resolveSibling("board");

    /** Where nobody listens. */
    private static final String PUSH = "http://127.0.0.1:9";

    /** A comment of the format, or a sample: its name, its labels and a number. */
    private static final Pattern METRICS_LINE =
            Pattern.compile("# (TYPE [a-z_]+ (gauge|counter|summary)|UNIT [a-z_]+ [a-z]+|HELP [a-z_]+ .+|EOF)"
                    + "|[a-z_]+(\\{[a-z]+=\"[^\"\\n]*\"})? -?[0-9]+(\\.[0-9]+)?(E-?[0-9]+)?");

    private static PayaraProcess server;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(OUT);
        server = PayaraProcess.start(OUT.resolve("board-server.log").toFile(), "herald.push.services=" + PUSH);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void guestsFindTheirWayAndAreSeenAsTheyAre() throws Exception {
        NodeScript.pass("board/places.mjs", server.url(), OUT.toString());
    }

    @Test
    void guestsTalkInChannelsTypeAreAwayAndAreNamed() throws Exception {
        NodeScript.pass("board/channels.mjs", server.url(), OUT.toString());
    }

    @Test
    void guestsAreToldOfWhatTheyHaveNotSeen() throws Exception {
        NodeScript.pass("board/alerts.mjs", server.url(), OUT.toString(), PUSH);
    }

    @Test
    void guestsWhoseBrowsersLackSomethingAreToldAndDoTheRest() throws Exception {
        NodeScript.pass("board/lacking.mjs", server.url(), OUT.toString());
    }

    @Test
    void aGuestReadsTenThousandMessagesAndPastesALongText() throws Exception {
        System.out.println(NodeScript.pass("board/long.mjs", server.url(), OUT.toString()));
    }

    @Test
    void aFirstVisitIsLightAndStaysWhereItIs() throws Exception {
        System.out.println(NodeScript.pass("board/first.mjs", server.url(), OUT.toString()));
    }

    @Test
    void messagesAreThereOnceAlthoughTheNetworkIsCutAndTheServerKilled() throws Exception {
        NodeScript.passRestarting(
                server, "board/broken.mjs", server.url(), OUT.toString(), Long.toString(server.pid()));
    }

    @Test
    void nothingKeepsPeopleWithDisabilitiesFromUsingIt() throws Exception {
        NodeScript.pass("board/axe.mjs", server.url(), OUT.toString());
    }

    @Test
    void anOperatorSeesAndEndsConnections() throws Exception {
        NodeScript.pass("board/monitor.mjs", server.url(), OUT.toString());
    }

    @Test
    void theFiguresAreOpenMetricsAndForThisMachineOnly() throws Exception {
        var answer = get("metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(answer.body()).endsWith("\n# EOF\n").doesNotContain("\n\n");
        assertThat(answer.body().lines())
                .allMatch(line -> METRICS_LINE.matcher(line).matches())
                .contains("# TYPE herald_messages_in counter", "herald_log_up 1", "herald_nodes 1")
                .anyMatch(line -> line.startsWith("herald_ack_latency_seconds{quantile=\"0.99\"} "));

        for (var path : List.of("metrics", "monitor.xhtml", "monitor/live")) {
            assertThat(get(path, "X-Forwarded-For", "192.0.2.7").statusCode()).isEqualTo(403);
            assertThat(get(path, "Forwarded", "for=192.0.2.7").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void aFormOfAForeignPageIsToldSoAndIsNoLineInTheLog() throws Exception {
        var form = "rename=rename&rename%3Aname=Eve&jakarta.faces.ViewState=foreign";
        var request = HttpRequest.newBuilder(URI.create(server.url()))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains("This page is too old", "Open the message board")
                .doesNotContainIgnoringCase("exception", "mojarra");
        assertThat(Files.readString(OUT.resolve("board-server.log"))).doesNotContain("ViewExpiredException");
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }
}
