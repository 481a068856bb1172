package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.hub.ErrorCode;
import dev.herald.hub.JsonGuard;
import dev.herald.hub.RejectedException;
import dev.herald.hub.Request;
import jakarta.json.Json;
import jakarta.json.bind.JsonbBuilder;
import java.io.IOException;
import java.io.StringReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/feed.md} to the word. Apostrophes stand for quotes in what the client says. */
class FeedCodecTest {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final Instant NOON = Instant.parse("2026-02-03T12:00:00.500Z");
    private static final String LONGEST_NAME = "n".repeat(128);
    private static final String LONGEST_ID = "i".repeat(64);

    private final FeedCodec codec = new FeedCodec(JsonbBuilder.create());

    /** "From the client". */
    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of(
                        "{'event':'news','data':{'msg':'Hello'},'id':'c1'}",
                        new Request.Publish("news", ChannelName.NEWS, "{\"msg\":\"Hello\"}", "c1")),
                Arguments.of("{'event':'news'}", new Request.Publish("news", ChannelName.NEWS, "null", null)),
                Arguments.of("{'event':'news','channel':'orders'}", new Request.Publish("news", ORDERS, "null", null)),
                Arguments.of(
                        "{'event':'private','to':'ann','data':[1,2],'id':'c2'}",
                        new Request.Tell("ann", "[1,2]", "c2")),
                Arguments.of("{'event':'private','to':'@ n'}", new Request.Tell("@ n", "null", null)),
                Arguments.of(
                        "{'event':'placed','channel':'orders','data':true,'id':'c3'}",
                        new Request.Publish("placed", ORDERS, "true", "c3")),
                Arguments.of(
                        "{'event':'placed','channel':'news'}",
                        new Request.Publish("placed", ChannelName.NEWS, "null", null)),
                Arguments.of(
                        "{'event':'join','channel':'orders','since':{'epoch':'e','offset':41}}",
                        new Request.Join(ORDERS, new Position("e", 41), null)),
                Arguments.of(
                        "{'event':'join','channel':'orders','since':{'channel':'orders','epoch':'e','offset':0},'id':'j'}",
                        new Request.Join(ORDERS, new Position("e", 0), "j")),
                Arguments.of("{'event':'join','channel':'orders'}", new Request.Join(ORDERS, null, null)),
                Arguments.of("{'event':'join','channel':'private'}", new Request.Join(null, null, null)),
                Arguments.of(
                        "{'event':'join','channel':'user:bob'}",
                        new Request.Join(ChannelName.ofUser("bob"), null, null)),
                Arguments.of(
                        "{'event':'history','channel':'orders'}",
                        new Request.History(ORDERS, Long.MAX_VALUE, 50, null)),
                Arguments.of(
                        "{'event':'history','channel':'private','before':7,'limit':1000,'id':'h'}",
                        new Request.History(null, 7, 1_000, "h")),
                Arguments.of("{'event':'leave','channel':'orders'}", new Request.Leave(ORDERS, null)),
                Arguments.of("{'event':'leave','channel':'private','id':'l'}", new Request.Leave(null, "l")),
                Arguments.of(
                        " { 'event' : 'news' , 'data' : 1 } ",
                        new Request.Publish("news", ChannelName.NEWS, "1", null)),
                Arguments.of(
                        "{'event':'" + LONGEST_NAME + "','channel':'" + LONGEST_NAME + "','id':'" + LONGEST_ID + "'}",
                        new Request.Publish(LONGEST_NAME, new ChannelName(LONGEST_NAME), "null", LONGEST_ID)),
                Arguments.of(
                        "{'event':'\\u0070\\u006f\\ud83d\\ude00','channel':'orders'}",
                        new Request.Publish("po😀", ORDERS, "null", null)));
    }

    @Test
    void readsAPingAsNothingToBeDone() {
        assertThat(codec.read("{\"event\":\"ping\"}")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void readsWhatAClientMaySay(String text, Request message) {
        assertThat(codec.read(text.replace('\'', '"'))).contains(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "0",
                "-12.5",
                "'x'",
                "'\\u0001 \\n \\\\ \\' é 😀 \u2028'",
                "[]",
                "{}",
                "[{'a':[null,true,false]},1.50]",
                "1E+400",
                "123456789012345678901234567890.123456789",
                "0.1"
            })
    void takesAnyJsonValueAsDataAndKeepsWhatItMeans(String value) {
        var json = value.replace("\\'", "\\u0022").replace('\'', '"');

        var read = (Request.Publish)
                codec.read("{\"event\":\"news\",\"data\":" + json + "}").orElseThrow();

        try (var expected = Json.createReader(new StringReader(json));
                var actual = Json.createReader(new StringReader(read.json()))) {
            assertThat(actual.readValue()).isEqualTo(expected.readValue());
        }
        JsonGuard.check(read.json());
    }

    @Test
    void ignoresMembersThatItDoesNotKnow() {
        var text = "{'event':'news','from':'admin','name':7,'offset':{},'at':null,'to':'x','since':[]}";

        assertThat(codec.read(text.replace('\'', '"')))
                .contains(new Request.Publish("news", ChannelName.NEWS, "null", null));
    }

    /** "Errors". */
    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of("", "malformed", null),
                Arguments.of("{'event':'news'", "malformed", null),
                Arguments.of("{'event':'news'}{}", "malformed", null),
                Arguments.of("{'event':'news','event':'news'}", "malformed", null),
                Arguments.of("{'event':'news','data':'\\ud800'}", "malformed", null),
                Arguments.of("{'event':'news','data':'\\u0000'}", "malformed", null),
                Arguments.of("[]", "malformed", null),
                Arguments.of("'news'", "malformed", null),
                Arguments.of("null", "malformed", null),
                Arguments.of("7", "malformed", null),
                Arguments.of("{'event':7,'id':'c1'}", "malformed", "c1"),
                Arguments.of("{'event':null,'id':'c1'}", "malformed", "c1"),
                Arguments.of("{'event':'x','channel':7,'id':'c1'}", "malformed", "c1"),
                Arguments.of("{'event':'private','to':{},'id':'c1'}", "malformed", "c1"),
                Arguments.of("{'event':'news','id':7}", "malformed", null),
                Arguments.of("{'id':'c1'}", "event-invalid", "c1"),
                Arguments.of("{'event':'','id':'c1'}", "event-invalid", "c1"),
                Arguments.of("{'event':'" + "n".repeat(129) + "'}", "event-invalid", null),
                Arguments.of("{'event':'x','id':'c1'}", "channel-invalid", "c1"),
                Arguments.of("{'event':'join','id':'c1'}", "channel-invalid", "c1"),
                Arguments.of("{'event':'leave'}", "channel-invalid", null),
                Arguments.of("{'event':'x','channel':'','id':'c1'}", "channel-invalid", "c1"),
                Arguments.of("{'event':'join','channel':'a b'}", "channel-invalid", null),
                Arguments.of("{'event':'join','channel':'*'}", "channel-invalid", null),
                Arguments.of("{'event':'join','channel':'a\\n'}", "channel-invalid", null),
                Arguments.of("{'event':'join','channel':'é'}", "channel-invalid", null),
                Arguments.of("{'event':'join','channel':'" + "c".repeat(129) + "'}", "channel-invalid", null),
                Arguments.of("{'event':'x','channel':'user:bob','id':'c1'}", "channel-forbidden", "c1"),
                Arguments.of("{'event':'x','channel':'user:'}", "channel-forbidden", null),
                Arguments.of("{'event':'news','channel':'user:bob'}", "channel-forbidden", null),
                Arguments.of("{'event':'x','channel':'ns:.2fshop','id':'c1'}", "channel-forbidden", "c1"),
                Arguments.of("{'event':'news','channel':'ns:.2fshop'}", "channel-forbidden", null),
                Arguments.of("{'event':'join','channel':'ns:.2fshop.2cvip'}", "channel-forbidden", null),
                Arguments.of("{'event':'leave','channel':'ns:.2fshop'}", "channel-forbidden", null),
                Arguments.of("{'event':'x','channel':'private'}", "channel-forbidden", null),
                Arguments.of("{'event':'private','id':'c1'}", "to-invalid", "c1"),
                Arguments.of("{'event':'private','to':''}", "to-invalid", null),
                Arguments.of("{'event':'private','to':'" + "a".repeat(129) + "'}", "to-invalid", null),
                Arguments.of("{'event':'news','id':''}", "id-invalid", null),
                Arguments.of("{'event':'news','id':'" + "i".repeat(65) + "'}", "id-invalid", null),
                Arguments.of("{'event':'join','channel':'o','since':null,'id':'c1'}", "since-invalid", "c1"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void refusesWhatItMayNotWithACodeAndTheMessagesId(String text, String code, String id) {
        var refusal = refusal(text);

        assertThat(refusal.code().code()).isEqualTo(code);
        assertThat(refusal.id()).isEqualTo(id);
        assertThat(refusal.getMessage()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ack",
                "connected",
                "error",
                "joined",
                "left",
                "pong",
                "sent",
                "connect",
                "connect_error",
                "disconnect",
                "disconnecting",
                "newListener",
                "removeListener"
            })
    void refusesReservedNames(String event) {
        var refusal = refusal("{'event':'" + event + "','channel':'orders','id':'c1'}");

        assertThat(refusal.code()).isEqualTo(ErrorCode.EVENT_RESERVED);
        assertThat(refusal.id()).isEqualTo("c1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'x'",
                "7",
                "true",
                "[]",
                "['e',1]",
                "{}",
                "{'epoch':'e'}",
                "{'offset':1}",
                "{'epoch':1,'offset':1}",
                "{'epoch':null,'offset':1}",
                "{'epoch':'','offset':1}",
                "{'epoch':'e','offset':'1'}",
                "{'epoch':'e','offset':null}",
                "{'epoch':'e','offset':[1]}",
                "{'epoch':'e','offset':-1}",
                "{'epoch':'e','offset':1.5}",
                "{'epoch':'e','offset':1e-3}",
                "{'epoch':'e','offset':9223372036854775808}",
                "{'epoch':'e','offset':1e999}",
                "{'epoch':'e','offset':1e-999}"
            })
    void refusesASinceThatIsNoPosition(String since) {
        assertThat(refusal("{'event':'join','channel':'o','since':" + since + "}")
                        .code())
                .isEqualTo(ErrorCode.SINCE_INVALID);
        assertThat(refusal("{'event':'join','channel':'o','since':{'epoch':'" + "e".repeat(65) + "','offset':1}}")
                        .code())
                .isEqualTo(ErrorCode.SINCE_INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "9223372036854775807", "4.1e1", "41.0"})
    void takesWholeNumbersAsOffsetsHoweverTheyAreWritten(String offset) {
        var message = codec.read(
                ("{'event':'join','channel':'o','since':{'epoch':'e','offset':" + offset + "}}").replace('\'', '"'));

        assertThat(((Request.Join) message.orElseThrow()).since()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{'event':"})
    void doesNotAnswerWhatIsBuiltToHurt(String opening) {
        var deep = opening.replace('\'', '"').repeat(65);

        assertThatExceptionOfType(JsonGuard.HostileJsonException.class).isThrownBy(() -> codec.read(deep));
    }

    @Test
    void hasACodeForEachReasonOfTheHub() {
        assertThat(Arrays.stream(RefusedException.Reason.values())
                        .map(reason -> ErrorCode.of(reason).code()))
                .containsExactly("id-reused", "overloaded", "log-unavailable");
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
            assertThat(codec.write(new ToClient.Left("left", null, "orders")))
                    .isEqualTo("{\"event\":\"left\",\"channel\":\"orders\"}");
        }

        @Test
        void anError() {
            assertThat(codec.write(ToClient.Refusal.of(new RejectedException(ErrorCode.ID_REUSED, "c1", "no"))))
                    .isEqualTo("{\"event\":\"error\",\"id\":\"c1\",\"code\":\"id-reused\",\"message\":\"no\"}");
            assertThat(codec.write(ToClient.Refusal.of(new RejectedException(ErrorCode.MALFORMED, null, "no"))))
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

    private RejectedException refusal(String text) {
        return catchThrowableOfType(RejectedException.class, () -> codec.read(text.replace('\'', '"')));
    }
}
