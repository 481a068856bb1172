package dev.herald.push;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.herald.push.PushSender.Outcome;
import dev.herald.testing.AdjustableClock;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a push service gets, and what becomes of what it does not take. The sender works on the test's own thread. */
class PushSenderTest {

    /** What the service was sent. */
    private record Sent(String method, String path, Map<String, List<String>> headers, String base64) {

        String read(PushBrowser browser) {
            return browser.read(Base64.getDecoder().decode(base64));
        }

        String header(String name) {
            return String.join(",", headers.getOrDefault(name, List.of()));
        }
    }

    /** What it answers. */
    private record Answer(int status, @Nullable String retryAfter, int length) {}

    private final AdjustableClock clock = new AdjustableClock(Instant.parse("2026-01-01T12:00:00Z"));
    private final FakeTimer timer = new FakeTimer();
    private final VapidKeys keys = VapidKeys.make();
    private final PushBrowser browser = new PushBrowser();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer service;
    private String origin;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setExecutor(threads);
        service.createContext("/", this::take);
        service.start();
        origin = "http://127.0.0.1:" + service.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        service.stop(0);
        threads.shutdownNow();
    }

    private void take(HttpExchange exchange) throws IOException {
        sent.add(new Sent(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                Map.copyOf(exchange.getRequestHeaders()),
                Base64.getEncoder().encodeToString(exchange.getRequestBody().readAllBytes())));
        var answer = answers.isEmpty() ? new Answer(201, null, 0) : answers.remove();
        if (answer.retryAfter() != null) {
            exchange.getResponseHeaders().add("Retry-After", answer.retryAfter());
        }
        exchange.getResponseHeaders().add("Location", origin + "/elsewhere");
        try (exchange) {
            exchange.sendResponseHeaders(answer.status(), answer.length() == 0 ? -1 : answer.length());
            exchange.getResponseBody().write(new byte[answer.length()]);
        } catch (IOException e) {
            // The sender has read enough of a long body.
        }
    }

    private void answers(int status, @Nullable String retryAfter) {
        answers.add(new Answer(status, retryAfter, 0));
    }

    /** The sender's own threads are those of the client of HTTP, which needs some. */
    private PushSender sender(String... services) {
        var dispatching = Thread.currentThread();
        Executor executor = work -> {
            if (Thread.currentThread() == dispatching
                    && !work.getClass().getName().startsWith("jdk.internal")) {
                work.run();
            } else {
                threads.execute(work);
            }
        };
        return new PushSender(
                new PushServices(List.of(services)),
                "mailto:admin@example.org",
                host -> new InetAddress[] {InetAddress.getLoopbackAddress()},
                clock,
                timer.asExecutor(),
                executor);
    }

    private boolean push(PushSender sender, String endpoint, String text) {
        var message = new PushMessage(text, "topic-1", Duration.ofHours(1));
        return sender.push(browser.device(endpoint), message, keys, outcomes::add);
    }

    @Test
    void theServiceGetsWhatTheBrowserReadsAndWhoSentIt() {
        push(sender(origin), origin + "/device", "Grüße, 名前 😀");

        assertThat(outcomes).containsExactly(Outcome.TAKEN);
        assertThat(sent).singleElement().satisfies(request -> {
            assertThat(request.method() + " " + request.path()).isEqualTo("POST /device");
            assertThat(request.read(browser)).isEqualTo("Grüße, 名前 😀");
            assertThat(browser.claims(request.header("Authorization"), keys.publicKey()))
                    .contains("\"aud\":\"" + origin + "\"", "mailto:admin@example.org");
            assertThat(request.header("Ttl")).isEqualTo("3600");
            assertThat(request.header("Topic")).isEqualTo("topic-1");
            assertThat(request.header("Urgency")).isEqualTo("high");
            assertThat(request.header("Content-encoding")).isEqualTo("aes128gcm");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 410})
    void aDeviceThatHasEndedItsSubscriptionIsGone(int status) {
        answers(status, null);
        push(sender(origin), origin + "/device", "text");

        assertThat(outcomes).containsExactly(Outcome.GONE);
        assertThat(timer.pauses()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void whatMayPassIsTriedAgain(int status) {
        answers(status, null);
        answers(status, "2");
        var sender = sender(origin);
        push(sender, origin + "/device", "text");
        assertThat(outcomes).isEmpty();
        assertThat(sender.waiting()).isOne();

        timer.endPauses();

        assertThat(outcomes).containsExactly(Outcome.TAKEN);
        assertThat(sent).hasSize(3).allMatch(request -> request.read(browser).equals("text"));
        assertThat(sender.waiting()).isZero();
    }

    @Test
    void itIsTriedThreeTimesAndThenNotAgain() {
        QuietLog.expect(WARNING, "the push service 127.0.0.1 did not take a message: status 503");
        for (var n = 0; n < 5; n++) {
            answers(503, null);
        }
        var sender = sender(origin);
        push(sender, origin + "/device", "text");
        timer.endPauses();

        assertThat(outcomes).containsExactly(Outcome.FAILED);
        assertThat(sent).hasSize(PushSender.ATTEMPTS);
        assertThat(sender.waiting()).isZero();
    }

    @Test
    void pausesAreAsTheServiceSaysButNotForever() {
        var now = clock.instant();
        assertThat(pause(null, 1, now)).isEqualTo(Duration.ofSeconds(5));
        assertThat(pause(null, 2, now)).isEqualTo(Duration.ofSeconds(30));
        assertThat(pause("120", 1, now)).isEqualTo(Duration.ofMinutes(2));
        assertThat(pause("0", 1, now)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pause("Thu, 01 Jan 2026 12:01:00 GMT", 1, now)).isEqualTo(Duration.ofMinutes(1));
        assertThat(pause("Thu, 01 Jan 2026 11:00:00 GMT", 1, now)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pause("soon", 1, now)).isEqualTo(Duration.ofSeconds(5));
        assertThat(pause("999999999", 1, now)).isEqualTo(Duration.ofDays(1));

        QuietLog.expect(WARNING, "did not take a message: status 429");
        answers(429, "3600");
        push(sender(origin), origin + "/device", "text");
        assertThat(outcomes).containsExactly(Outcome.FAILED);
    }

    private static Duration pause(@Nullable String retryAfter, int attempt, Instant now) {
        return new PushAnswer(429, Optional.ofNullable(retryAfter)).pause(attempt, now);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307, 400, 401, 403, 413})
    void whatIsRefusedOrSentElsewhereIsNotTriedAgain(int status) {
        QuietLog.expect(WARNING, "did not take a message: status " + status);
        answers(status, null);
        push(sender(origin), origin + "/device", "text");

        assertThat(outcomes).containsExactly(Outcome.FAILED);
        assertThat(sent).as("no redirection is followed").hasSize(1);
    }

    @Test
    void noRequestGoesToAServerThatOnlyThisOneReaches() {
        QuietLog.expect(WARNING, "nothing is pushed to internal.example");
        push(sender("*"), "https://internal.example/device", "text");

        assertThat(outcomes).containsExactly(Outcome.GONE);
        assertThat(sent).isEmpty();
    }

    @Test
    void aServiceThatIsNotThereIsTriedAgain() {
        QuietLog.expect(WARNING, "a push service cannot be reached: 127.0.0.1");
        service.stop(0);
        var sender = sender(origin);
        push(sender, origin + "/device", "text");

        assertThat(outcomes).isEmpty();
        assertThat(timer.pauses()).isOne();
        QuietLog.allow(WARNING, "did not take a message");
        timer.endPauses();
        assertThat(outcomes).containsExactly(Outcome.FAILED);
    }

    @Test
    void aLongAnswerIsNotReadToItsEnd() {
        answers.add(new Answer(201, null, 4 * 1024 * 1024));
        push(sender(origin), origin + "/device", "text");

        assertThat(outcomes).containsExactly(Outcome.TAKEN);
    }

    @Test
    void moreThanMayWaitIsDropped() {
        QuietLog.expect(WARNING, "push services are too slow");
        var sender = new PushSender(new PushServices(List.of("*")), "", clock, timer.asExecutor(), work -> {});
        for (var n = 0; n < WaitingList.MAX; n++) {
            assertThat(push(sender, "https://push-" + n % 5 + ".example/" + n, "text"))
                    .isTrue();
        }

        assertThat(push(sender, "https://push.example/", "text")).isFalse();
        assertThat(sender.waiting()).isEqualTo(WaitingList.MAX);
    }

    @Test
    void noDeviceAndNoServiceTakesAllPlaces() {
        QuietLog.expect(WARNING, "push services are too slow");
        var sender = new PushSender(new PushServices(List.of("*")), "", clock, timer.asExecutor(), work -> {});
        for (var n = 0; n < WaitingList.MAX; n++) {
            push(sender, "https://down.example/one", "text");
        }
        assertThat(sender.waiting()).isEqualTo(WaitingList.MAX_OF_DEVICE);

        for (var n = 0; n < WaitingList.MAX; n++) {
            push(sender, "https://down.example/" + n, "text");
        }
        assertThat(sender.waiting()).isEqualTo(WaitingList.MAX_OF_SERVICE);
        assertThat(push(sender, "https://push.example/device", "text")).isTrue();
    }

    @Test
    void aServiceThatDoesNotAnswerHoldsUpNoOther() throws Exception {
        var silent = new CountDownLatch(1);
        var reached = new CountDownLatch(2);
        service.createContext("/silent", exchange -> {
            await(silent);
            take(exchange);
        });
        var other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.setExecutor(threads);
        other.createContext("/", exchange -> {
            take(exchange);
            reached.countDown();
        });
        other.start();
        var origin2 = "http://127.0.0.1:" + other.getAddress().getPort();
        try {
            var sender =
                    new PushSender(new PushServices(List.of(origin, origin2)), "", clock, timer.asExecutor(), threads);
            for (var n = 0; n < 50; n++) {
                push(sender, origin + "/silent/" + n, "text");
            }
            push(sender, origin2 + "/1", "text");
            push(sender, origin2 + "/2", "text");

            assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            silent.countDown();
            other.stop(0);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatIsTriedAgainDoesNotComeAfterALaterOne() {
        answers(503, null);
        var sender = sender(origin);
        push(sender, origin + "/device", "first");
        push(sender, origin + "/device", "second");
        assertThat(outcomes).containsExactly(Outcome.TAKEN);

        timer.endPauses();
        assertThat(sent).extracting(request -> request.read(browser)).containsExactly("first", "second");
        assertThat(sender.waiting()).isZero();

        answers(503, null);
        push(sender, origin + "/device", "third");
        timer.endPauses();
        assertThat(sent).extracting(request -> request.read(browser)).endsWith("third", "third");
        assertThat(sender.waiting()).isZero();
    }

    @Test
    void aDeviceIsNotToldMoreThanSomebodyWouldRead() {
        var sender = sender(origin);
        for (var n = 0; n < 100; n++) {
            assertThat(push(sender, origin + "/device", "text")).isEqualTo(n < Pace.BURST);
        }
        assertThat(push(sender, origin + "/other", "text")).isTrue();

        clock.pass(Pace.PAUSE);
        assertThat(push(sender, origin + "/device", "text")).isTrue();
        assertThat(push(sender, origin + "/device", "text")).isFalse();
        assertThat(sent).hasSize(Pace.BURST + 2);
    }

    @Test
    void nothingIsPushedWhenTheServerGoesDown() {
        var sender = sender(origin);
        sender.close();

        assertThat(push(sender, origin + "/device", "text")).isFalse();
        assertThat(sent).isEmpty();
    }
}
