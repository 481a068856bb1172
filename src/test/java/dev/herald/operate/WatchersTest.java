package dev.herald.operate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeSocket;
import dev.herald.testing.FakeTimer;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who looks at the monitor, without a network: when snapshots are made, and who gets them. */
class WatchersTest {

    private final FakeTimer timer = new FakeTimer();
    private final Queue<Runnable> lent = new ArrayDeque<>();
    private long now;
    private int made;
    private boolean isBroken;
    private boolean isExecutorSpent;
    private final Watchers watchers = new Watchers(this::snapshot, () -> now, timer.asExecutor(), work -> lend(work));
    private final MonitorServlet servlet = new MonitorServlet();

    WatchersTest() {
        servlet.watchers = watchers;
    }

    private byte[] snapshot() {
        if (isBroken) {
            throw new IllegalStateException("broken for a test");
        }
        made++;
        return ("data: " + made + "\n\n").getBytes(UTF_8);
    }

    private void lend(Runnable work) {
        if (isExecutorSpent) {
            throw new RejectedExecutionException("spent for a test");
        }
        lent.add(work);
    }

    /** So much time passes, and the timer's thread and those that it asks for have done what is due. */
    private void pass(Duration time) {
        now += time.toNanos();
        timer.tick();
        runLent();
    }

    private void runLent() {
        for (var work = lent.poll(); work != null; work = lent.poll()) {
            work.run();
        }
    }

    /** A browser that looks. */
    private final class Browser {

        private final FakeHttp http;
        private final FakeSocket.Output output = new FakeSocket().output;

        Browser(FakeHttp http) {
            this.http = http;
            http.output = output;
        }

        Browser() throws IOException, ServletException {
            this(new FakeHttp("GET", "/monitor/live").inSession("s"));
            come();
            output.writePossible();
        }

        void come() throws IOException, ServletException {
            servlet.service(http.request(), http.response());
        }

        String heard() {
            return new String(output.bytes(), UTF_8);
        }

        boolean isGone() {
            return http.completions == 1;
        }
    }

    @Test
    void areAnsweredByAStreamThatNoProxyHoldsBack() throws Exception {
        var browser = new Browser();

        assertThat(browser.http.headers)
                .containsEntry("Content-Type", List.of("text/event-stream;charset=UTF-8"))
                .containsEntry("Cache-Control", List.of("no-store, no-transform"))
                .containsEntry("X-Accel-Buffering", List.of("no"));
        assertThat(browser.heard()).isEqualTo("retry: 2000\n\ndata: 1\n\n");
    }

    @Test
    void costNothingWhileThereAreNone() throws Exception {
        pass(Watchers.PERIOD);
        assertThat(lent).isEmpty();
        assertThat(made).isZero();

        var browser = new Browser();
        pass(Watchers.PERIOD);
        assertThat(made).isEqualTo(2);
        browser.http.abort();
        runLent();
        for (var n = 0; n < 10; n++) {
            pass(Watchers.PERIOD);
        }

        assertThat(browser.isGone()).isTrue();
        assertThat(made).isEqualTo(2);
        assertThat(watchers.size()).isZero();
    }

    @Test
    void getTheSameSnapshotHoweverManyThereAre() throws Exception {
        var first = new Browser();
        var second = new Browser();
        var third = new Browser();
        assertThat(made).isEqualTo(1);
        for (var browser : List.of(first, second, third)) {
            assertThat(browser.heard()).endsWith("data: 1\n\n");
        }

        pass(Watchers.PERIOD);

        assertThat(made).isEqualTo(2);
        for (var browser : List.of(first, second, third)) {
            assertThat(browser.heard()).isEqualTo("data: 2\n\n");
        }
    }

    @Test
    void whoComesLateIsNotShownWhatIsOld() throws Exception {
        new Browser();
        now += Watchers.NEW.toNanos();
        assertThat(new Browser().heard()).endsWith("data: 2\n\n");
        // The tick comes a moment later: what is there is new enough.
        pass(Watchers.PERIOD.minus(Watchers.NEW).minusMillis(1));
        assertThat(made).isEqualTo(2);
    }

    @Test
    void areBoundedInNumber() throws Exception {
        var browsers = IntStream.range(0, Watchers.MAX_WATCHERS)
                .mapToObj(n -> {
                    try {
                        return new Browser();
                    } catch (IOException | ServletException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();

        var late = new FakeHttp("GET", "/monitor/live");
        servlet.service(late.request(), late.response());
        assertThat(late.status).isEqualTo(503);
        assertThat(late.headers).containsEntry("Retry-After", List.of("10"));
        assertThat(late.body.toString()).contains("20 browsers");
        assertThat(late.asyncStarted).isFalse();
        assertThat(asked()).isEqualTo(503);

        browsers.get(7).http.abort();
        runLent();
        assertThat(asked()).isEqualTo(200);
        assertThat(new Browser().heard()).contains("data: ");
        assertThat(asked()).isEqualTo(503);
    }

    /** What the browser's script is told by HEAD; that takes no place. */
    private int asked() throws IOException, ServletException {
        var head = new FakeHttp("HEAD", "/monitor/live");
        servlet.doHead(head.request(), head.response());
        assertThat(head.asyncStarted).isFalse();
        assertThat(head.body.toString()).isEmpty();
        return head.status;
    }

    @Test
    void whoReadsNothingHoldsUpNobodyAndIsCutOff() throws Exception {
        var slow = new Browser();
        var quick = new Browser();
        slow.heard();
        quick.heard();
        slow.output.free(() -> false);

        // It is given one at the first tick, seen to wait at the second, and for too long at the last.
        var until = Watcher.WRITE_TIMEOUT.plus(Watchers.PERIOD.multipliedBy(2));
        for (var time = Duration.ZERO; time.compareTo(until) <= 0; time = time.plus(Watchers.PERIOD)) {
            pass(Watchers.PERIOD);
            assertThat(quick.heard()).isEqualTo("data: " + made + "\n\n");
        }

        assertThat(slow.isGone()).isTrue();
        assertThat(slow.heard()).isEmpty();
        assertThat(quick.isGone()).isFalse();
        assertThat(watchers.size()).isEqualTo(1);
    }

    @Test
    void whoWasSlowForAMomentGetsWhatIsNew() throws Exception {
        var browser = new Browser();
        browser.heard();
        browser.output.free(() -> false);
        pass(Watchers.PERIOD);
        pass(Watchers.PERIOD);
        pass(Watchers.PERIOD);
        browser.output.becomeFree();
        // Only one had waited.
        assertThat(browser.heard()).isEqualTo("data: 2\n\n");
        pass(Watchers.PERIOD);
        assertThat(browser.heard()).isEqualTo("data: 5\n\n");
    }

    @Test
    void areSentBackToBeAskedWhoTheyAre() throws Exception {
        var browser = new Browser();
        for (var time = Duration.ZERO; time.compareTo(Watcher.CHECKED_AFTER) < 0; time = time.plus(Watchers.PERIOD)) {
            assertThat(browser.isGone()).isFalse();
            pass(Watchers.PERIOD);
        }

        assertThat(browser.heard()).endsWith("event: again\ndata: 1\n\n");
        assertThat(browser.isGone()).isTrue();
        assertThat(watchers.size()).isZero();
    }

    @Test
    void endWithTheirHttpSession() throws Exception {
        var other = new Browser();
        var browser = new Browser();
        browser.heard();
        browser.http.endSession();
        pass(Watchers.PERIOD);

        assertThat(browser.heard()).isEqualTo("event: again\ndata: 1\n\n");
        assertThat(browser.isGone()).isTrue();
        assertThat(other.isGone()).isFalse();
    }

    @Test
    void whoIsGoneIsForgotten() throws Exception {
        var browser = new Browser();
        browser.output.failure = new IOException("broken pipe");
        pass(Watchers.PERIOD);

        assertThat(browser.isGone()).isTrue();
        assertThat(watchers.size()).isZero();
    }

    @Test
    void endWhenTheServerGoesDown() throws Exception {
        var browser = new Browser();
        watchers.close();

        assertThat(browser.isGone()).isTrue();
        assertThat(timer.isTicking()).isFalse();
        assertThat(watchers.size()).isZero();
        assertThat(new Browser().isGone()).isTrue();
    }

    @Test
    void areServedAgainAfterSomethingWentWrong() throws Exception {
        var browser = new Browser();
        browser.heard();
        isExecutorSpent = true;
        pass(Watchers.PERIOD);
        isExecutorSpent = false;
        isBroken = true;
        try (var log = new ErrorLog(Watchers.class)) {
            pass(Watchers.PERIOD);
            assertThat(log.lines()).hasSize(1);
        }
        isBroken = false;
        pass(Watchers.PERIOD);

        assertThat(browser.heard()).isEqualTo("data: 2\n\n");
    }
}
