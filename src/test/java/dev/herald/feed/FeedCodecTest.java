package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/feed.md} to the word. Apostrophes stand for quotes in what the client says. */
class FeedCodecTest {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final Instant NOON = Instant.parse("2026-02-03T12:00:00.500Z");

    private final FeedCodec codec = new FeedCodec();

    @Test
    void runsTheEncodersAndDecodersThatTheEndpointNames() {
        var endpoint = FeedEndpoint.class.getAnnotation(ServerEndpoint.class);

        assertThat(codec.encoders()).containsExactly(endpoint.encoders());
        assertThat(codec.decoders()).containsExactly(endpoint.decoders());
    }

    static Stream<String> malformed() {
        return Stream.of(
                "",
                "{'event':'news'",
                "{'event':'news'}{}",
                "{'event':'news','data':'\\ud800'}",
                "{'event':'news','data':'\\u0000'}",
                "[]",
                "'news'",
                "null",
                "7");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWhatIsNoJsonObject(String text) {
        var refusal = refusal(text);

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refusal.sentence()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{'event':"})
    void refusesNestingBeyondTheBoundBeforeAnyParserSeesIt(String opening) {
        assertThat(refusal(opening.repeat(20_000)).code()).isEqualTo(ErrorCode.MALFORMED);
    }

    /** {@code jakarta.json.Json} looks for its provider with each call, which costs 100 to 1,000 times what the call does. */
    @Test
    void looksForNoJsonProviderWithEachMessage() throws IOException {
        var lookups = new AtomicInteger();
        var message = new Envelope(ORDERS, new Position("e", 1), "x", new Person("ann", "Ann"), null, NOON, "null");
        var thread = Thread.currentThread();
        var loader = thread.getContextClassLoader();
        try (var counting = new URLClassLoader(new URL[0], loader) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                lookups.incrementAndGet();
                return super.getResources(name);
            }
        }) {
            thread.setContextClassLoader(counting);
            codec.write(message);
            codec.read("{\"event\":\"ping\"}");
        } finally {
            thread.setContextClassLoader(loader);
        }

        assertThat(lookups).hasValue(0);
    }

    /** "To the client". */
    @Nested
    class Writes {

        @Test
        void whoTheClientIs() {
            assertThat(codec.write(ToClient.Connected.of(new Connection("c-1", new Person("ann", "Ann \"é\"")))))
                    .isEqualTo(
                            "{\"event\":\"connected\",\"connection\":\"c-1\",\"person\":{\"id\":\"ann\",\"name\":\"Ann \\\"é\\\"\"}}");
        }

        @Test
        void anAck() {
            var receipt = new Receipt(ChannelName.NEWS, new Position("e", 42), false, ChannelKind.MEMORY);

            assertThat(codec.write(ToClient.Ack.of("c1", receipt)))
                    .isEqualTo(
                            "{\"event\":\"ack\",\"id\":\"c1\",\"channel\":\"news\",\"offset\":42,\"epoch\":\"e\",\"duplicate\":false,\"kind\":\"memory\"}");
        }

        @Test
        void anAckOfAVolatileChannelWithoutAPosition() {
            var receipt = new Receipt(ORDERS, null, false, ChannelKind.VOLATILE);

            assertThat(codec.write(ToClient.Ack.of("c1", receipt)))
                    .isEqualTo(
                            "{\"event\":\"ack\",\"id\":\"c1\",\"channel\":\"orders\",\"duplicate\":false,\"kind\":\"volatile\"}");
        }

        @Test
        void aLeave() {
            assertThat(codec.write(ToClient.Left.of(new ChannelName("orders"), null)))
                    .isEqualTo("{\"event\":\"left\",\"channel\":\"orders\"}");
        }

        @Test
        void anError() {
            assertThat(codec.write(ToClient.Refusal.of("c1", new Reply.Rejected(ErrorCode.ID_REUSED, "no"))))
                    .isEqualTo("{\"event\":\"error\",\"id\":\"c1\",\"code\":\"id-reused\",\"message\":\"no\"}");
            assertThat(codec.write(
                            ToClient.Refusal.of("c1", Reply.Rejected.ofRate("wait", Duration.ofNanos(1_000_001)))))
                    .isEqualTo(
                            "{\"event\":\"error\",\"id\":\"c1\",\"code\":\"rate-limited\",\"message\":\"wait\",\"retryAfter\":2}");
            assertThat(codec.write(ToClient.Refusal.of(null, new Reply.Rejected(ErrorCode.MALFORMED, "no"))))
                    .isEqualTo("{\"event\":\"error\",\"code\":\"malformed\",\"message\":\"no\"}");
        }

        @Test
        void aPong() {
            assertThat(codec.write(new ToClient.Pong("pong"))).isEqualTo("{\"event\":\"pong\"}");
        }

        @Test
        void aMessage() {
            assertThat(codec.write(new Envelope(
                            ORDERS,
                            new Position("life.0", 7),
                            "placed \"now\" 😀",
                            new Person("ann", "Ann\u0001"),
                            null,
                            NOON,
                            "{\"n\":1.50}")))
                    .isEqualTo("{\"event\":\"placed \\\"now\\\" 😀\",\"channel\":\"orders\",\"offset\":7,"
                            + "\"epoch\":\"life.0\",\"from\":\"ann\",\"name\":\"Ann\\u0001\","
                            + "\"at\":\"2026-02-03T12:00:00.500Z\",\"data\":{\"n\":1.50}}");
        }

        @Test
        void aPrivateMessageOfTheApplication() {
            assertThat(codec.write(new Envelope(
                            ChannelName.ofUser("ann"), new Position("e", 1), "private", null, "ann", NOON, "null")))
                    .isEqualTo("{\"event\":\"private\",\"channel\":\"user:ann\",\"offset\":1,\"epoch\":\"e\","
                            + "\"to\":\"ann\",\"at\":\"2026-02-03T12:00:00.500Z\",\"data\":null}");
        }

        @Test
        void aMessageToOneConnection() {
            assertThat(codec.write(new Envelope(null, null, "hint", null, null, NOON, "[]")))
                    .isEqualTo("{\"event\":\"hint\",\"at\":\"2026-02-03T12:00:00.500Z\",\"data\":[]}");
        }
    }

    @Nested
    class ThePositionInACloseReason {

        @Test
        void namesTheChannel() {
            assertThat(FeedCodec.position(envelope("orders", "life.0", 42)))
                    .isEqualTo("{\"channel\":\"orders\",\"epoch\":\"life.0\",\"offset\":42}");
        }

        @Test
        void isEmptyWithoutAPosition() {
            assertThat(FeedCodec.position(new Envelope(ORDERS, null, "x", null, null, NOON, "1")))
                    .isEmpty();
        }

        @Test
        void fitsIntoACloseFrameWhateverTheNames() {
            for (var channel : List.of(1, 20, ChannelName.MAX_LENGTH)) {
                for (var epoch : List.of(1, 39, 40, 41, 59, 60, 64)) {
                    var json = FeedCodec.position(envelope("c".repeat(channel), "e".repeat(epoch), Long.MAX_VALUE));

                    assertThat(json.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(123);
                    assertThat(json).endsWith("\"offset\":9223372036854775807}");
                }
            }
        }

        private static Envelope envelope(String channel, String epoch, long offset) {
            return new Envelope(new ChannelName(channel), new Position(epoch, offset), "x", null, null, NOON, "null");
        }
    }

    private Reply.Rejected refusal(String text) {
        return catchThrowableOfType(RejectedException.class, () -> codec.read(text.replace('\'', '"')))
                .reply();
    }
}
