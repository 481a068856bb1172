package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.hub.Appended;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Observers;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthServletTest {

    private final Logger logger = Logger.getLogger(HealthServlet.class.getName());
    private final HealthServlet servlet = new HealthServlet();
    private final BrokenLog log = new BrokenLog();
    private boolean behind;

    @BeforeEach
    void logNothing() {
        logger.setFilter(line -> false);
        servlet.hub = hub(log, () -> behind);
    }

    /** A hub whose log cannot be read. */
    static Hub hubWithoutLog() {
        var log = new BrokenLog();
        log.failure = new IllegalStateException("the database is gone");
        return hub(log, () -> false);
    }

    private static Hub hub(Log log, BooleanSupplier behind) {
        return new Hub(
                log,
                new ChannelKinds(List.of(), List.of()),
                new Observers() {
                    @Override
                    public boolean isObserved(HeraldEvent event) {
                        return true;
                    }

                    @Override
                    public boolean areBehind() {
                        return behind.getAsBoolean();
                    }

                    @Override
                    public void tell(HeraldEvent event) {
                        // Nobody asks.
                    }
                },
                new HubLimits(10, 10, 10),
                Clock.systemUTC());
    }

    @AfterEach
    void logAgain() {
        logger.setFilter(null);
    }

    @Test
    void isUpWhenAMessageMakesItsWayThroughTheHub() throws Exception {
        assertThat(answer("/health/live")).isEqualTo("200 {\"status\":\"UP\"}");
        assertThat(answer("/health/ready")).isEqualTo("200 {\"status\":\"UP\"}");
    }

    @Test
    void isLiveButNotReadyWhileTheApplicationIsBehind() throws Exception {
        behind = true;

        assertThat(answer("/health/live")).startsWith("200 ");
        assertThat(answer("/health/ready"))
                .startsWith("503 {\"status\":\"DOWN\",\"reason\":\"the application is behind");
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
    }

    @Test
    void isNotLiveWhenNoMessageComesThrough() throws Exception {
        log.hangs = true;

        assertThat(answer("/health/live")).startsWith("503 {\"status\":\"DOWN\",\"reason\":\"no message came through");
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

    /** A log that works until a test breaks it. */
    private static final class BrokenLog implements Log {

        private final Log log = new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(10, 10_000, 10));
        RuntimeException failure;
        RuntimeException refusal;
        boolean hangs;

        @Override
        public CompletionStage<Appended> append(Draft draft) {
            if (hangs) {
                return new CompletableFuture<>();
            }
            return refusal == null ? log.append(draft) : CompletableFuture.failedStage(refusal);
        }

        @Override
        public Position head(ChannelName channel) {
            if (failure != null) {
                throw failure;
            }
            return log.head(channel);
        }

        @Override
        public Replay since(ChannelName channel, Position since, int limit) {
            return log.since(channel, since, limit);
        }

        @Override
        public Page before(ChannelName channel, long before, int limit) {
            if (failure != null) {
                throw failure;
            }
            return log.before(channel, before, limit);
        }

        @Override
        public ChannelKind kind(ChannelName channel) {
            return log.kind(channel);
        }
    }
}
