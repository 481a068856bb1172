package dev.herald.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a session goes over from polling to a WebSocket. */
class SessionUpgradeTest extends SessionFixture {

    @Test
    void goesAsInTheProtocol() {
        var session = polling();
        var socket = candidate(session);
        var waiting = poll(session);
        assertThat(socket.heard()).isEmpty();

        socket.says("2probe");
        assertThat(socket.heard()).containsExactly("3probe");
        assertThat(waiting.answers()).isEmpty();
        timer.endPauses();
        assertThat(waiting.answers()).containsExactly("6");
        socket.says("5", "4hello");
        say(session, "welcome");

        assertThat(socket.heard()).containsExactly("3probe", "4welcome");
        assertThat(diary.heard).containsExactly("hello");
        assertThat(session.transportName()).isEqualTo("websocket");
    }

    @Test
    void letsAPollGoThatComesAfterTheProbe() {
        var session = polling();
        var socket = candidate(session).says("2probe");
        timer.endPauses();

        var late = poll(session);
        timer.endPauses();

        assertThat(late.answers()).containsExactly("6");
        assertThat(socket.heard()).containsExactly("3probe");
    }

    @Test
    void letsNoPollGoBeforeTheProbe() {
        var session = polling();
        candidate(session);

        var waiting = poll(session);
        timer.endPauses();

        assertThat(waiting.answers()).isEmpty();
    }

    @Test
    void losesAndDoublesNothingAndKeepsTheOrder() {
        var session = polling();
        say(session, "before");
        assertThat(poll(session).answers()).containsExactly("4before");
        var socket = candidate(session);
        say(session, "during 1");
        socket.says("2probe");
        assertThat(poll(session).answers()).containsExactly("4during 1");
        say(session, "during 2");
        say(session, "during 3");
        socket.says("5");
        say(session, "after");

        assertThat(socket.heard()).containsExactly("3probe", "4during 2", "4during 3", "4after");
        timer.endPauses();
        assertThat(socket.heard()).hasSize(4);
    }

    @Test
    void losesNothingWhileOthersTalk() throws Exception {
        server = serverWith(roomy());
        for (var round = 0; round < 50; round++) {
            var session = polling();
            var start = new CyclicBarrier(2);
            var talker = threads.submit(() -> {
                start.await();
                for (var n = 0; n < 300; n++) {
                    say(session, "" + n);
                }
                return null;
            });
            var polled = new FakePoll();
            session.poll(polled);
            var socket = candidate(session);
            start.await();
            socket.says("2probe");
            timer.endPauses();
            socket.says("5");
            talker.get();

            var got = new ArrayList<String>();
            polled.answers().stream()
                    .filter(answer -> answer.startsWith("4"))
                    .forEach(answer -> got.addAll(List.of(answer.split("\\|"))));
            got.addAll(socket.heard());
            got.remove("3probe");
            assertThat(got)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 300).mapToObj(n -> "4" + n).toList());
        }
    }

    @Test
    void refusesAGetThatStillWaits() {
        var session = polling();
        var socket = candidate(session).says("2probe");
        var waiting = poll(session);

        socket.says("5");

        assertThat(waiting.answers()).containsExactly("BAD_REQUEST");
        timer.endPauses();
        assertThat(waiting.answers()).hasSize(1);
        assertThat(diary.ends).isEmpty();
    }

    @Test
    void isNotHarmedWhenTheClientDoesNotTakeTheAnswerToAGetThatStillWaited() {
        var session = polling();
        var socket = candidate(session).says("2probe");
        var gone = new FakeExchange("GET", "").answerFails();
        new Polling(session, gone.request()).begin();

        socket.says("5", "4hello");

        assertThat(diary.ends).isEmpty();
        assertThat(diary.heard).containsExactly("hello");
    }

    @Test
    void isNotHarmedByLaterRequests() {
        var session = polling();
        var socket = candidate(session).says("2probe", "5");

        assertThat(poll(session).answers()).containsExactly("BAD_REQUEST");
        assertThat(session.wants(session.newCandidate(System.nanoTime()))).isFalse();

        socket.says("4hello");
        assertThat(diary.heard).containsExactly("hello");
    }

    @Test
    void worksWithoutProbe() {
        var session = polling();
        say(session, "waiting");

        var socket = candidate(session).says("5");

        assertThat(socket.heard()).containsExactly("4waiting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "2", "3probe", "0{}", "1", "", "abc"})
    void failsUponAnotherFirstFrameAndPollingGoesOn(String frame) {
        var session = polling();

        var socket = candidate(session).says(frame);

        assertThat(socket.heard()).containsExactly("close");
        assertGoesOnByPolling(session);
    }

    @Test
    void failsUponBytesAndPollingGoesOn() {
        var session = polling();

        var socket = candidate(session).saysBytes((byte) 1);

        assertThat(socket.heard()).containsExactly("close");
        assertGoesOnByPolling(session);
    }

    @Test
    void failsWhenTheSocketDiesAndPollingGoesOn() {
        var session = polling();
        candidate(session).says("2probe").dies();

        assertGoesOnByPolling(session);
    }

    @Test
    void failsWhenItTakesTooLongAndPollingGoesOn() {
        var session = polling();
        var socket = candidate(session).says("2probe");

        session.tick(in(Duration.ofMillis(9_900)));
        assertThat(socket.heard()).containsExactly("3probe");
        session.tick(in(Duration.ofMillis(10_100)));

        assertThat(socket.heard()).containsExactly("3probe", "close");
        assertGoesOnByPolling(session);
    }

    @Test
    void isNotHarmedByTheTimeItMightHaveTaken() {
        var session = polling();
        var socket = candidate(session).says("2probe", "5");

        session.tick(in(Duration.ofMillis(10_100)));
        socket.says("4hello");

        assertThat(socket.heard()).doesNotContain("close");
        assertThat(diary.heard).containsExactly("hello");
    }

    @Test
    void endsTcpOfAFailedSocketWhoseClientDoesNotAnswerTheClose() {
        var session = polling();
        var socket = candidate(session).says("4hello");

        server.tick(in(Duration.ofSeconds(1)));
        server.tick(in(Duration.ofSeconds(10)));

        assertThat(socket.isEnded()).isTrue();
    }

    @Test
    void closesASocketThatOpensAfterItsTime() {
        var session = polling();
        var late = session.newCandidate(System.nanoTime());
        session.tick(in(Duration.ofMillis(10_100)));

        assertThat(FakeWebSocket.opened(late).heard()).containsExactly("close");
        assertGoesOnByPolling(session);
    }

    @Test
    void closesASocketThatOpensWhenTheSessionIsAboutToEnd() {
        var session = polling();
        var late = session.newCandidate(System.nanoTime());
        session.close(CloseReason.FORCED_CLOSE);

        assertThat(FakeWebSocket.opened(late).heard()).containsExactly("close");
    }

    @Test
    void takesOneSocketAtATimeAndAnotherWhenTheFirstHasFailed() {
        var session = polling();
        var first = candidate(session);

        assertThat(session.wants(session.newCandidate(System.nanoTime()))).isFalse();
        first.says("4hello");
        var second = candidate(session).says("2probe", "5", "4hello");

        assertThat(second.heard()).containsExactly("3probe");
        assertThat(diary.heard).containsExactly("hello");
    }

    @Test
    void doesNotKeepAnswersToProbesForAClientThatDoesNotReadThem() {
        var session = polling();
        var socket = candidate(session);
        socket.hold();

        for (var n = 0; n < 10_000; n++) {
            socket.says("2probe");
        }
        assertThat(timer.pauses()).isLessThan(100);
        socket.release();

        assertThat(socket.heard()).hasSizeLessThan(100);
    }

    @Test
    void closesTheSocketWithTheSession() {
        var session = polling();
        var socket = candidate(session).says("2probe");

        post(session, "1");

        assertThat(socket.heard()).containsExactly("3probe", "close");
    }

    @Test
    void isNotOfferedWhenItIsNotAllowed() {
        server = serverWith(SETTINGS.toBuilder().allowUpgrades(false).build());
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();

        assertThat(poll(session).answers().get(0)).contains("\"upgrades\":[]");
        assertThat(session.wants(session.newCandidate(System.nanoTime()))).isFalse();
    }

    private void assertGoesOnByPolling(EngineSession session) {
        assertThat(session.transportName()).isEqualTo("polling");
        assertThat(diary.ends).isEmpty();
        say(session, "still here");
        assertThat(poll(session).answers()).containsExactly("4still here");
        post(session, "4me too");
        assertThat(diary.heard).endsWith("me too");
    }
}
