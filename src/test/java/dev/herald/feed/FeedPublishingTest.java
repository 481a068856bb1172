package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of the feed say, and what they are answered: {@code docs/feed.md}. */
class FeedPublishingTest extends FeedOverHub {

    @Nested
    class Publishing {

        @Test
        void ofNewsReachesEveryoneAndIsAcknowledged() {
            var ann = started(ANN);
            var bob = started(BOB);

            ann.say("{'event':'news','data':{'msg':'hi'},'id':'c1'}");

            var news = "{\"event\":\"news\",\"channel\":\"news\",\"offset\":1,\"epoch\":\"life.0\",\"from\":\"ann\","
                    + "\"name\":\"Ann\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":{\"msg\":\"hi\"}}";
            assertThat(ann.news()).containsExactly(news, ack("c1", "news", 1, false));
            assertThat(bob.news()).containsExactly(news);
        }

        @Test
        void withoutAnIdIsNotAcknowledged() {
            var ann = started(ANN);

            ann.say("{'event':'placed','channel':'orders'}");

            assertThat(ann.news()).isEmpty();
            assertThat(hub.latest(new ChannelName("orders"), 10))
                    .singleElement()
                    .extracting(Envelope::json)
                    .isEqualTo("null");
        }

        @Test
        void toAVolatileChannelIsAcknowledgedWithoutAPosition() {
            var ann = started(ANN);
            ann.say("{'event':'join','channel':'typing:x'}");

            ann.say("{'event':'typing','channel':'typing:x','data':1,'id':'c1'}");

            assertThat(ann.news())
                    .endsWith(
                            "{\"event\":\"typing\",\"channel\":\"typing:x\",\"from\":\"ann\",\"name\":\"Ann\","
                                    + "\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":1}",
                            "{\"event\":\"ack\",\"id\":\"c1\",\"channel\":\"typing:x\",\"duplicate\":false,\"kind\":\"volatile\"}");
        }

        @Test
        void twiceWithOneIdIsAcknowledgedAsADuplicateAndHeardOnce() {
            var ann = started(ANN);
            var bob = started(BOB);

            ann.say("{'event':'news','data':1,'id':'c1'}");
            ann.say("{'event':'news','data':1,'id':'c1'}");

            assertThat(ann.news()).contains(ack("c1", "news", 1, false)).endsWith(ack("c1", "news", 1, true));
            assertThat(bob.news()).hasSize(1);
        }

        @Test
        void withAnIdOfOtherContentsIsRefused() {
            var ann = started(ANN);
            ann.say("{'event':'news','data':1,'id':'c1'}");

            ann.say("{'event':'news','data':2,'id':'c1'}");

            assertThat(ann.news())
                    .last()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"c1\",\"code\":\"id-reused\",");
            assertThat(hub.latest(ChannelName.NEWS, 10)).hasSize(1);
        }

        @Test
        void toAPersonReachesThatPersonAndTheSendersOwnConnections() {
            var tab = started(ANN);
            var phone = started(ANN);
            var bob = started(BOB);

            tab.say("{'event':'private','to':'bob','data':'psst','id':'c1'}");

            assertThat(bob.news())
                    .containsExactly(
                            "{\"event\":\"private\",\"channel\":\"user:bob\",\"offset\":1,\"epoch\":\"life.0\",\"from\":\"ann\","
                                    + "\"name\":\"Ann\",\"to\":\"bob\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":\"psst\"}");
            var copy =
                    "{\"event\":\"sent\",\"channel\":\"user:ann\",\"offset\":1,\"epoch\":\"life.0\",\"from\":\"ann\","
                            + "\"name\":\"Ann\",\"to\":\"bob\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":\"psst\"}";
            assertThat(phone.news()).containsExactly(copy);
            assertThat(tab.news()).containsExactly(copy, ack("c1", "user:bob", 1, false));
        }

        @Test
        void toAPrivateChannelByItsNameIsRefused() {
            var ann = started(ANN);

            ann.say("{'event':'private-ish','channel':'user:bob','id':'c1'}");
            ann.say("{'event':'note','channel':'user:ann'}");

            assertThat(ann.news())
                    .hasSize(2)
                    .allSatisfy(text -> assertThat(text).contains("\"code\":\"channel-forbidden\""));
            assertThat(hub.latest(ChannelName.ofUser("bob"), 10)).isEmpty();
        }

        @Test
        void inAnothersNameIsNotPossible() {
            var ann = started(ANN);

            ann.say("{'event':'news','from':'bob','name':'Bob','at':'1970-01-01T00:00:00Z','offset':7}");

            assertThat(hub.latest(ChannelName.NEWS, 10))
                    .singleElement()
                    .satisfies(m -> assertThat(m.from()).isEqualTo(ANN));
        }

        @Test
        void isRefusedWhileTheApplicationIsBehind() {
            var ann = started(ANN);
            observers.behind = true;

            ann.say("{'event':'news','id':'c1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"c1\",\"code\":\"overloaded\",");
            assertThat(hub.latest(ChannelName.NEWS, 10)).isEmpty();
        }

        /** The id of the copy is the server's business: none that a client chooses may get in its way. */
        @Test
        void toAPersonIsNotRefusedForTheIdOfAnEarlierNoteToOneself() {
            var ann = started(ANN);

            ann.say("{'event':'private','to':'ann','data':1,'id':'sent:bob:c1'}");
            ann.say("{'event':'private','to':'bob','data':2,'id':'c1'}");

            assertThat(ann.news()).contains(ack("c1", "user:bob", 1, false));
        }
    }

    @Nested
    class AClientsMistake {

        @Test
        void isAnsweredAndTheConnectionLivesOn() {
            var ann = started(ANN);

            Stream.of("", "x", "[]", "1", "{}", "{'event':'ack'}", "{'event':''}", "{'event':'x','channel':'!'}")
                    .forEach(ann::say);
            ann.say("{'event':'ping'}");

            assertThat(ann.news())
                    .hasSize(9)
                    .endsWith("{\"event\":\"pong\"}")
                    .first()
                    .isEqualTo("{\"event\":\"error\",\"code\":\"malformed\",\"message\":\"not the JSON we take: "
                            + "the text ends too early, at character 0\"}");
            assertThat(ann.session.closes()).isEmpty();
        }

        /** What of it cannot be held or understood alike by everyone is refused, and the rest is served. */
        @ParameterizedTest
        @ValueSource(strings = {"'half an emoji \\ud83d'", "'\\u0000'", "{'\\ud83d':1}", "1e10000", "1e-1000000000"})
        void inItsDataIsAnsweredAndTheNextMessageIsServed(String data) {
            var ann = started(ANN);

            ann.say("{'event':'news','id':'c1','data':" + data + "}");
            ann.say("{'event':'news','id':'c2','data':1}");

            assertThat(ann.news().get(0))
                    .startsWith("{\"event\":\"error\",\"code\":\"malformed\",\"message\":\"not the JSON we take: ");
            assertThat(hub.latest(ChannelName.NEWS, 10))
                    .extracting(Envelope::json)
                    .containsExactly("1");
            assertThat(ann.session.closes()).isEmpty();
        }

        /** As with {@code JSON.parse}; some parsers of other clients would refuse both, or take the first. */
        @Test
        void isNoneForMembersOfOneNameOfWhichTheLastCounts() {
            var ann = started(ANN);

            ann.say("{'event':'other','event':'news','id':'c1','data':{'a':1,'b':{'c':1,'c':2},'a':3}}");

            assertThat(hub.latest(ChannelName.NEWS, 10))
                    .extracting(Envelope::json)
                    .containsExactly("{\"b\":{\"c\":2},\"a\":3}");
        }

        /** What {@code JSON.parse} takes. */
        @Test
        void isNoneWhenTheDataIsDeepOrLong() {
            var ann = started(ANN);
            var deep = "[".repeat(70) + "]".repeat(70);

            for (var data : List.of(deep, "9".repeat(120), "1E+1000", "'😀'")) {
                ann.say("{'event':'news','data':" + data + "}");
            }

            assertThat(hub.latest(ChannelName.NEWS, 10))
                    .extracting(Envelope::json)
                    .containsExactly(deep, "9".repeat(120), "1E+1000", "\"😀\"");
        }

        @Test
        void thatIsBuiltToHurtIsAnsweredTooAndCostsLittle() {
            var ann = started(ANN);

            Stream.of("[".repeat(1_000), "{'a':".repeat(200).replace("'a'", "''"), "[" + "9".repeat(990))
                    .forEach(ann::say);
            ann.say("{'event':'ping'}");

            assertThat(ann.news()).hasSize(4).endsWith("{\"event\":\"pong\"}");
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void ofAMessageTooLargeClosesWith1009AndLaterPartsAreIgnored() {
            var ann = started(ANN);

            for (var n = 0; n < 1_000; n++) {
                ann.connection.receive("x".repeat(100), false);
            }
            ann.say("{'event':'news'}");

            assertThat(ann.closeCode()).isEqualTo(1009);
            assertThat(hub.latest(ChannelName.NEWS, 10)).isEmpty();
        }

        @Test
        void isNoneWhenTheMessageIsAsLargeAsMayBe() {
            var ann = started(ANN);
            var message = "{\"event\":\"ping\",\"pad\":\"" + "é".repeat(487) + "x\"}";
            assertThat(message.getBytes(StandardCharsets.UTF_8)).hasSize(1_000);

            ann.say(message);

            assertThat(ann.news()).containsExactly("{\"event\":\"pong\"}");
        }

        @Test
        void ofABinaryMessageClosesWith1003() {
            var ann = started(ANN);

            ann.connection.receiveBinary();

            assertThat(ann.closeCode()).isEqualTo(1003);
            assertThat(hub.presence().connections("/")).isEmpty();
        }
    }
}
