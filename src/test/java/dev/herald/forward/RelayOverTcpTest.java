package dev.herald.forward;

import static java.lang.System.Logger.Level.WARNING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.engine.EngineSettings;
import dev.herald.nonblocking.SlowBodies;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client's WebSocket whose session another node has, by Java's own HTTP client over TCP. */
@Timeout(60)
class RelayOverTcpTest {

    private static final String REQUEST = "/?EIO=4&transport=websocket&sid=abcdefghijklmnopqrstuvwxyz0other";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeTimer timer = new FakeTimer();
    private final List<String> frames = new ArrayList<>();
    private EchoingNode other;
    private Forwarder forwarder;
    private FakeClient client;
    private volatile boolean lives = true;

    @BeforeEach
    void open() throws Exception {
        other = new EchoingNode(threads);
        var url = other.url();
        forwarder = new Forwarder(
                new NodeDirectory() {

                    @Override
                    public String me() {
                        return "me";
                    }

                    @Override
                    public Optional<URI> urlOf(String node) {
                        return lives ? Optional.of(url) : Optional.empty();
                    }

                    @Override
                    public byte[] secret() {
                        return "only the nodes know".getBytes(UTF_8);
                    }
                },
                "/socket.io/",
                EngineSettings.DEFAULT,
                new SlowBodies(8, Duration.ofSeconds(30)),
                timer.asExecutor(),
                threads);
    }

    private void connect() throws Exception {
        client = new FakeClient(REQUEST, forwarder);
    }

    @AfterEach
    void close() {
        forwarder.close();
        other.close();
        threads.shutdownNow();
    }

    /** Waits until so many messages have come, and returns them; parts are joined. */
    private List<String> heard(int messages) {
        await().until(() -> {
            frames.addAll(client.frames());
            return frames.stream().filter(frame -> frame.startsWith("8")).count() >= messages;
        });
        return frames;
    }

    @Test
    void messagesGoBothWaysInOrder() throws Exception {
        connect();
        var sent = IntStream.range(0, 1_000).mapToObj(n -> n + " 名前 سلمى 😀").toList();
        sent.forEach(client::says);

        assertThat(heard(1_000))
                .isEqualTo(sent.stream().map(text -> "81 " + text).toList());
        assertThat(other.head())
                .contains("GET /socket.io/?EIO=4&transport=websocket&sid=abcdefghijklmnopqrstuvwxyz0other HTTP/1.1")
                .contains(Voucher.HEADER + ": ");
    }

    @Test
    void longMessagesGoBothWays() throws Exception {
        connect();
        client.says("😀é".repeat(150_000));
        client.says(new byte[999_999]);
        client.says("last");

        assertThat(heard(3)).last().isEqualTo("81 last");
        assertThat(frames).filteredOn(frame -> frame.startsWith("1 ")).hasSize(1);
        var text = frames.indexOf(frames.stream()
                .filter(frame -> frame.startsWith("2 "))
                .findFirst()
                .orElseThrow());
        assertThat(bytes(frames.subList(1, text))).isEqualTo(900_000 - bytesOf(frames.get(0)));
        assertThat(bytes(frames.subList(text, frames.size() - 1))).isEqualTo(999_999);
    }

    /** Of the payload of a frame of text. */
    private static int bytesOf(String textFrame) {
        return textFrame.substring(2).getBytes(UTF_8).length;
    }

    private static int bytes(List<String> parts) {
        return parts.stream()
                .mapToInt(part -> Integer.parseInt(part.split(" ", -1)[1]))
                .sum();
    }

    @Test
    void aCloseGoesOnAndComesBack() throws Exception {
        connect();
        client.says("a");
        heard(1);

        client.closes(4_001, "bye");

        await().until(() -> {
            timer.tick();
            return forwarder.underWay() == 0;
        });
    }

    @Test
    void theLossOfTheOtherNodeClosesTheClientsSide() throws Exception {
        connect();
        client.says("a");
        heard(1);

        other.cut();

        assertThat(heard(2)).last().isEqualTo("88 1014");
    }

    @Test
    void aDeadNodeClosesTheClientsSide() throws Exception {
        connect();
        client.says("a");
        heard(1);

        lives = false;
        timer.tick();

        assertThat(heard(2)).last().isEqualTo("88 1014");
    }

    @Test
    void aNodeThatCannotBeReachedClosesTheClientsSide() throws Exception {
        other.close();
        connect();

        assertThat(heard(1)).last().isEqualTo("88 1014");
        QuietLog.expect(WARNING, "could not be handed on to node other", "reach each other");
    }
}
