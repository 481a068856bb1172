package dev.herald.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeTimer;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollingTest {

    private final Diary diary = new Diary();

    /** What one of the container's threads would do. */
    private final Queue<Runnable> unwritten = new ArrayDeque<>();

    private Error executorFails;
    private final EngineServer server = new EngineServer(
            EngineSettings.DEFAULT, (session, principal) -> diary, new FakeTimer().asExecutor(), this::run);
    private final EngineSession session =
            server.open(EngineSettings.POLLING, null, true).orElseThrow();

    private void run(Runnable task) {
        if (executorFails != null) {
            throw executorFails;
        }
        unwritten.add(task);
    }

    PollingTest() {
        session.poll(new FakePoll());
    }

    private FakeExchange get() {
        return get("EIO=4&t=" + UUID.randomUUID());
    }

    private FakeExchange get(String query) {
        var exchange = new FakeExchange("GET", query);
        new Polling(session, exchange.request()).begin();
        return exchange;
    }

    private void say(String text) {
        session.offer(Outgoing.of(new EnginePacket.Message(text)));
        session.flush();
    }

    private void assertThatAnotherGetWaits() {
        var next = get();
        assertThat(next.asyncStarted).isTrue();
        assertThat(next.completions).isZero();
    }

    @Test
    void endsWithItsSessionWhenItsClientGoesAwayWhileItWaits() throws Exception {
        var exchange = get();

        exchange.abort();

        assertThat(exchange.completions).isOne();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        assertThat(unwritten).isEmpty();
    }

    @Test
    void endsWithItsSessionWhenItsClientGoesAwayBeforeTheAnswerIsWritten() throws Exception {
        var exchange = get();
        say("precious");

        exchange.abort();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        assertThat(exchange.completions).isOne();
        unwritten.remove().run();

        assertThat(exchange.completions).isOne();
        assertThat(exchange.body()).isEmpty();
    }

    @Test
    void endsWithoutItsSessionWhenNothingIsLostWithTheAnswer() throws Exception {
        var exchange = get();
        session.releaseGet();

        exchange.abort();
        unwritten.remove().run();

        assertThat(exchange.completions).isOne();
        assertThat(diary.ends).isEmpty();
        assertThatAnotherGetWaits();
    }

    @Test
    void isOverWhenItHasBeenAnswered() throws Exception {
        var exchange = get();
        say("taken");
        unwritten.remove().run();

        exchange.abort();

        assertThat(exchange.completions).isOne();
        assertThat(exchange.answer()).isEqualTo("200 text/plain; charset=UTF-8 4taken");
        assertThat(diary.ends).isEmpty();
        assertThatAnotherGetWaits();
    }

    @Test
    void endsOnceWhenTheAnswerFailsAndTheContainerSaysSoToo() throws Exception {
        var exchange = get().answerFails();
        say("precious");
        unwritten.remove().run();

        exchange.abort();

        assertThat(exchange.completions).isOne();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void endsItsSessionWhenItsClientHasGoneAwayJustBeforeItIsAnswered() throws Exception {
        var exchange = new FakeExchange("GET", "");
        var polling = new Polling(session, exchange.request());
        exchange.abort();
        assertThat(diary.ends).isEmpty();

        polling.answer(List.of(Outgoing.of(new EnginePacket.Message("precious"))));

        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        assertThat(exchange.completions).isOne();
        assertThat(unwritten).isEmpty();
    }

    @Test
    void leavesNoGetBehindForAClientThatGoesAwayFromEach() throws Exception {
        for (var n = 0; n < 20; n++) {
            var exchange = get();
            session.releaseGet();
            exchange.abort();
        }

        assertThat(diary.ends).isEmpty();
        assertThat(session.beginGet()).isTrue();
    }

    private FakeExchange getCompressed(EngineSession of, String accepted, int length) {
        var exchange = new FakeExchange("GET", "").header("Accept-Encoding", accepted);
        of.offer(Outgoing.of(new EnginePacket.Message("é".repeat((length - 1) / 2))));
        new Polling(of, exchange.request()).begin();
        return exchange;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "GZIP",
                "gzip, deflate, br",
                "deflate,gzip;q=0.1",
                "br, gzip ; q=1.000",
                "*",
                "*;q=0, gzip",
                "identity;q=0.5, *;q=0.001"
            })
    void isAnsweredCompressed(String accepted) throws Exception {
        var exchange = getCompressed(session, accepted, 1_025);

        assertThat(exchange.headers)
                .containsEntry("content-encoding", "gzip")
                .containsEntry("vary", "Accept-Encoding")
                .containsEntry("content-length", "" + exchange.bytes().length);
        assertThat(exchange.bytes()).hasSizeLessThan(100);
        var text = new GZIPInputStream(new ByteArrayInputStream(exchange.bytes())).readAllBytes();
        assertThat(new String(text, UTF_8)).isEqualTo("4" + "é".repeat(512));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "br",
                "identity",
                "gzip;q=0",
                "gzip; q=0.000",
                "gzip;q=0, *",
                "*;q=0",
                "gzip;q=nonsense",
                "gzip;",
                "xgzip",
                "gzip2"
            })
    void isAnsweredAsItIsWhenTheClientDoesNotTakeIt(String accepted) {
        var exchange = getCompressed(session, accepted, 1_025);

        assertThat(exchange.headers).doesNotContainKey("content-encoding").containsEntry("vary", "Accept-Encoding");
        assertThat(exchange.body()).isEqualTo("4" + "é".repeat(512));
    }

    @Test
    void isAnsweredAsItIsWhenItIsShort() {
        var exchange = getCompressed(session, "gzip", 1_023);

        assertThat(exchange.headers).doesNotContainKeys("content-encoding", "vary");
        assertThat(exchange.bytes()).hasSize(1_023);
    }

    @Test
    void isAnsweredAsItIsWhenTheSettingsSaySo() {
        var plain = new EngineServer(
                        EngineSettings.DEFAULT.toBuilder().httpCompression(0).build(),
                        (session, principal) -> diary,
                        new FakeTimer().asExecutor(),
                        Runnable::run)
                .open(EngineSettings.POLLING, null, true)
                .orElseThrow();
        plain.poll(new FakePoll());

        var exchange = getCompressed(plain, "gzip", 100_001);

        assertThat(exchange.headers).doesNotContainKeys("content-encoding", "vary");
        assertThat(exchange.bytes()).hasSize(100_001);
    }

    private void write() {
        while (!unwritten.isEmpty()) {
            unwritten.remove().run();
        }
    }

    private void post(String body) {
        assertThat(session.beginPost()).isTrue();
        session.receivePayload(body);
        session.endPost();
        write();
    }

    @Test
    void refusesAGetThatIsSentAgainForItsAnswerMayBeLost() throws Exception {
        var answered = get("EIO=4&t=ab1");
        say("taken or lost");
        write();
        say("later");

        var again = get("EIO=4&t=ab1");
        write();

        assertThat(answered.answer()).endsWith(" 4taken or lost");
        assertThat(again.answer()).isEqualTo("400 application/json {\"code\":1,\"message\":\"Session ID unknown\"}");
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EIO=4", "EIO=4&t=", "EIO=4&t=1764165600"})
    void asksAClientThatDoesNotMarkItsGetsWhetherTheAnswerHasCome(String query) throws Exception {
        var waited = get(query);
        say("one");
        write();
        assertThat(waited.answer()).endsWith(" 4one|2");
        say("two");

        var next = get(query);
        write();
        assertThat(next.completions).as("without the pong").isZero();
        assertThat(session.offerIfIdle(Outgoing.of(new EnginePacket.Message("stale"))))
                .isFalse();
        post("3");

        assertThat(next.answer()).isEqualTo("200 text/plain; charset=UTF-8 4two|2");
        assertThat(diary.ends).isEmpty();
    }

    @Test
    void asksNobodyWhoseGetDidNotWait() throws Exception {
        say("one");
        var first = get("EIO=4");
        say("two");
        var second = get("EIO=4");

        assertThat(first.answer()).endsWith(" 4one");
        assertThat(second.answer()).endsWith(" 4two");
    }

    @Test
    void endsTheSessionOfAClientThatDoesNotSayThatTheAnswerHasCome() throws Exception {
        get("EIO=4");
        say("lost");
        write();
        say("second");
        var next = get("EIO=4");

        server.tick(System.nanoTime() + Duration.ofSeconds(21).toNanos());
        write();

        assertThat(next.answer()).isEqualTo("200 text/plain; charset=UTF-8 1");
        assertThat(diary.ends).containsExactly(CloseReason.PING_TIMEOUT);
    }

    @Test
    void pingsAsEverAfterAnEarlyPing() throws Exception {
        get("EIO=4");
        say("one");
        write();
        post("3");
        var next = get("EIO=4");

        server.tick(System.nanoTime() + Duration.ofSeconds(26).toNanos());
        write();

        assertThat(next.answer()).startsWith("200 text/plain; charset=UTF-8 2");
        assertThat(diary.ends).isEmpty();
    }

    @Test
    void isAnsweredByTheCallingThreadWhenTheContainerGivesNone() throws Exception {
        var waiting = get();
        executorFails = new OutOfMemoryError("unable to create native thread");

        say("hello");

        assertThat(waiting.answer()).endsWith(" 4hello");
        assertThat(waiting.completions).isOne();
        assertThatNoGetIsLeftOpen();
    }

    @Test
    void isAnsweredAlsoWhenItsPacketsCannotBeEncoded() throws Exception {
        var waiting = get();
        try (var log = new ErrorLog(Polling.class)) {
            session.offer(Outgoing.later(10, () -> {
                throw new LinkageError("wanted by the test");
            }));
            session.flush();
            write();
            assertThat(log.lines()).hasSize(1);
        }

        assertThat(waiting.answer()).isEqualTo("500");
        assertThat(waiting.completions).isOne();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
    }

    @Test
    void endsItsSessionWhenWritingFailsWithAnError() throws Exception {
        var waiting = get().answerFails(new OutOfMemoryError("wanted by the test"));
        say("lost");

        write();

        assertThat(waiting.completions).isOne();
        assertThat(diary.ends).containsExactly(CloseReason.TRANSPORT_CLOSE);
        assertThatNoGetIsLeftOpen();
    }

    private void assertThatNoGetIsLeftOpen() {
        // As many as may be open.
        for (var n = 0; n < 4; n++) {
            assertThat(session.beginGet()).isTrue();
        }
    }
}
