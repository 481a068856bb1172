package dev.herald.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** POSTs whose bodies come in pieces, or never. */
class PostingTest {

    private static final int MAX_POSTS = 16;
    private static final int MAX_OF_ADDRESS = 2;

    private final Diary diary = new Diary();
    /** What one of the container's threads would do. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private boolean noThreads;
    private final EngineServer server = new EngineServer(
            EngineSettings.DEFAULT.toBuilder()
                    .maxPosts(MAX_POSTS)
                    .maxPayload(1_000)
                    .build(),
            (session, principal) -> diary,
            new FakeTimer().asExecutor(),
            task -> {
                if (noThreads) {
                    throw new RejectedExecutionException("wanted by the test");
                }
                tasks.add(task);
            });
    private final EngineSession session = newSession();
    private final long start = System.nanoTime();

    private EngineSession newSession() {
        var one = server.open(EngineSettings.POLLING, null, true).orElseThrow();
        one.poll(new FakePoll());
        return one;
    }

    private FakeExchange post(EngineSession of, FakeExchange exchange) throws Exception {
        assertThat(of.beginPost()).as("no other POST is under way").isTrue();
        new Posting(of, exchange.request(), exchange.response()).begin();
        return exchange;
    }

    private static FakeExchange slow(int length, String begin) {
        return new FakeExchange("POST", "").slowBody(length, begin);
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private void tickAfter(Duration time) {
        server.tick(start + time.toNanos());
        runTasks();
    }

    private void assertThatTheNextPostIsTaken(EngineSession of) throws Exception {
        assertThat(post(of, new FakeExchange("POST", "").body("4next")).answer())
                .isEqualTo("200 text/html ok");
        assertThat(diary.heard).endsWith("next");
    }

    @Test
    void takesABodyThatIsThereWithTheRequestsOwnThread() throws Exception {
        var exchange = post(session, new FakeExchange("POST", "").body("4hé ☃ 😀"));

        assertThat(exchange.asyncStarted).isFalse();
        assertThat(exchange.answer()).isEqualTo("200 text/html ok");
        assertThat(diary.heard).containsExactly("hé ☃ 😀");
    }

    @Test
    void holdsNoThreadForABodyThatComesInPieces() throws Exception {
        var exchange = post(session, slow(6, "4"));
        assertThat(exchange.asyncStarted).isTrue();

        for (var piece : List.of("he", "l", "lo")) {
            assertThat(tasks).isEmpty();
            exchange.arrives(piece);
        }
        runTasks();

        assertThat(exchange.answer()).isEqualTo("200 text/html ok");
        assertThat(exchange.completions).isOne();
        assertThat(diary.heard).containsExactly("hello");
        assertThat(server.slowBodies().size()).isZero();
        assertThatTheNextPostIsTaken(session);
    }

    @Test
    void takesNoBodyForWholeThatIsNot() throws Exception {
        var exchange = post(session, slow(6, "4he").finishedTooEarly());

        exchange.arrives("llo");
        runTasks();

        assertThat(exchange.answer()).isEqualTo("200 text/html ok");
        assertThat(diary.heard).containsExactly("hello");
    }

    @Test
    void takesABodyInPiecesOfUnknownLength() throws Exception {
        var exchange = post(session, slow(5, "4a").chunked());

        exchange.arrives("b");
        exchange.arrives("cd");
        runTasks();

        assertThat(exchange.answer()).isEqualTo("200 text/html ok");
        assertThat(diary.heard).containsExactly("abcd");
    }

    @Test
    void refusesATooLongBodyThatComesInPiecesAndTheSessionLives() throws Exception {
        var exchange = post(session, slow(1_500, "4").chunked());

        for (var n = 0; n < 15; n++) {
            exchange.arrives("x".repeat(100));
        }
        runTasks();

        assertThat(exchange.answer()).isEqualTo("413");
        assertThatTheNextPostIsTaken(session);
    }

    @Test
    void readsNoMoreThanSomeOfABodyThatIsFarTooLong() throws Exception {
        var exchange = post(session, slow(1_000_000, "4").chunked());

        exchange.arrives("x".repeat(5_001));
        runTasks();

        assertThat(exchange.answer()).isEqualTo("413");
    }

    @Test
    void endsTheSessionOfAClientThatBreaksOffItsSlowBody() throws Exception {
        var exchange = post(session, slow(6, "4"));

        exchange.breaksOff();
        exchange.abort();
        runTasks();

        assertThat(exchange.answer()).isEqualTo("400");
        assertThat(exchange.completions).isOne();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
        assertThat(server.slowBodies().size()).isZero();
    }

    @Test
    void givesABodyUpThatComesByTheByte() throws Exception {
        var exchange = post(session, slow(1_000, "4"));

        tickAfter(Duration.ofSeconds(9));
        exchange.arrives("x");
        assertThat(exchange.isAnswered()).isFalse();
        tickAfter(Duration.ofSeconds(11));

        assertThat(exchange.answer()).isEqualTo("408");
        assertThat(exchange.headers).containsEntry("connection", "close");
        assertThat(exchange.completions).isOne();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void givesABodyUpAfterItsTimeThoughItComesFast() throws Exception {
        server.close();
        var patient = new EngineServer(
                EngineSettings.DEFAULT, (any, principal) -> diary, new FakeTimer().asExecutor(), Runnable::run);
        var one = patient.open(EngineSettings.POLLING, null, true).orElseThrow();
        var exchange = post(one, slow(1_000_000, "4"));
        exchange.arrives("x".repeat(900_000));

        patient.tick(start + Duration.ofSeconds(29).toNanos());
        assertThat(exchange.isAnswered()).isFalse();
        patient.tick(System.nanoTime() + Duration.ofSeconds(31).toNanos());

        assertThat(exchange.answer()).isEqualTo("408");
    }

    @Test
    void whatComesAfterABodyWasGivenUpIsNotTaken() throws Exception {
        var exchange = post(session, slow(5, "4"));
        tickAfter(Duration.ofSeconds(11));

        exchange.arrives("more");
        exchange.breaksOff();
        runTasks();

        assertThat(exchange.answer()).isEqualTo("408");
        assertThat(exchange.completions).isOne();
        assertThat(diary.heard).isEmpty();
    }

    @Test
    void putsTheSlowestOfAnAddressOffWhenAnotherComesFromThere() throws Exception {
        var slowest = post(newSession(), slow(1_000, "4").from("2001:db8:1:2::1"));
        var quicker = post(newSession(), slow(1_000, "4" + "x".repeat(500)).from("2001:db8:1:2:ffff::9"));
        var elsewhere = post(newSession(), slow(1_000, "4").from("2001:db8:1:3::1"));

        var honest = post(session, slow(6, "4").from("2001:db8:1:2::1"));
        runTasks();

        assertThat(slowest.answer()).isEqualTo("503");
        assertThat(slowest.headers).containsKey("retry-after").containsEntry("connection", "close");
        assertThat(List.of(quicker, elsewhere, honest)).as("who stays").noneMatch(FakeExchange::isAnswered);
        honest.arrives("hello");
        runTasks();
        assertThat(honest.answer()).isEqualTo("200 text/html ok");
        assertThat(diary.ends).isEmpty();
    }

    @Test
    void alwaysHasAPlaceForOneMore() throws Exception {
        var all = new ArrayList<FakeExchange>();
        for (var n = 0; n < 10 * MAX_POSTS; n++) {
            all.add(post(newSession(), slow(1_000, "4").from("10.0.0." + n)));
        }
        runTasks();

        assertThat(all.stream().filter(one -> !one.isAnswered())).hasSize(MAX_POSTS);
        assertThat(all.get(all.size() - 1).isAnswered()).isFalse();
    }

    @Test
    void oneAddressHasFewPlaces() throws Exception {
        var all = new ArrayList<FakeExchange>();
        for (var n : IntStream.range(0, MAX_POSTS).toArray()) {
            all.add(post(newSession(), slow(1_000, "4" + n)));
        }
        runTasks();

        assertThat(all.stream().filter(one -> !one.isAnswered())).hasSize(MAX_OF_ADDRESS);
    }

    @Test
    void answersAlsoWhenTheContainerGivesNoThread() throws Exception {
        var exchange = post(session, slow(6, "4"));
        noThreads = true;

        exchange.arrives("hello");

        assertThat(exchange.answer()).isEqualTo("200 text/html ok");
        assertThatTheNextPostIsTaken(session);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void leavesNoPostBehindWhenTheContainerFails(boolean isError) throws Exception {
        var exchange = slow(6, "4").readingFails(isError ? new LinkageError("wanted") : new IllegalStateException());

        assertThatThrownBy(() -> post(session, exchange)).isInstanceOf(Throwable.class);
        runTasks();

        assertThat(exchange.answer()).isEqualTo("400");
        assertThat(exchange.completions).isOne();
        assertThat(server.slowBodies().size()).isZero();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_ERROR);
    }

    @Test
    void nothingWaitsWhenTheServerHasGoneDown() throws Exception {
        var exchange = post(session, slow(6, "4"));

        server.close();
        runTasks();

        assertThat(exchange.isAnswered()).isTrue();
    }
}
