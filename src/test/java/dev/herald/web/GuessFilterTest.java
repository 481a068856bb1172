package dev.herald.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.request.Guesses;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeHttp;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may try how many passwords by HTTP Basic. */
class GuessFilterTest {

    private final AtomicLong now = new AtomicLong();
    private final GuessFilter filter = new GuessFilter();

    private final ErrorLog log = new ErrorLog(Guesses.class);

    GuessFilterTest() {
        filter.guesses = new Guesses("the login", Set.of(), now::get);
        filter.proxies = new Proxies(List.of("10.0.0.1"));
    }

    @AfterEach
    void stop() {
        log.close();
    }

    private static FakeHttp by(String name) {
        var basic = Base64.getEncoder().encodeToString((name + ":guess:ed").getBytes(UTF_8));
        return new FakeHttp("GET", "/metrics").header("Authorization", "bAsic " + basic);
    }

    private FakeHttp answered(FakeHttp http, int status) throws Exception {
        filter.doFilter(
                http.request(),
                http.response(),
                (request, response) -> ((HttpServletResponse) response).setStatus(status));
        return http;
    }

    private int guesses(String name) throws Exception {
        var guesses = 0;
        while (guesses < 100 && answered(by(name), 401).status == 401) {
            guesses++;
        }
        return guesses;
    }

    @Test
    void whoGuessesIsToldWhenToTryAgain() throws Exception {
        assertThat(guesses("علي")).isEqualTo(5);

        var refused = answered(by("علي"), 200);
        assertThat(refused.status).isEqualTo(429);
        assertThat(refused.headers).containsEntry("Retry-After", List.of("60"));
        assertThat(refused.body)
                .hasToString("There were too many wrong passwords. Wait a few minutes, then try again.\n");
        assertThat(answered(by("alice"), 200).status).isEqualTo(200);
        now.addAndGet(60_000_000_000L);
        assertThat(answered(by("علي"), 200).status).isEqualTo(200);
    }

    @Test
    void whoKnowsThePasswordAsksAsOftenAsNeeded() throws Exception {
        for (var n = 0; n < 100; n++) {
            assertThat(answered(by("alice"), 200).status).isEqualTo(200);
            assertThat(answered(by("bob"), 403).status).isEqualTo(403);
        }
        assertThat(guesses("alice")).isEqualTo(5);
    }

    @Test
    void whatIsNoNameIsCountedAndWhatIsNoPasswordIsNot() throws Exception {
        for (var n = 0; n < 100; n++) {
            assertThat(answered(new FakeHttp("GET", "/metrics"), 401).status).isEqualTo(401);
            assertThat(answered(new FakeHttp("GET", "/metrics").header("Authorization", "Bearer x"), 401).status)
                    .isEqualTo(401);
        }
        var last = 401;
        for (var n = 0; n < 6; n++) {
            last = answered(new FakeHttp("GET", "/metrics").header("Authorization", "Basic %"), 401).status;
        }
        assertThat(last).isEqualTo(429);
    }

    @Test
    void behindAProxyEachClientIsHeldToItsOwn() throws Exception {
        for (var n = 0; n < 20; n++) {
            answered(by("alice").from("10.0.0.1").header("X-Forwarded-For", "192.0.2.1"), 401);
        }
        assertThat(answered(by("alice").from("10.0.0.1").header("X-Forwarded-For", "192.0.2.2"), 200).status)
                .isEqualTo(200);
    }
}
