package dev.herald.engine;

import static java.lang.System.Logger.Level.ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.concurrent.WriteBatch;
import dev.herald.engine.EnginePacket.Message;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One client speaks, another hears all of it: in how many pieces. */
class JoinedWritesTest {

    private static final String SEPARATOR = "\u001e";

    private final FakeTimer timer = new FakeTimer();
    private final Map<EngineSession, Diary> diaries = new ConcurrentHashMap<>();
    private final EngineServer server = new EngineServer(
            EngineSettings.DEFAULT,
            (session, principal) -> diaries.computeIfAbsent(session, s -> new Diary()),
            timer.asExecutor(),
            Runnable::run);
    private final EngineSession speaker = begun();
    private final EngineSession hearer = begun();

    private EngineSession begun() {
        var session = server.open(EngineSettings.POLLING, null, true).orElseThrow();
        session.poll(new FakePoll());
        return session;
    }

    private void passOn() {
        diaries.get(speaker).whenText = text -> {
            hearer.offer(Outgoing.of(new Message(text)));
            hearer.flush();
        };
    }

    private void say(int messages) {
        var body = IntStream.range(0, messages).mapToObj(n -> "4" + n).collect(Collectors.joining(SEPARATOR));
        speaker.beginPost();
        speaker.receivePayload(body);
        speaker.endPost();
    }

    @Test
    void whatOneRequestCausesLeavesTogether() {
        passOn();
        var poll = new FakePoll();
        hearer.poll(poll);

        say(3);

        assertThat(poll.answers()).containsExactly("40|41|42");
    }

    @Test
    void butNotMoreThanSixteenMessages() {
        passOn();
        var first = new FakePoll();
        hearer.poll(first);

        say(17);

        assertThat(first.answers().get(0)).startsWith("40|").endsWith("|415");
        var second = new FakePoll();
        hearer.poll(second);
        assertThat(second.answers()).containsExactly("416");
    }

    @Test
    void runsWhatComesLastOnceAndAgainAfterSixteenMessages() {
        var heard = new ArrayList<String>();
        Runnable last = () -> heard.add("last");
        diaries.get(speaker).whenText = text -> {
            assertThat(WriteBatch.beforeWrites(last)).isTrue();
            heard.add(text);
        };

        say(2);
        assertThat(heard).containsExactly("0", "1", "last");
        heard.clear();

        say(17);
        assertThat(heard).hasSize(19).endsWith("15", "last", "16", "last");
        heard.clear();

        say(16);
        assertThat(heard).hasSize(17).endsWith("15", "last");
        assertThat(WriteBatch.beforeWrites(last)).isFalse();
    }

    @Test
    void leavesAlsoWhenTheListenerFails() {
        diaries.get(speaker).whenText = text -> {
            hearer.offer(Outgoing.of(new Message(text)));
            hearer.flush();
            throw new IllegalStateException("planted");
        };
        var poll = new FakePoll();
        hearer.poll(poll);

        say(2);

        assertThat(poll.answers()).containsExactly("40");
        assertThat(diaries.get(speaker).ends).containsExactly(CloseReason.FORCED_CLOSE);
        QuietLog.expect(ERROR, "session", "is closed for a mistake of the server", "planted");
    }

    @Test
    void nothingIsPutOffOutsideOfReading() {
        var poll = new FakePoll();
        hearer.poll(poll);

        hearer.offer(Outgoing.of(new Message("now")));
        hearer.flush();

        assertThat(poll.answers()).containsExactly("4now");
    }
}
