package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.PayaraProcess;
import dev.herald.it.RawHttp;
import dev.herald.it.ServerLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to the HTTP API that are wrong on purpose, as bytes on a TCP connection to the released WAR. */
@Timeout(120)
class HttpAttackIT {

    private static final Path LOG = Path.of(System.getProperty("herald.war")).resolveSibling("server/http-attack.log");
    private static final String MESSAGES = "/api/channels/news/messages";
    private static final String BODY = "{\"event\":\"news\",\"data\":1}";

    private static PayaraProcess server;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(LOG.getParent());
        Files.deleteIfExists(LOG);
        server = PayaraProcess.start(LOG.toFile(), "herald.board=false", "herald.quota=off");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        assertThat(ServerLog.mistakes(LOG)).isEmpty();
    }

    /** Asks with header lines of its own, each with its line's end. */
    private static RawHttp.Answer ask(String method, String path, String headers, String body) throws IOException {
        var length = body.isEmpty() ? "" : "Content-Length: " + body.getBytes(UTF_8).length + "\r\n";
        return RawHttp.exchange(
                server.port(),
                method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + headers + length
                        + "\r\n" + body);
    }

    private static RawHttp.Answer post(String headers, String body) throws IOException {
        return ask("POST", MESSAGES, "Content-Type: application/json\r\n" + headers, body);
    }

    private static void assertProblem(RawHttp.Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.headers() + answer.body()).isEqualTo(status);
        assertThat(answer.headers()).containsIgnoringCase("content-type: application/problem+json");
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/problem+json",
                "application/json, text/plain",
                "application/json; charset=utf-8; x=1",
                "application/json; x=1"
            })
    void whatIsNotJsonInUtf8ByItsTypeIsNotRead(String type) throws IOException {
        assertProblem(ask("POST", MESSAGES, "Content-Type: " + type + "\r\n", BODY), 415, "type-unsupported");
    }

    @Test
    void aBodyWithoutATypeIsNotRead() throws IOException {
        assertProblem(ask("POST", MESSAGES, "", BODY), 415, "type-unsupported");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65, 7_000, 10_240})
    void keysThatAreTooShortOrTooLongAreRefused(int length) throws IOException {
        var answer = post("Idempotency-Key: " + "k".repeat(length) + "\r\n", BODY);

        // Beyond 8 KiB of headers the server itself refuses.
        assertThat(answer.status()).isIn(400, 431);
        if (length < 8_000) {
            assertProblem(answer, 400, "id-invalid");
        }
    }

    @Test
    void aHeaderThatIsPutIntoAKeyIsNoHeaderOfTheAnswer() throws IOException {
        var answer = post("Idempotency-Key: a\r\nSet-Cookie: evil=1\r\nLocation: http://evil\r\n", BODY);

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.headers()).doesNotContain("evil");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "[] | malformed",
                "{\"event\":\"news\",\"data\":1}x | malformed",
                "{\"event\":\"news\",\"data\":\"\\u0000\"} | malformed",
                "{\"event\":\"news\",\"data\":\"\\ud800\"} | malformed",
                "{\"event\":\"news\",\"data\":1e999999999} | malformed",
                "{\"event\":1} | malformed",
                "{\"event\":\"\"} | event-invalid",
                "{\"data\":1} | event-invalid",
                "{\"event\":\"join\",\"data\":1} | event-reserved",
                "{\"event\":\"private\",\"to\":\"ann\"} | event-reserved",
                "{\"event\":\"connect\"} | event-reserved"
            })
    void bodiesThatAreWrongAreAnsweredWithWhatIsWrong(String body, String code) throws IOException {
        assertProblem(post("", body), 400, code);
    }

    @Test
    void bodiesThatAreDeepOrLongCostLittle() throws IOException {
        assertProblem(
                post("", "{\"event\":\"news\",\"data\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}"),
                400,
                "malformed");
        assertProblem(post("", "{\"event\":\"news\",\"data\":" + "9".repeat(60_000) + "}"), 400, "malformed");
        assertProblem(post("", "{\"event\":\"news\",\"data\":\"" + "x".repeat(70_000) + "\"}"), 413, "too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%0d%0aSet-Cookie:%20evil=1", "a%2fb", "%F0%9F%98%80", "*", "news%20"})
    void channelsThatAreNoneAreRefusedByEveryMethod(String channel) throws IOException {
        var path = "/api/channels/" + channel + "/messages";

        for (var answer : new RawHttp.Answer[] {
            ask("GET", path, "", ""),
            ask("POST", path, "Content-Type: application/json\r\n", BODY),
            ask("GET", "/api/presence/" + channel, "", ""),
            ask("GET", "/api/events?channel=" + channel, "", "")
        }) {
            assertProblem(answer, 400, "channel-invalid");
            assertThat(answer.headers()).doesNotContain("evil");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"user:ann", "user%3Aann"})
    void anotherPersonsPrivateChannelIsClosedHoweverItIsWritten(String channel) throws IOException {
        assertProblem(ask("GET", "/api/channels/" + channel + "/messages", "", ""), 403, "channel-forbidden");
        assertProblem(ask("GET", "/api/presence/" + channel, "", ""), 403, "channel-forbidden");
        assertProblem(ask("GET", "/api/events?channel=" + channel, "", ""), 403, "channel-forbidden");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "-1",
                "news=1",
                "news:1",
                "eyJhIjoxfQ==",
                "%%%",
                ",",
                "news=epoch:-5",
                "news=epoch:99999999999999999999"
            })
    void anIdThatIsOfNoEventIsRefused(String id) throws IOException {
        assertProblem(ask("GET", "/api/events", "Last-Event-ID: " + id + "\r\n", ""), 400, "since-invalid");
    }

    @Test
    void anIdWithoutEndIsRefused() throws IOException {
        assertProblem(
                ask("GET", "/api/events", "Last-Event-ID: " + "a".repeat(7_000) + "\r\n", ""), 400, "since-invalid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "http://evil", "http://127.0.0.1.evil", "file://"})
    void pagesOfOtherSitesPublishNothing(String origin) throws IOException {
        assertProblem(post("Origin: " + origin + "\r\n", BODY), 403, "origin-forbidden");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"before=-1", "before=NaN", "before=1.5", "before=", "limit=0", "limit=1e9", "limit=99999999999"})
    void pagesOfHistoryThatAreNoneAreRefused(String query) throws IOException {
        assertProblem(ask("GET", MESSAGES + "?" + query, "", ""), 400, "history-invalid");
    }

    @Test
    void aBodysOwnIdIsNoKey() throws IOException {
        var cookie = "Cookie: herald-guest=" + "t".repeat(30) + "\r\n";
        var first = post(cookie, "{\"event\":\"news\",\"data\":1,\"id\":\"b1\"}");
        var second = post(cookie, "{\"event\":\"news\",\"data\":1,\"id\":\"b1\"}");

        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
    }
}
