package dev.herald;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The released WAR on a server that has users: alice is an operator, and bob is not. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LoginIT {

    private static final Path OUT =
            Path.of(System.getProperty("herald.browser")).resolveSibling("board");
    private static final String PASSWORD = "for-tests-only";

    /** Nothing is sent there. */
    private static final String PUSH = "http://127.0.0.1:9";

    private static final String LIKE_A_GUEST = "guest-abcdefghijklmnop";

    private static PayaraProcess server;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(OUT);
        var password = Files.writeString(OUT.resolve("password.txt"), "AS_ADMIN_USERPASSWORD=" + PASSWORD + "\n");
        var commands = Files.write(
                OUT.resolve("users.txt"),
                List.of(
                        "set configs.config.server-config.security-service.activate-default-principal-to-role-mapping=true",
                        "create-file-user --groups herald-operator --passwordfile " + password + " alice",
                        "create-file-user --groups staff --passwordfile " + password + " bob",
                        "create-file-user --groups staff --passwordfile " + password + " " + LIKE_A_GUEST));
        server = PayaraProcess.startAfter(
                commands,
                OUT.resolve("login-server.log").toFile(),
                "herald.login=true",
                "herald.push.services=" + PUSH);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void usersSignInAndOutOnTheBoard() throws Exception {
        NodeScript.pass("board/login.mjs", server.url(), OUT.toString(), PASSWORD, PUSH);
    }

    @Test
    void nobodyIsAnOperatorForComingFromThisMachine() throws Exception {
        var client = HttpClient.newHttpClient();

        var page = client.send(get("monitor.xhtml"), BodyHandlers.ofString());
        assertThat(page.statusCode()).isEqualTo(303);
        assertThat(page.headers().firstValue("Location").orElse("")).endsWith("login?to=monitor");
        assertThat(client.send(get("monitor/live"), BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
        assertThat(client.send(disconnect("application/json"), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
        var figures = client.send(get("metrics"), BodyHandlers.ofString());
        assertThat(figures.statusCode()).isEqualTo(401);
        assertThat(figures.body()).doesNotContain("herald_log_up");
        assertThat(figures.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic ");
    }

    @Test
    void figuresAreForOperatorsWithTheirPassword() throws Exception {
        assertThat(figures("alice", PASSWORD).statusCode()).isEqualTo(200);
        assertThat(figures("alice", PASSWORD).body()).contains("herald_log_up 1");
        assertThat(figures("alice", "wrong").statusCode()).isEqualTo(401);
        assertThat(figures("bob", PASSWORD).statusCode()).isEqualTo(403);
    }

    @Test
    void whoIsSignedInNeedsTheRole() throws Exception {
        var bob = signedIn("bob");
        for (var path : List.of("monitor.xhtml", "monitor/live", "metrics")) {
            assertThat(bob.send(get(path), BodyHandlers.ofString()).statusCode())
                    .as(path)
                    .isEqualTo(403);
        }
        assertThat(bob.send(disconnect("application/json"), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403);

        var alice = signedIn("alice");
        for (var path : List.of("monitor.xhtml", "metrics")) {
            assertThat(alice.send(get(path), BodyHandlers.ofString()).statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
        assertThat(mayWatch(alice)).isEqualTo(200);
        // A form of another site can send text, but no JSON; and no form of another site signs anybody in or out.
        assertThat(alice.send(disconnect("text/plain"), BodyHandlers.ofString()).statusCode())
                .isEqualTo(400);
        assertThat(alice.send(disconnect("application/json"), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(404);
        for (var path : List.of("login", "logout")) {
            var foreign = HttpRequest.newBuilder(URI.create(server.url() + path))
                    .header("Origin", "https://evil.example")
                    .POST(BodyPublishers.noBody())
                    .build();
            assertThat(alice.send(foreign, BodyHandlers.ofString()).statusCode())
                    .as(path)
                    .isEqualTo(403);
        }
        assertThat(mayWatch(alice)).isEqualTo(200);
    }

    @Test
    void whoSignsOutSeesNoMoreFigures() throws Exception {
        var alice = signedIn("alice");
        var stream = alice.send(get("monitor/live"), BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        try (var lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8))) {
            assertThat(lines.readLine()).startsWith("retry: ");
            assertThat(lines.lines().filter(line -> !line.isEmpty()).findFirst())
                    .hasValueSatisfying(line -> assertThat(line).startsWith("data: {\"at\":"));

            var logout = HttpRequest.newBuilder(URI.create(server.url() + "logout"))
                    .POST(BodyPublishers.noBody())
                    .build();
            assertThat(alice.send(logout, BodyHandlers.ofString()).statusCode()).isEqualTo(303);

            assertThat(lines.lines().filter(line -> !line.startsWith("data: {") && !line.isEmpty()))
                    .containsExactly("event: again", "data: 1");
        }
        assertThat(mayWatch(alice)).isEqualTo(401);
    }

    private static int mayWatch(HttpClient client) throws Exception {
        var head = HttpRequest.newBuilder(URI.create(server.url() + "monitor/live"))
                .method("HEAD", BodyPublishers.noBody())
                .build();
        return client.send(head, BodyHandlers.ofString()).statusCode();
    }

    @Test
    void whoGivesWrongPasswordsWaitsByPageAndByProgram() throws Exception {
        var client = HttpClient.newHttpClient();
        for (var n = 0; n < 5; n++) {
            var wrong = client.send(login("علي", "wrong", "de"), BodyHandlers.ofString());
            assertThat(wrong.statusCode()).isEqualTo(303);
            assertThat(wrong.headers().firstValue("Location").orElse("")).endsWith("login?failed=true");
            assertThat(wrong.headers().allValues("Set-Cookie")).noneMatch(cookie -> cookie.startsWith("JSESSIONID"));
        }
        assertThat(tooMany(client.send(login("علي", "wrong", "de"), BodyHandlers.ofString())))
                .contains("zu viele falsche Passwörter", "name=\"password\"");
        assertThat(tooMany(client.send(login("علي", "wrong", "en"), BodyHandlers.ofString())))
                .contains("too many wrong passwords");
        assertThat(tooMany(figures("علي", "wrong"))).contains("too many wrong passwords");
        signedIn("alice");
    }

    @Test
    void whoHasANameOfGuestsIsToldAndNotSignedIn() throws Exception {
        var client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        var answer = client.send(login(LIKE_A_GUEST, PASSWORD, "en"), BodyHandlers.ofString());

        assertThat(answer.headers().firstValue("Location").orElse("")).endsWith("login?failed=name");
        assertThat(client.send(get("login?failed=name"), BodyHandlers.ofString())
                        .body())
                .contains("This user name cannot be used here.");
        assertThat(client.send(get("index.xhtml"), BodyHandlers.ofString()).statusCode())
                .as("the page is a guest's")
                .isEqualTo(200);
    }

    @Test
    void aLoginHasAnotherSessionThanWasThereBefore() throws Exception {
        var planted = "JSESSIONID=0123456789abcdef0123456789ab";
        var form = HttpRequest.newBuilder(login("alice", PASSWORD, "en"), (name, value) -> true)
                .header("Cookie", planted)
                .build();
        var answer = HttpClient.newHttpClient().send(form, BodyHandlers.ofString());
        var cookie = answer.headers().allValues("Set-Cookie").stream()
                .filter(one -> one.startsWith("JSESSIONID="))
                .findFirst()
                .orElseThrow();
        assertThat(cookie).contains("HttpOnly").doesNotContain(planted);
    }

    private static String tooMany(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
        return answer.body();
    }

    private static HttpRequest login(String user, String password, String language) {
        return HttpRequest.newBuilder(URI.create(server.url() + "login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept-Language", language)
                .POST(BodyPublishers.ofString("user=" + URLEncoder.encode(user, UTF_8) + "&password=" + password))
                .build();
    }

    private static HttpClient signedIn(String user) throws Exception {
        var client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        assertThat(client.send(login(user, PASSWORD, "en"), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(303);
        return client;
    }

    private static HttpRequest get(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path)).build();
    }

    private static HttpRequest disconnect(String type) {
        return HttpRequest.newBuilder(URI.create(server.url() + "monitor/disconnect"))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString("{\"id\": \"nobody\"}"))
                .build();
    }

    private static HttpResponse<String> figures(String user, String password) throws Exception {
        var basic = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
        var request = HttpRequest.newBuilder(URI.create(server.url() + "metrics"))
                .header("Authorization", "Basic " + basic)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }
}
