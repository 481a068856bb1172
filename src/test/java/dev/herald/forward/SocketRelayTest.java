package dev.herald.forward;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes from a client's WebSocket to the node that has its session, and back. */
class SocketRelayTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final CompletableFuture<WebSocket> connecting = new CompletableFuture<>();
    private final FakeOwner owner = new FakeOwner();
    private final SocketRelay relay = new SocketRelay("other", listener -> connecting);
    private FakeClient client;

    @BeforeEach
    void open() throws Exception {
        client = new FakeClient(relay);
    }

    private void connect() {
        connecting.complete(owner.socket());
        relay.onOpen(owner.socket());
    }

    /** The other node sends a part of a text, which is what was asked for. */
    private void sends(String part, boolean isLast) {
        assertThat(owner.demand).isPositive();
        owner.demand--;
        relay.onText(owner.socket(), part, isLast);
    }

    @Test
    void carriesMessagesBothWays() {
        connect();
        client.says("2probe");
        client.says(new byte[70_000]);
        client.says("名前 سلمى 😀");
        sends("3probe", true);
        relay.onBinary(owner.socket(), ByteBuffer.wrap(new byte[3]), true);

        assertThat(owner.heard).containsExactly("2probe", "70000 bytes", "名前 سلمى 😀");
        assertThat(client.frames()).containsExactly("81 3probe", "82 3 bytes");
    }

    @Test
    void keepsWhatTheClientSendsBeforeTheOtherNodeIsReached() {
        client.says("2probe");
        client.says("5");
        assertThat(owner.heard).isEmpty();

        connect();

        assertThat(owner.heard).containsExactly("2probe", "5");
    }

    @Test
    void sendsTheOtherNodeOneMessageAtATime() {
        owner.isSlow = true;
        connect();
        client.says("a");
        client.says("b");
        assertThat(owner.heard).containsExactly("a");

        owner.takes();

        assertThat(owner.heard).containsExactly("a", "b");
    }

    @Test
    void carriesThousandsOfMessagesThatWait() {
        IntStream.range(0, 10_000).forEach(n -> client.says("" + n));

        connect();

        assertThat(owner.heard).hasSize(10_000).endsWith("9999");
    }

    @Test
    void doesNotReadFromAClientThatIsFasterThanTheOtherNode() {
        owner.isSlow = true;
        connect();
        IntStream.range(0, 10).forEach(n -> client.says("x".repeat(1_000) + n));
        assertThat(client.socket.input.isReady()).as("more to read").isFalse();
        IntStream.range(10, 1_000).forEach(n -> client.says("x".repeat(1_000) + n));
        assertThat(client.socket.input.isReady()).as("more to read").isTrue();

        while (owner.heard.size() < 1_000) {
            owner.takes();
        }

        assertThat(owner.heard).last().asString().endsWith("x999");
        assertThat(client.socket.input.isReady()).as("more to read").isFalse();
    }

    @Test
    void doesNotReadFromAnotherNodeThatIsFasterThanTheClient() {
        connect();
        client.socket.output.free(() -> false);
        var part = "x".repeat(16_384);
        var parts = 0;
        while (owner.demand > 0) {
            sends(part, false);
            parts++;
        }
        assertThat(parts).isEqualTo(4);

        client.socket.output.becomeFree();
        assertThat(owner.demand).isOne();
        sends("é", true);

        assertThat(client.frames()).containsExactly("1 " + part.repeat(4), "80 2 bytes");
    }

    @Test
    void carriesAMessageInOneFrameThoughItArrivesInParts() {
        connect();
        sends("a", false);
        sends("é", false);
        sends("c", true);
        sends("d", true);

        assertThat(client.frames()).containsExactly("81 aéc", "81 d");
    }

    @Test
    void carriesLongMessagesInPartsWithoutKeepingThem() {
        connect();
        IntStream.range(0, 5).forEach(n -> sends("x".repeat(16_384), false));
        assertThat(client.frames()).containsExactly("1 " + "x".repeat(65_536));
        sends("d", true);
        sends("e", true);

        assertThat(client.frames()).containsExactly("80 16385 bytes", "81 e");
    }

    @ParameterizedTest
    @CsvSource({"1000, bye, close 1000 bye", "4001, 名前, close 4001 名前"})
    void endsTheOtherSideWhenTheClientCloses(int code, String reason, String heard) {
        connect();
        client.says("a");
        client.closes(code, reason);

        assertThat(owner.heard).containsExactly("a", heard);
        assertThat(relay.tick(0, true)).isTrue();
        relay.onClose(owner.socket(), code, reason);
        assertThat(relay.tick(1, true)).isFalse();
    }

    @Test
    void breaksTheOtherSideOffWhenTheClientDies() {
        connect();
        client.says("a");
        client.dies();

        assertThat(owner.heard).containsExactly("a");
        assertThat(owner.aborted).isTrue();
    }

    @Test
    void asksForTheOthersCloseAlsoWhenTheClientTakesNothing() {
        connect();
        client.socket.output.free(() -> false);
        while (owner.demand > 0) {
            sends("x".repeat(16_000), true);
        }

        client.dies();

        assertThat(owner.demand).isOne();
    }

    @ParameterizedTest
    @CsvSource({"1000, 88 1000", "1005, 88 1000", "1006, 88 1014", "4000, 88 4000"})
    void closesTheClientsSideWhenTheOtherNodeCloses(int code, String frame) {
        connect();

        relay.onClose(owner.socket(), code, "");

        assertThat(client.frames()).containsExactly(frame);
    }

    @Test
    void closesTheClientsSideWhenTheOtherNodeIsLost() {
        connect();

        relay.onError(owner.socket(), new IOException("wanted by the test"));

        assertThat(client.frames()).containsExactly("88 1014");
    }

    @Test
    void closesTheClientsSideWhenTheOtherNodeTakesNoMessages() {
        owner.isSlow = true;
        connect();
        client.says("a");

        owner.fails();

        assertThat(client.frames()).containsExactly("88 1014");
        assertThat(owner.aborted).isTrue();
    }

    @Test
    void closesTheClientsSideWhenTheOtherNodeCannotBeReached() {
        connecting.completeExceptionally(new IOException("wanted by the test"));

        assertThat(client.frames()).containsExactly("88 1014");
    }

    @Test
    void closesTheClientsSideWhenTheOtherNodeDies() {
        connect();

        assertThat(relay.tick(0, false)).isTrue();

        assertThat(client.frames()).containsExactly("88 1014");
        assertThat(owner.aborted).isTrue();
    }

    @Test
    void breaksOffASideThatDoesNotEndAfterTheOther() {
        connect();
        client.closes(1000, "");
        relay.tick(0, true);

        assertThat(relay.tick(9 * SECOND, true)).isTrue();
        assertThat(relay.tick(11 * SECOND, true)).isFalse();
        assertThat(owner.aborted).isTrue();
    }

    @Test
    void forgetsAClientThatTheContainerNeverHandsOver() {
        var never = new SocketRelay("other", listener -> connecting);

        assertThat(never.tick(0, true)).isTrue();
        assertThat(never.tick(11 * SECOND, true)).isFalse();
    }

    @Test
    void endsWhatIsReachedAfterTheClientHasGone() {
        client.says("a");
        client.dies();

        connect();

        assertThat(owner.heard).containsExactly("a");
        assertThat(owner.aborted).isTrue();
    }

    @Test
    void carriesBytesAsTheyAre() {
        connect();
        relay.onBinary(owner.socket(), ByteBuffer.wrap("abc".getBytes(UTF_8)), false);
        relay.onBinary(owner.socket(), ByteBuffer.wrap("de".getBytes(UTF_8)), true);

        assertThat(client.frames()).containsExactly("82 5 bytes");
    }
}
