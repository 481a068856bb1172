package dev.herald.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.json.JsonGuard;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients may say ({@code docs/feed.md}). Apostrophes stand for quotes. */
class RawRequestTest {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final ChannelName OWN = ChannelName.ofUser("ann");
    private static final String LONGEST_NAME = "n".repeat(128);
    private static final String LONGEST_ID = "i".repeat(64);

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
                        new Request.Join(ORDERS, new Position("e", 41))),
                Arguments.of(
                        "{'event':'join','channel':'orders','since':{'channel':'orders','epoch':'e','offset':0},'id':'j'}",
                        new Request.Join(ORDERS, new Position("e", 0))),
                Arguments.of("{'event':'join','channel':'orders'}", new Request.Join(ORDERS, null)),
                Arguments.of("{'event':'join','channel':'private'}", new Request.Join(OWN, null)),
                Arguments.of(
                        "{'event':'join','channel':'user:bob'}", new Request.Join(ChannelName.ofUser("bob"), null)),
                Arguments.of("{'event':'history','channel':'orders'}", new Request.History(ORDERS, Long.MAX_VALUE, 50)),
                Arguments.of(
                        "{'event':'history','channel':'private','before':7,'limit':1000,'id':'h'}",
                        new Request.History(OWN, 7, 1_000)),
                Arguments.of("{'event':'leave','channel':'orders'}", new Request.Leave(ORDERS)),
                Arguments.of("{'event':'leave','channel':'private','id':'l'}", new Request.Leave(OWN)),
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

    @ParameterizedTest
    @MethodSource("messages")
    void readsWhatAClientMaySay(String text, Request message) {
        assertThat(read(text)).isEqualTo(message);
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

        var read = (Request.Publish) RawRequest.of(object("{\"event\":\"news\",\"data\":" + json + "}"))
                .read(OWN);

        try (var expected = Json.createReader(new StringReader(json));
                var actual = Json.createReader(new StringReader(read.json()))) {
            assertThat(actual.readValue()).isEqualTo(expected.readValue());
        }
        assertThat(JsonGuard.accept(read.json())).isEqualTo(read.json());
    }

    @Test
    void ignoresMembersThatItDoesNotKnow() {
        var text = "{'event':'news','from':'admin','name':7,'offset':{},'at':null,'to':'x','since':[]}";

        assertThat(read(text)).isEqualTo(new Request.Publish("news", ChannelName.NEWS, "null", null));
    }

    /** "Errors". */
    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of("{'event':7,'id':'c1'}", "malformed"),
                Arguments.of("{'event':null,'id':'c1'}", "malformed"),
                Arguments.of("{'event':'x','channel':7,'id':'c1'}", "malformed"),
                Arguments.of("{'event':'private','to':{},'id':'c1'}", "malformed"),
                Arguments.of("{'event':'news','id':7}", "malformed"),
                Arguments.of("{'id':'c1'}", "event-invalid"),
                Arguments.of("{'event':'','id':'c1'}", "event-invalid"),
                Arguments.of("{'event':'" + "n".repeat(129) + "'}", "event-invalid"),
                Arguments.of("{'event':'x','id':'c1'}", "channel-invalid"),
                Arguments.of("{'event':'join','id':'c1'}", "channel-invalid"),
                Arguments.of("{'event':'leave'}", "channel-invalid"),
                Arguments.of("{'event':'x','channel':'','id':'c1'}", "channel-invalid"),
                Arguments.of("{'event':'join','channel':'a b'}", "channel-invalid"),
                Arguments.of("{'event':'join','channel':'*'}", "channel-invalid"),
                Arguments.of("{'event':'join','channel':'a\\n'}", "channel-invalid"),
                Arguments.of("{'event':'join','channel':'é'}", "channel-invalid"),
                Arguments.of("{'event':'join','channel':'" + "c".repeat(129) + "'}", "channel-invalid"),
                Arguments.of("{'event':'private','id':'c1'}", "to-invalid"),
                Arguments.of("{'event':'private','to':''}", "to-invalid"),
                Arguments.of("{'event':'private','to':'" + "a".repeat(129) + "'}", "to-invalid"),
                Arguments.of("{'event':'news','id':''}", "id-invalid"),
                Arguments.of("{'event':'news','id':'" + "i".repeat(65) + "'}", "id-invalid"),
                Arguments.of("{'event':'join','channel':'o','since':null,'id':'c1'}", "since-invalid"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void refusesWhatItMayNotWithACode(String text, String code) {
        var refusal = refusal(text);

        assertThat(refusal.code().code()).isEqualTo(code);
        assertThat(refusal.sentence()).isNotBlank();
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
        var message = read("{'event':'join','channel':'o','since':{'epoch':'e','offset':" + offset + "}}");

        assertThat(((Request.Join) message).since()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "1e3", "'5'", "null", "true", "[]", "''"})
    void refusesABeforeAndALimitThatIsNoPositiveInteger(String text) {
        var before = refusal("{'event':'history','channel':'o','before':" + text + "}");
        var limit = refusal("{'event':'history','channel':'o','limit':" + text + "}");

        assertThat(before)
                .isEqualTo(new Reply.Rejected(ErrorCode.HISTORY_INVALID, "before is an offset: a positive integer"));
        assertThat(limit)
                .isEqualTo(new Reply.Rejected(ErrorCode.HISTORY_INVALID, "limit is an integer from 1 to 1000"));
    }

    @Test
    void refusesALimitAboveAThousandButNoBeforeHoweverLarge() {
        var large = "9".repeat(90);

        assertThat(refusal("{'event':'history','channel':'o','limit':1001}").code())
                .isEqualTo(ErrorCode.HISTORY_INVALID);
        assertThat(refusal("{'event':'history','channel':'o','limit':" + large + "}")
                        .code())
                .isEqualTo(ErrorCode.HISTORY_INVALID);
        assertThat(read("{'event':'history','channel':'orders','before':" + large + "}"))
                .isEqualTo(new Request.History(ORDERS, Long.MAX_VALUE, 50));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "1e3", "'1'", "null", "[1]", "1000000000000000000"})
    void refusesAnOffsetSeenThatIsNoWholeNumber(String offset) {
        assertThat(refusal("{'event':'seen','offset':" + offset + "}").code()).isEqualTo(ErrorCode.SEEN_INVALID);
        assertThat(refusal("{'event':'seen'}").code()).isEqualTo(ErrorCode.SEEN_INVALID);
    }

    @Test
    void readsWhatWasSeen() {
        assertThat(read("{'event':'seen','offset':0}")).isEqualTo(new Request.Seen(0, null));
        assertThat(read("{'event':'seen','offset':7,'epoch':'e'}")).isEqualTo(new Request.Seen(7, "e"));
    }

    /** A log could not hold it, whatever the protocol's own reader let pass. */
    @Test
    void refusesNamesThatAreNotWellFormed() {
        for (var wrong : List.of("\0", "\ud800", "a\udc00b")) {
            assertThat(refusal(fields("event", "private", "to", wrong)).code()).isEqualTo(ErrorCode.TO_INVALID);
            assertThat(refusal(fields("event", "news", "id", wrong)).code()).isEqualTo(ErrorCode.ID_INVALID);
            assertThat(refusal(fields("event", wrong, "channel", "o")).code()).isEqualTo(ErrorCode.EVENT_INVALID);
        }
    }

    @Test
    void takesAUrlsParameterForANumberOnlyIfItIsAPositiveInteger() {
        assertThat(RawRequest.parameter("12")).isEqualTo(Json.createValue(12));
        assertThat(RawRequest.parameter("9".repeat(90))).isEqualTo(Json.createValue(Long.MAX_VALUE));
        for (var text : List.of("", "0", "05", "-1", "+5", " 5", "1e3", "\u0665", "null", "5;")) {
            assertThat(RawRequest.parameter(text)).isEqualTo(Json.createValue(text));
        }
    }

    private static Request read(String text) {
        return RawRequest.of(object(text.replace('\'', '"'))).read(OWN);
    }

    private static JsonObject object(String json) {
        try (var reader = Json.createReader(new StringReader(json))) {
            return reader.readObject();
        }
    }

    private static JsonObject fields(String... namesAndValues) {
        var fields = Json.createObjectBuilder();
        for (var n = 0; n < namesAndValues.length; n += 2) {
            fields.add(namesAndValues[n], namesAndValues[n + 1]);
        }
        return fields.build();
    }

    private static Reply.Rejected refusal(String text) {
        return refusal(object(text.replace('\'', '"')));
    }

    private static Reply.Rejected refusal(JsonObject fields) {
        return catchThrowableOfType(
                        RejectedException.class, () -> RawRequest.of(fields).read(OWN))
                .reply();
    }
}
