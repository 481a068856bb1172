package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.RefusedException;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.Observers;
import dev.herald.testing.BrokenLog;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.NoObservers;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthServletTest {

    private final ErrorLog logged = new ErrorLog(HealthServlet.class);
    private final HealthServlet servlet = new HealthServlet();
    private final BrokenLog log = new BrokenLog();
    private final NoObservers observers = new NoObservers();

    @BeforeEach
    void serve() {
        servlet.hub = hub(log, observers);
    }

    private static Hub hub(Log log, Observers observers) {
        return new Hub(
                log,
                new ChannelKinds(List.of(), List.of()),
                observers,
                new HubLimits(10, 10, 10),
                Clock.systemUTC(),
                Runnable::run);
    }

    @AfterEach
    void stopListening() {
        logged.close();
    }

    @Test
    void isUpWhenAMessageMakesItsWayThroughTheHub() throws Exception {
        assertThat(answer("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
        assertThat(answer("/health/ready")).isEqualTo("200 {\"status\":\"UP\"}");
    }

    @Test
    void isLiveButNotReadyWhileTheApplicationIsBehind() throws Exception {
        observers.behind = true;

        assertThat(answer("/health/live")).startsWith("200 ");
        assertThat(answer("/health/ready"))
                .startsWith("503 {\"status\":\"DOWN\",\"reason\":\"the application is behind");
        assertThat(logged.lines()).isEmpty();
        assertThat(logged.warnings()).singleElement().asString().startsWith("health: the application is behind");
    }

    @Test
    void isNotReadyWhenTheLogCannotBeRead() throws Exception {
        log.failure = new IllegalStateException("the \"database\" is gone");

        assertThat(answer("/health/ready"))
                .isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"the \\\"database\\\" is gone\"}");
    }

    /** What went wrong, for people who run the server and do not know its classes. */
    @Test
    void isNotLiveWhenTheLogTakesNothingAndSaysSoInASentence() throws Exception {
        log.refusal = new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, "the disk is full");

        assertThat(answer("/health/live")).isEqualTo("503 {\"status\":\"DOWN\",\"reason\":\"the disk is full\"}");
        assertThat(logged.lines()).isEmpty();
        assertThat(logged.warnings()).containsExactly("health: the disk is full");
    }

    @Test
    void isNotLiveWhenNoMessageComesThrough() throws Exception {
        log.hangs = true;

        assertThat(answer("/health/live")).startsWith("503 {\"status\":\"DOWN\",\"reason\":\"no message came through");
        assertThat(logged.lines()).containsExactly("health: no message came through the hub within 2 s");
    }

    @Test
    void isNotCached() throws Exception {
        var http = new FakeHttp("GET", "/health/live");

        servlet.doGet(http.request(), http.response());

        assertThat(http.headers.get("Cache-Control")).containsExactly("no-store");
        assertThat(http.headers.get("Content-Type")).containsExactly("application/json");
    }

    private String answer(String path) throws Exception {
        var http = new FakeHttp("GET", path);
        servlet.doGet(http.request(), http.response());
        return http.status + " " + http.body;
    }
}
