package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.SHOP;
import static dev.herald.socketio.TestServer.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.herald.api.ChannelName;
import dev.herald.api.Joined;
import dev.herald.api.JsonBytes;
import dev.herald.api.Peer;
import dev.herald.api.Published;
import dev.herald.api.Received;
import dev.herald.api.RefusedException;
import dev.herald.api.UnansweredException;
import dev.herald.hub.Draft;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients say and are told, packet by packet; over Engine.IO without a network. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocketIoClientTest {

    private static final ChannelName ROOM = new ChannelName("room");

    /** Nobody recovers, so that packets are what they are in other tests, too. */
    private TestServer server = new TestServer(TestServer.settings(false, false));

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private Peer peer(TestSocket client) {
        return server.hub.peer(client.sid()).orElseThrow();
    }

    @Nested
    class News {

        @Test
        void reachesEveryoneAndIsAcknowledgedWithItsPlace() {
            var ann = server.connect(ANN);
            var bob = server.connect(BOB);

            ann.say("2", "12[\"news\",\"hello\"]");

            assertThat(ann.hear())
                    .containsExactly(
                            "42[\"news\",\"hello\"]",
                            "4312[{\"channel\":\"news\",\"offset\":1,\"epoch\":\"life.0\",\"duplicate\":false,\"kind\":\"memory\"}]");
            assertThat(bob.hear()).containsExactly("42[\"news\",\"hello\"]");
            assertThat(server.observers.events(Received.class)).singleElement().satisfies(received -> {
                assertThat(received.channel()).isEqualTo(ChannelName.NEWS);
                assertThat(received.json()).isEqualTo("\"hello\"");
                assertThat(received.ack()).as("acknowledged by Herald").isFalse();
            });
        }

        @Test
        void isNotAcknowledgedUnlessThatIsAskedFor() {
            var ann = server.connect(ANN);

            ann.emit("\"news\",\"hello\"");

            assertThat(ann.hear()).containsExactly("42[\"news\",\"hello\"]");
        }

        @Test
        void withTheSameIdIsARepeatWithTheFirstPlace() {
            var ann = server.connect(ANN);
            ann.say("2", "1[\"news\",\"hello\",{\"id\":\"a\"}]");
            ann.hear();

            ann.say("2", "2[\"news\",\"hello\",{\"id\":\"a\"}]");
            ann.say("2", "3[\"news\",\"other\",{\"id\":\"a\"}]");

            assertThat(ann.hear())
                    .satisfiesExactly(
                            repeat -> assertThat(repeat)
                                    .isEqualTo(
                                            "432[{\"channel\":\"news\",\"offset\":1,\"epoch\":\"life.0\",\"duplicate\":true,\"kind\":\"memory\"}]"),
                            reused -> assertThat(reused).startsWith("433[{\"error\":{\"code\":\"id-reused\""));
            assertThat(server.observers.events(Received.class)).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"a\":[1.50,1e2,-0.0,12345678901234567890123]}",
                    "\"h\\u00e9 \\\"\\\\ \\n\"",
                    "[ 1 , [ ] ]",
                    "null",
                    "0",
                    "{}"
                })
        void passesOneArgumentOnAsItIsWritten(String data) {
            var ann = server.connect(ANN);

            ann.emit("\"news\"," + data);

            assertThat(ann.hear()).containsExactly("42[\"news\"," + data + "]");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "\"news\"|\"news\",null",
                    "\"news\",1,\"two\",[3]|\"news\",1,\"two\",[3]",
                    "\"news\",{\"channel\":\"room\"}|\"news\",{\"channel\":\"room\"}",
                    "\"news\",1,{}|\"news\",1,{}",
                    "\"news\",1,{\"id\":\"a\",\"more\":1}|\"news\",1,{\"id\":\"a\",\"more\":1}"
                })
        void hasTheArgumentsItWasGivenButForWhatSaysMoreAboutIt(String sent, String heard) {
            var ann = server.connect(ANN);

            ann.emit(sent);

            assertThat(ann.hear()).containsExactly("42[" + heard + "]");
        }

        @Test
        void saysWhereItIsFromIfClientsAreToBeToldThat() {
            server = new TestServer(TestServer.settings(false, true));
            var bob = server.connect(BOB);

            server.connect(ANN).emit("\"news\",\"hello\"");
            peer(bob).emit("direct", Json.createValue(1));

            assertThat(bob.hear())
                    .containsExactly(
                            "42[\"news\",\"hello\",{\"channel\":\"news\",\"offset\":1,\"epoch\":\"life.0\",\"from\":\"ann\",\"name\":\"Ann\",\"at\":\"2026-02-03T04:05:06.789Z\"}]",
                            "42[\"direct\",1]");
        }
    }

    @Nested
    class Private {

        @Test
        void reachesItsPersonAndShowsTheSenderItsCopy() {
            var ann = server.connect(ANN);
            var bob = server.connect(BOB);

            ann.say("2", "1[\"private\",\"psst\",{\"to\":\"bob\"}]");

            assertThat(bob.hear()).containsExactly("42[\"private\",\"psst\"]");
            assertThat(ann.hear())
                    .containsExactlyInAnyOrder(
                            "42[\"sent\",\"psst\"]",
                            "431[{\"channel\":\"user:bob\",\"offset\":1,\"epoch\":\"life.0\",\"duplicate\":false,\"kind\":\"memory\"}]");
        }

        @Test
        void maySayWithinItsDataWhomItIsFor() {
            var bob = server.connect(BOB);

            server.connect(ANN).emit("\"private\",{\"to\":\"bob\",\"text\":\"psst\"}");

            assertThat(bob.hear()).containsExactly("42[\"private\",{\"to\":\"bob\",\"text\":\"psst\"}]");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"psst\"", "{\"text\":\"psst\"}", "{\"to\":5}", "\"psst\",{\"channel\":\"room\"}"})
        void toNobodyIsForTheObservers(String data) {
            var ann = server.connect(ANN);

            ann.emit("\"private\"," + data);

            assertThat(server.observers.received().channel()).isNull();
            assertThat(server.observers.events(Published.class)).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"\"", "5", "null"})
        void toNoPersonIsRefused(String to) {
            var ann = server.connect(ANN);

            ann.say("2", "1[\"private\",\"psst\",{\"to\":" + to + "}]");

            assertThat(ann.hear()).singleElement().asString().startsWith("431[{\"error\":{\"code\":");
            assertThat(ann.transport.isClosed()).isFalse();
        }
    }

    @Nested
    class Channels {

        @Test
        void areJoinedAndSayWhereTheyAre() {
            server.publish(ROOM, "old", "0");
            var ann = server.connect(ANN);

            ann.say("2", "1[\"join\",\"room\"]");
            server.publish(ROOM, "new", "1");

            assertThat(ann.hear())
                    .containsExactly(
                            "431[{\"channel\":\"room\",\"recovered\":false,\"head\":1,\"epoch\":\"life.0\"}]",
                            "42[\"new\",1]");
            assertThat(server.observers.events(Joined.class)).hasSize(1);
        }

        @Test
        void areToldFromAPositionOn() {
            for (var n = 1; n <= 3; n++) {
                server.publish(ROOM, "n", "" + n);
            }
            var ann = server.connect(ANN);

            ann.say("2", "1[\"join\",{\"channel\":\"room\",\"since\":{\"epoch\":\"life.0\",\"offset\":1}}]");

            assertThat(ann.hear())
                    .containsExactly(
                            "431[{\"channel\":\"room\",\"recovered\":true,\"head\":3,\"epoch\":\"life.0\"}]",
                            "42[\"n\",2]",
                            "42[\"n\",3]");
        }

        @Test
        void areLeft() {
            var ann = server.connect(ANN);
            ann.emit("\"join\",\"room\"").say("2", "1[\"leave\",\"room\"]");

            server.publish(ROOM, "n", "1");

            assertThat(ann.hear()).containsExactly("431[{\"channel\":\"room\"}]");
        }

        @Test
        void takeAnyEventThatNamesThem() {
            var ann = server.connect(ANN);
            ann.emit("\"join\",\"room\"");

            server.connect(BOB).say("2", "1[\"move\",{\"x\":1},{\"channel\":\"room\"}]");

            assertThat(ann.hear()).containsExactly("42[\"move\",{\"x\":1}]");
        }

        @Test
        void withoutALogHaveNoPlace() {
            var ann = server.connect(ANN);
            ann.emit("\"join\",\"typing:room\"");

            ann.say("2", "1[\"types\",1,{\"channel\":\"typing:room\"}]");

            assertThat(ann.hear())
                    .containsExactly(
                            "42[\"types\",1]",
                            "431[{\"channel\":\"typing:room\",\"duplicate\":false,\"kind\":\"volatile\"}]");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "join|\"a b\"|channel-invalid",
                    "join|\"user:bob\"|channel-forbidden",
                    "join|\"ns:.2fshop\"|channel-forbidden",
                    "leave|\"ns:.2fshop\"|channel-forbidden",
                    "join|5|malformed",
                    "join|{\"channel\":5}|malformed",
                    "join|{\"channel\":\"room\",\"since\":5}|since-invalid",
                    "join|{\"channel\":\"room\",\"since\":{\"epoch\":\"life.0\",\"offset\":-1}}|since-invalid",
                    "history|5|malformed",
                    "history|{\"before\":5}|channel-invalid",
                    "leave|\"room\"|not-joined",
                    "leave|null|malformed",
                    "a|1,{\"channel\":\"user:bob\"}|channel-forbidden",
                    "a|1,{\"channel\":\"ns:.2fshop\"}|channel-forbidden",
                    "a|1,{\"channel\":\"private\"}|channel-forbidden",
                    "a|1,{\"channel\":\"\"}|channel-invalid",
                    "a|1,{\"channel\":7}|malformed",
                    "news|1,{\"id\":\"\"}|id-invalid",
                    "sent|1,{\"channel\":\"room\"}|event-reserved",
                    "joined|1,{\"channel\":\"news\"}|event-reserved",
                    "''|1|event-invalid",
                    "''|1,{\"channel\":\"room\"}|event-invalid",
                })
        void cannotBeUsedOtherwise(String event, String arguments, String code) {
            var ann = server.connect(ANN);

            ann.say("2", "1[\"" + event + "\"," + arguments + "]");
            assertThat(ann.hear())
                    .singleElement()
                    .asString()
                    .startsWith("431[{\"error\":{\"code\":\"" + code + "\",\"message\":\"");
            ann.emit("\"" + event + "\"," + arguments);

            assertThat(ann.hear())
                    .singleElement()
                    .asString()
                    .startsWith("42[\"error\",{\"code\":\"" + code + "\",\"message\":\"")
                    .endsWith("\"event\":\"" + event + "\"}]");
            assertThat(ann.transport.isClosed()).isFalse();
            assertThat(server.observers.events(Received.class)).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"before\":0", "\"before\":\"5\"", "\"before\":null", "\"limit\":0", "\"limit\":1001"})
        void giveAPageOfTheirPastOnlyForPositiveNumbers(String member) {
            var ann = server.connect(ANN);

            ann.say("2", "1[\"history\",{\"channel\":\"room\"," + member + "}]");

            assertThat(ann.hear())
                    .singleElement()
                    .asString()
                    .startsWith("431[{\"error\":{\"code\":\"history-invalid\",\"message\":\"");
        }

        @Test
        void giveAPageOfTheirPastAsAnAcknowledgement() {
            server.publish(ROOM, "event", "1");
            server.publish(ROOM, "event", "{\"$bytes\":\"AQID\"}");
            server.publish(ROOM, "event", "{\"$args\":[1, 2]}");
            server.publish(ROOM, "event", "4");
            var ann = server.connect(ANN);

            ann.say("2", "1[\"history\",{\"channel\":\"room\",\"before\":4,\"limit\":2}]");

            var place = ",\"epoch\":\"life.0\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":";
            assertThat(ann.hear())
                    .containsExactly("431[{\"channel\":\"room\",\"messages\":["
                            + "{\"event\":\"event\",\"channel\":\"room\",\"offset\":3" + place + "{\"$args\":[1, 2]}},"
                            + "{\"event\":\"event\",\"channel\":\"room\",\"offset\":2" + place
                            + "{\"$bytes\":\"AQID\"}}"
                            + "],\"head\":4,\"epoch\":\"life.0\"}]");
        }

        @Test
        void giveNothingOfAnotherPersonsPast() {
            var ann = server.connect(ANN);

            ann.say("2", "1[\"history\",{\"channel\":\"user:bob\"}]");

            assertThat(ann.hear())
                    .singleElement()
                    .asString()
                    .startsWith("431[{\"error\":{\"code\":\"channel-forbidden\"");
        }

        @Test
        void giveTheirPastByTheirNameAlone() {
            var ann = server.connect(ANN);

            ann.say("2", "1[\"history\",\"private\"]");

            assertThat(ann.hear())
                    .containsExactly("431[{\"channel\":\"user:ann\",\"messages\":[],\"head\":0,\"epoch\":\"life.0\"}]");
        }

        @Test
        void giveNothingOfTheirPastToWhoAsksForNoAcknowledgement() {
            var ann = server.connect(ANN);

            ann.emit("\"history\",{\"channel\":\"room\"}");

            assertThat(ann.hear())
                    .singleElement()
                    .asString()
                    .startsWith("42[\"error\",{\"code\":\"history-invalid\",\"message\":\"")
                    .endsWith("\"event\":\"history\"}]");
        }

        @Test
        void refuseAPageThatDoesNotFitIntoTheQueueAndTheConnectionLives() {
            for (var n = 1; n <= 3; n++) {
                server.publish(ROOM, "event", "\"" + "x".repeat(150_000) + "\"");
            }
            var ann = server.connect(ANN);

            for (var n = 1; n <= 4; n++) {
                ann.say("2", n + "[\"history\",{\"channel\":\"room\"}]");
            }

            assertThat(ann.hear())
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("431[{\"channel\":\"room\""),
                            second -> assertThat(second).startsWith("432[{\"channel\":\"room\""),
                            third -> assertThat(third).startsWith("433[{\"channel\":\"room\""),
                            fourth -> assertThat(fourth).startsWith("434[{\"error\":{\"code\":\"overloaded\""));
            assertThat(ann.transport.isClosed()).isFalse();
        }

        @Test
        void areAsManyAsAConnectionMayJoin() {
            var ann = server.connect(ANN);
            ann.emit("\"join\",\"a\"").emit("\"join\",\"b\"").emit("\"join\",\"c\"");

            ann.say("2", "1[\"join\",\"d\"]");

            assertThat(ann.hear()).singleElement().asString().contains("\"too-many-channels\"");
        }

        @Test
        void areGoneOnInWhereTheClientAsksForItAsItConnects() {
            for (var n = 1; n <= 2; n++) {
                server.publish(ROOM, "n", "" + n);
            }
            var ann = new TestSocket(server.open(ANN), "/");

            ann.transport.post(
                    "40{\"resume\":{\"room\":{\"epoch\":\"life.0\",\"offset\":1},\"user:bob\":{\"epoch\":\"life.0\",\"offset\":0},\"bad\":5}}");

            assertThat(ann.hear())
                    .satisfiesExactly(
                            connect -> assertThat(connect).startsWith("40{\"sid\""),
                            joined -> assertThat(joined)
                                    .isEqualTo(
                                            "42[\"joined\",{\"channel\":\"room\",\"recovered\":true,\"head\":2,\"epoch\":\"life.0\"}]"),
                            missed -> assertThat(missed).isEqualTo("42[\"n\",2]"),
                            forbidden -> assertThat(forbidden).contains("\"channel-forbidden\""),
                            invalid -> assertThat(invalid).contains("\"since-invalid\""));
        }

        @Test
        void ofTheMainNamespaceAreNoConcernOfTheOthers() {
            var shop = server.connect(ANN, SHOP);
            shop.emit("\"news\",1").emit("\"join\",\"room\"").emit("\"private\",1,{\"to\":\"bob\"}");

            server.publish(ChannelName.NEWS, "news", "1");

            assertThat(shop.hear()).isEmpty();
            assertThat(server.observers.events(Received.class))
                    .extracting(Received::event, Received::channel)
                    .containsExactly(tuple("news", null), tuple("join", null), tuple("private", null));
            assertThat(peer(shop).channels()).containsExactly(ChannelName.ofNamespace(SHOP));
        }

        @Test
        void areWrittenToOutsideAllLocksWhenTheyAreJoined() {
            var ann = server.connect(ANN);
            var left = new AtomicReference<CompletableFuture<Boolean>>();
            ann.hear();
            ann.transport.whenAnswered(() -> {
                ann.transport.whenAnswered(() -> {});
                left.set(CompletableFuture.supplyAsync(() -> peer(ann).leave("room"), threads));
                assertThat(left.get()).succeedsWithin(Duration.ofSeconds(5));
            });

            ann.say("2", "1[\"join\",\"room\"]");

            assertThat(left.get()).isCompletedWithValue(true);
        }
    }

    @Nested
    class OtherEvents {

        @Test
        void areForTheObserversWhoAnswerOnce() {
            var ann = server.connect(ANN);

            ann.say("2", "5[\"question\",1,\"two\"]");
            var received = server.observers.received();

            assertThat(received.event()).isEqualTo("question");
            assertThat(received.channel()).isNull();
            assertThat(received.arguments()).containsExactly(Json.createValue(1), Json.createValue("two"));
            assertThat(received.ack(Json.createValue("yes"), JsonValue.NULL)).isTrue();
            assertThat(received.ack()).isFalse();
            assertThat(received.refuse("late", "too late")).isFalse();
            assertThat(ann.hear()).containsExactly("435[\"yes\",null]");
            assertThat(server.observers.events(Published.class)).isEmpty();
        }

        @Test
        void ofANamespaceAreAnsweredThere() {
            var ann = server.connect(ANN, SHOP);

            ann.say("2", "5[\"order\"]");
            assertThat(server.observers.received().arguments()).isEmpty();
            server.observers.received().refuse("sold-out", "There are none left.");

            assertThat(ann.hear())
                    .containsExactly(
                            "43/shop,5[{\"error\":{\"code\":\"sold-out\",\"message\":\"There are none left.\"}}]");
        }

        @Test
        void mayBeAnsweredWithNothingAndWithBytes() {
            var ann = server.connect(ANN);
            ann.say("2", "1[\"a\"]");
            server.observers.received().ack();
            ann.say("2", "2[\"a\"]");
            server.observers.received().ack(JsonBytes.of(new byte[] {1, 2, 3}));

            assertThat(ann.hear()).containsExactly("431[]", "461-2[{\"_placeholder\":true,\"num\":0}]", "bAQID");
        }

        @Test
        void mayBeAnsweredWithWhatBecomesOfAPublication() {
            var ann = server.connect(ANN);
            ann.say("2", "1[\"a\"]");
            server.observers.received().ack(server.hub.deliverUnlogged(draft("1")));
            ann.say("2", "2[\"a\"]");
            server.observers
                    .received()
                    .ack(CompletableFuture.failedStage(
                            new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, "not now")));

            assertThat(ann.hear())
                    .containsExactly(
                            "431[{\"channel\":\"room\",\"duplicate\":false,\"kind\":\"volatile\"}]",
                            "432[{\"error\":{\"code\":\"log-unavailable\",\"message\":\"not now\"}}]");
        }

        private Draft draft(String json) {
            return new Draft(ROOM, "a", null, null, json, null);
        }

        @Test
        void areRefusedWhileTheObserversAreBehind() {
            var ann = server.connect(ANN);
            server.observers.behind = true;

            ann.say("2", "1[\"a\"]").say("2", "2[\"news\",1]").say("2", "3[\"join\",\"room\"]");

            assertThat(ann.hear())
                    .hasSize(3)
                    .allSatisfy(packet -> assertThat(packet).contains("[{\"error\":{\"code\":\"overloaded\""));
        }
    }

    @Nested
    class Bytes {

        @Test
        void areObjectsInTheHubAndBinaryForClientsAtAnyDepth() {
            var ann = server.connect(ANN);
            var bob = server.connect(BOB);

            ann.say(
                    "5",
                    "2-[\"news\",{\"a\":[{\"_placeholder\":true,\"num\":1}]},{\"_placeholder\":true,\"num\":0},\"text\"]");
            ann.transport.post("bAQID", "bBA==");

            assertThat(server.observers.received().json())
                    .isEqualTo("{\"$args\":[{\"a\":[{\"$bytes\":\"BA==\"}]},{\"$bytes\":\"AQID\"},\"text\"]}");
            assertThat(bob.hear())
                    .containsExactly(
                            "452-[\"news\",{\"a\":[{\"_placeholder\":true,\"num\":0}]},{\"_placeholder\":true,\"num\":1},\"text\"]",
                            "bBA==",
                            "bAQID");
        }

        @Test
        void ofAPublicationAreFollowedByNothingElseUntilTheyAreComplete() throws Exception {
            var bob = server.connect(BOB);
            var bytes = "[{\"$bytes\":\"AQID\"},{\"$bytes\":\"BA==\"}]";
            var talkers = IntStream.range(0, 4)
                    .mapToObj(n -> server.connect(ANN))
                    .map(ann -> threads.submit(() -> {
                        for (var n = 0; n < 20; n++) {
                            server.publish(ChannelName.NEWS, "news", bytes);
                            ann.emit("\"news\",1");
                            ann.hear();
                        }
                    }))
                    .toList();
            for (var talker : talkers) {
                talker.get(20, TimeUnit.SECONDS);
            }

            var heard = bob.hear();

            assertThat(heard).hasSize(4 * 20 * 4);
            for (var n = 0; n < heard.size(); n++) {
                if (heard.get(n).startsWith("45")) {
                    assertThat(heard.subList(n + 1, n + 3)).containsExactly("bAQID", "bBA==");
                } else if (heard.get(n).startsWith("b")) {
                    assertThat(heard.get(n - 1)).matches("45.*|bAQID");
                }
            }
        }

        @Test
        void thatAreTooManyForAPacketStayObjects() {
            var bytes = String.join(",", Collections.nCopies(11, "{\"$bytes\":\"AQID\"}"));
            var ann = server.connect(ANN);

            server.publish(ChannelName.NEWS, "news", "[" + bytes + "]");

            var heard = ann.hear();
            assertThat(heard).hasSize(11);
            assertThat(heard.get(0))
                    .startsWith("4510-[\"news\",[{\"_placeholder\":true,\"num\":0},")
                    .endsWith("{\"_placeholder\":true,\"num\":9},{\"$bytes\":\"AQID\"}]]");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"_placeholder\":true,\"num\":99}",
                    "{\"_placeholder\":true,\"num\":0}",
                    "{\"_placeholder\":1,\"num\":5}",
                    "{\"\\u005fplaceholder\":true,\"num\":7}",
                    "{\"a\":[{\"_placeholder\":true}]}"
                })
        void cannotBeClaimedByAClientToBreakOthers(String lie) {
            var bob = server.connect(BOB);

            server.publish(ChannelName.NEWS, "news", "{\"$args\":[{\"$bytes\":\"AQID\"}," + lie + "]}");

            assertThat(bob.hear())
                    .as("no placeholder in a packet with attachments but the server's")
                    .singleElement()
                    .asString()
                    .startsWith("42[\"news\",{\"$bytes\":\"AQID\"},");
        }

        @Test
        void areFoundHoweverTheirPlaceIsSpelled() {
            var ann = server.connect(ANN);

            ann.say("5", "1-[\"news\",{\"\\u005fplaceholder\":true,\"num\":0}]");
            ann.transport.post("bAQID");

            assertThat(server.observers.received().json()).isEqualTo("{\"$bytes\":\"AQID\"}");
        }

        @ParameterizedTest
        @ValueSource(strings = {"{\"$bytes\":\"!\"}", "{\"$bytes\":5}", "{\"$bytes\":\"AQID\",\"more\":1}"})
        void areOnlyWhatIsWrittenAsSuch(String data) {
            var ann = server.connect(ANN);

            ann.emit("\"news\"," + data);

            assertThat(ann.hear()).containsExactly("42[\"news\"," + data + "]");
        }
    }

    @Nested
    class Peers {

        @Test
        void areSentEventsPastAllChannels() {
            var ann = server.connect(ANN);

            assertThat(peer(ann).emit("a", Json.createValue(1), Json.createValue("b")))
                    .isTrue();
            assertThat(peer(ann).emit("b")).isTrue();

            assertThat(ann.hear()).containsExactly("42[\"a\",1,\"b\"]", "42[\"b\"]");
        }

        @Test
        void areSentWhatIsStaleWhenItComesLateOnlyIfNothingWaits() {
            var ann = server.connect(ANN);
            ann.transport.hear();

            assertThat(peer(ann).emitVolatile("1")).isTrue();
            assertThat(peer(ann).emitVolatile("2")).isFalse();

            assertThat(ann.hear()).containsExactly("42[\"1\"]");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "connect", "newListener"})
        void areNotSentWhatWouldMisleadThem(String event) {
            var peer = peer(server.connect(ANN));

            assertThatIllegalArgumentException().isThrownBy(() -> peer.emit(event));
            assertThatIllegalArgumentException().isThrownBy(() -> peer.ask(Duration.ofSeconds(1), event));
        }

        @Test
        void joinAndLeaveRoomsWithoutAWord() {
            var ann = server.connect(ANN);

            assertThat(peer(ann).join("room")).isTrue();
            assertThat(peer(ann).join("room")).isFalse();
            assertThat(peer(ann).isIn("room")).isTrue();
            server.publish(ROOM, "n", "1");
            assertThat(peer(ann).leave("room")).isTrue();
            assertThat(peer(ann).leave("room")).isFalse();
            server.publish(ROOM, "n", "2");

            assertThat(ann.hear()).containsExactly("42[\"n\",1]");
        }

        @Test
        void joinARoomOnceHoweverManyHaveThemJoinIt() throws Exception {
            for (var round = 0; round < 50; round++) {
                var ann = server.connect(ANN);
                var peer = peer(ann);
                var barrier = new CyclicBarrier(2);
                var joins = IntStream.range(0, 2)
                        .mapToObj(n -> threads.submit(() -> {
                            barrier.await();
                            return peer.join("room");
                        }))
                        .toList();

                assertThat(joins.get(0).get() ^ joins.get(1).get()).isTrue();
                server.publish(ROOM, "n", "1");
                assertThat(ann.hear()).hasSize(1);
                ann.transport.cut();
            }
        }

        @Test
        void joinNobodyElsesPrivateRoom() {
            var peer = peer(server.connect(ANN));

            assertThatIllegalArgumentException().isThrownBy(() -> peer.join("user:bob"));
            assertThatIllegalArgumentException().isThrownBy(() -> peer.join("ns:.2fshop"));
        }
    }

    @Nested
    class Asking {

        private CompletionStage<List<JsonValue>> ask(TestSocket client) {
            return peer(client).ask(Duration.ofSeconds(60), "question", Json.createValue(1));
        }

        @Test
        void isAnsweredByTheClientOnce() {
            var ann = server.connect(ANN, SHOP);
            var answer = ask(ann);
            assertThat(ann.hear()).containsExactly("42/shop,0[\"question\",1]");

            ann.say("3", "7[\"unknown\"]").say("3", "0[\"yes\",2]").say("3", "0[\"again\"]");

            assertThat(await(answer)).containsExactly(Json.createValue("yes"), Json.createValue(2));
            assertThat(ann.transport.isClosed()).isFalse();
        }

        @Test
        void mayBeAnsweredWithNothingAndWithBytes() {
            var ann = server.connect(ANN);
            var nothing = ask(ann);
            var bytes = ask(ann);

            ann.say("3", "0[]").say("6", "1-1[{\"_placeholder\":true,\"num\":0}]");
            ann.transport.post("bAQID");

            assertThat(await(nothing)).isEmpty();
            assertThat(await(bytes)).containsExactly(JsonBytes.of(new byte[] {1, 2, 3}));
        }

        @Test
        void endsWithoutAnswerInTime() {
            var ann = server.connect(ANN);
            var answer = ask(ann);
            server.pass(Duration.ofSeconds(59));
            assertThat(answer.toCompletableFuture()).isNotDone();

            server.pass(Duration.ofSeconds(61));

            assertUnanswered(answer);
            ann.say("3", "0[\"too late\"]");
            assertThat(ann.transport.isClosed()).isFalse();
        }

        @Test
        void mayTakeForEver() {
            var ann = server.connect(ANN);
            var answer = peer(ann).ask(Duration.ofSeconds(Long.MAX_VALUE), "question");
            server.pass(Duration.ofDays(1));

            ann.say("3", "0[1]");

            assertThat(await(answer)).containsExactly(Json.createValue(1));
        }

        @Test
        void isBoundedInWhatAClientMayOwe() {
            var ann = server.connect(ANN);
            var answers = List.of(ask(ann), ask(ann), ask(ann));

            assertUnanswered(ask(ann));
            ann.say("3", "1[1]");

            await(answers.get(1));
            assertThat(ask(ann).toCompletableFuture()).isNotDone();
        }

        @ParameterizedTest
        @ValueSource(strings = {"leaves", "is disconnected", "is lost"})
        void endsWithTheConnection(String end) {
            var ann = server.connect(ANN);
            var answer = ask(ann);

            switch (end) {
                case "leaves" -> ann.say("1", "");
                case "is disconnected" -> peer(ann).disconnect();
                default -> ann.transport.cut();
            }

            assertUnanswered(answer);
        }

        @Test
        void ofAClientWhoseQueueIsFullFailsAtOnce() {
            server = new TestServer(TestServer.settings(false, false), TestServer.BOUNDS, 1);
            var ann = server.connect(ANN);
            peer(ann).emit("a");
            peer(ann).emit("b");

            assertUnanswered(ask(ann));
        }

        private static void assertUnanswered(CompletionStage<?> answer) {
            assertThat(answer.toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(UnansweredException.class);
        }

        @Test
        void comesOutOnceWhetherAnsweredOrLateOrEnded() throws Exception {
            for (var round = 0; round < 100; round++) {
                var pending = new PendingAnswers(64);
                var outcomes = new AtomicInteger();
                var stages = new ArrayList<CompletableFuture<String>>();
                for (var n = 0; n < 64; n++) {
                    var question = pending.ask(Duration.ofSeconds(1));
                    stages.add(question.answer().whenComplete((answer, failure) -> outcomes.incrementAndGet()));
                }
                var barrier = new CyclicBarrier(3);
                var late = System.nanoTime() + Duration.ofSeconds(2).toNanos();
                var ends = List.<Runnable>of(
                        () -> IntStream.range(0, 64).forEach(id -> pending.answer(id, "1")),
                        () -> pending.tick(late),
                        () -> pending.end("over"));
                var running = ends.stream()
                        .map(end -> threads.submit(() -> {
                            barrier.await();
                            end.run();
                            return true;
                        }))
                        .toList();
                for (var one : running) {
                    one.get(10, TimeUnit.SECONDS);
                }

                assertThat(stages).allMatch(CompletableFuture::isDone);
                assertThat(outcomes).hasValue(64);
                assertThat(pending.tick(late)).isFalse();
                assertThatExceptionOfType(UnansweredException.class)
                        .isThrownBy(() -> pending.ask(Duration.ofSeconds(1)));
            }
        }

        @Test
        void neverHangsHoweverManyAskWhileTheClientGoes() throws Exception {
            server = new TestServer(new SocketIoSettings(
                    Set.of(),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    1_000,
                    3,
                    10_000,
                    true,
                    Duration.ofMinutes(1),
                    10,
                    false,
                    SocketIoSettings.BareEvents.AUTO,
                    false));
            for (var round = 0; round < 20; round++) {
                var ann = server.connect(ANN);
                var peer = peer(ann);
                var barrier = new CyclicBarrier(3);
                var asking = IntStream.range(0, 2)
                        .mapToObj(n -> threads.submit(() -> {
                            barrier.await();
                            return IntStream.range(0, 50)
                                    .mapToObj(m -> peer.ask(Duration.ofSeconds(60), "q"))
                                    .toList();
                        }))
                        .toList();
                barrier.await(10, TimeUnit.SECONDS);
                ann.transport.cut();

                for (var one : asking) {
                    assertThat(one.get(10, TimeUnit.SECONDS)).allSatisfy(answer -> assertUnanswered(answer));
                }
            }
        }
    }

    @Test
    void aClientThatReadsNothingIsClosedAndOthersNoticeNothing() {
        server = new TestServer(TestServer.settings(false, false), TestServer.BOUNDS, 4);
        var slow = server.connect(ANN);
        var bob = server.connect(BOB);
        slow.transport.hear();
        for (var n = 1; n <= 10; n++) {
            server.publish(ChannelName.NEWS, "n", "" + n);
            assertThat(bob.hear()).containsExactly("42[\"n\"," + n + "]");
        }

        assertThat(slow.transport.isClosed()).isTrue();
        assertThat(bob.transport.isClosed()).isFalse();
    }
}
