package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.RefusedException;
import dev.herald.cluster.Cluster;
import dev.herald.cluster.Lag;
import dev.herald.cluster.Nodes;
import dev.herald.hub.Bus;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.Neighbours;
import dev.herald.hub.Observers;
import dev.herald.testing.BrokenLog;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
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
        servlet.cluster = Cluster.alone();
    }

    /** One of several nodes, as it looks from outside. */
    private record OneOfSeveral(boolean isHearing, Nodes nodes) implements Cluster {

        @Override
        public void start(Hub hub) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Neighbours neighbours() {
            return Neighbours.NONE;
        }

        @Override
        public Optional<byte[]> secret() {
            return Optional.empty();
        }

        @Override
        public Optional<Bus.State> bus() {
            return Optional.of(new Bus.State(isHearing, 0, 0, 0, 0));
        }

        @Override
        public Lag lag() {
            return Lag.NONE;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Test
    void saysWhetherTheBusIsConnected() throws Exception {
        servlet.cluster = new OneOfSeveral(true, Nodes.alone());
        assertThat(answer("/health/ready")).isEqualTo("200 {\"status\":\"UP\",\"nodes\":1,\"bus\":\"connected\"}");

        servlet.cluster = new OneOfSeveral(false, Nodes.alone());
        assertThat(answer("/health/ready")).isEqualTo("200 {\"status\":\"UP\",\"nodes\":1,\"bus\":\"polling\"}");
        assertThat(answer("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
    }

    @Test
    void isNotReadyAsLongAsItHasNoLeaseBesideOtherNodes() throws Exception {
        // It was never started.
        var waiting =
                Nodes.sharing(null, new Nodes.Self("http://*:8080", "1"), Runnable::run, new FakeTimer().asExecutor());
        servlet.cluster = new OneOfSeveral(true, waiting);

        assertThat(answer("/health/ready")).startsWith("503 ").contains("no lease");
        assertThat(answer("/health/live")).startsWith("200 ");
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
