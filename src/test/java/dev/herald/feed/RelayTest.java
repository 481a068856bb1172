package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeTimer;
import jakarta.websocket.CloseReason;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayTest {

    private final FakeTimer timer = new FakeTimer();
    private final FeedSettings settings = new FeedSettings(
            1_000,
            16,
            10_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(25),
            Duration.ofSeconds(20),
            Duration.ofMillis(500));
    private final Sockets sockets = new Sockets(settings, timer.asExecutor(), Runnable::run);
    private final Relay relay = new Relay(sockets, 100);
    private final Client ann = open();
    private final Client bob = open();
    private final Client cid = open();

    @ParameterizedTest
    @ValueSource(strings = {"hi", "", "{\"event\":\"news\"}", "not JSON", "[[[[", "\u0000 é 😀"})
    void passesEachMessageUnchangedToAllOthersAndNotBack(String message) {
        ann.connection.receive(message, true);

        assertThat(bob.session.texts()).containsExactly(message);
        assertThat(cid.session.texts()).containsExactly(message);
        assertThat(ann.session.texts()).isEmpty();
    }

    @Test
    void passesMessagesOnceTheyAreWhole() {
        ann.connection.receive("one ", false);
        assertThat(bob.session.texts()).isEmpty();
        ann.connection.receive("two", true);

        assertThat(bob.session.texts()).containsExactly("one two");
    }

    @Test
    void keepsTheOrderOfEachSender() {
        var texts = IntStream.range(0, 100).mapToObj(Integer::toString).toList();

        texts.forEach(text -> ann.connection.receive(text, true));

        assertThat(bob.session.texts()).isEqualTo(texts);
    }

    @Test
    void keepsNothingForThoseWhoComeLater() {
        ann.connection.receive("hi", true);

        assertThat(open().session.texts()).isEmpty();
    }

    @Test
    void passesNothingToThoseWhoAreGone() {
        bob.connection.closed();

        ann.connection.receive("hi", true);

        assertThat(bob.session.texts()).isEmpty();
        assertThat(bob.session.closes()).isEmpty();
        assertThat(cid.session.texts()).containsExactly("hi");
    }

    @Test
    void cutsOffASlowReaderAlone() {
        bob.session.hold();

        for (var n = 0; n < 100; n++) {
            ann.connection.receive("" + n, true);
        }

        assertThat(bob.session.closes()).singleElement().satisfies(reason -> {
            assertThat(reason.getCloseCode().getCode()).isEqualTo(4008);
            assertThat(reason.getReasonPhrase()).doesNotContain("{");
        });
        assertThat(cid.session.texts()).hasSize(100);
        assertThat(cid.session.closes()).isEmpty();
        assertThat(ann.session.closes()).isEmpty();
    }

    @Test
    void closesWith1009AfterAMessageTooLargeAndIgnoresItsRest() {
        for (var n = 0; n < 100; n++) {
            ann.connection.receive("x".repeat(100), false);
        }
        ann.connection.receive("x", true);

        assertThat(ann.closeCode()).isEqualTo(1009);
        assertThat(bob.session.texts()).isEmpty();
    }

    @Test
    void closesWith1003AfterABinaryMessage() {
        ann.connection.receiveBinary();
        ann.connection.receive("hi", true);

        assertThat(ann.closeCode()).isEqualTo(1003);
        assertThat(bob.session.texts()).isEmpty();
    }

    @Test
    void letsABrokenConnectionGoWithoutAWord() {
        try (var errors = new ErrorLog(RelayConnection.class)) {
            ann.connection.fail(new IOException("connection reset"));

            assertThat(errors.lines()).isEmpty();
        }
        assertThat(ann.closeCode()).isEqualTo(CloseReason.CloseCodes.GOING_AWAY.getCode());
        bob.connection.receive("hi", true);
        assertThat(ann.session.texts()).isEmpty();
    }

    /** The close codes are those of the feed. */
    @Test
    void closesWith1011AfterTheServersOwnMistakeAndLogsIt() {
        try (var errors = new ErrorLog(RelayConnection.class)) {
            ann.connection.fail(new IllegalStateException("oops"));

            assertThat(errors.lines()).hasSize(1);
        }
        assertThat(ann.closeCode()).isEqualTo(1011);
    }

    private Client open() {
        var session = new FakeSession();
        var client = new Client(session, relay.open(session.session()));
        session.whenPinging(client.connection::pong);
        return client;
    }

    private record Client(FakeSession session, RelayConnection connection) {

        int closeCode() {
            assertThat(session.closes()).hasSize(1);
            return session.closes().get(0).getCloseCode().getCode();
        }
    }
}
