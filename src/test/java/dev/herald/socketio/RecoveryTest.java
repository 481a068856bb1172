package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SHOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.Peer;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.testing.ErrorLog;
import jakarta.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connection state recovery, from the offsets on events to the client that is back; over a real hub, without a network. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecoveryTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ROOM = new ChannelName("room");
    private static final ChannelName TYPING = new ChannelName("typing:room");

    private TestServer server = new TestServer();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private Peer peer(TestSocket client) {
        return server.hub.peer(client.sid()).orElseThrow();
    }

    /** What a client hears that comes back with what it has. */
    private List<String> comeBack(TestSocket client) {
        return comeBack(client.comeback());
    }

    private List<String> comeBack(String auth) {
        var transport = server.open(ANN);
        transport.post("40" + auth);
        return transport.hear();
    }

    private static String connected(TestSocket client) {
        return "40{\"sid\":\"" + client.sid() + "\",\"pid\":\"" + client.pid() + "\"}";
    }

    private void news(int first, int last) {
        IntStream.rangeClosed(first, last).forEach(n -> server.publish(NEWS, "n", "" + n));
    }

    @Nested
    class Offsets {

        @Test
        void areTheLastArgumentOfWhatIsInALog() {
            var ann = server.connect(ANN);
            peer(ann).join("room");
            ann.hear();

            server.publish(NEWS, "a", "1");
            server.publish(ROOM, "b", "\"text\"");
            server.publish(NEWS, "c", "{\"$args\":[]}");
            server.publish(ROOM, "d", "{\"$bytes\":\"AQID\"}");

            assertThat(ann.hear())
                    .containsExactly(
                            "42[\"a\",1,\"0.1\"]",
                            "42[\"b\",\"text\",\"0.1_2.1\"]",
                            "42[\"c\",\"0.2_2.1\"]",
                            "451-[\"d\",{\"_placeholder\":true,\"num\":0},\"0.2_2.2\"]",
                            "bAQID");
        }

        @Test
        void areTheSameForAllClientsOfANamespaceThatAreInItsOwnChannels() {
            var ann = server.connect(ANN);
            var bob = server.connect(BOB);

            news(1, 3);

            assertThat(ann.hear()).isEqualTo(bob.hear()).last().isEqualTo("42[\"n\",3,\"0.3\"]");
        }

        @Test
        void followMetadata() {
            server = new TestServer(TestServer.settings(true, true));
            var ann = server.connect(ANN);

            news(1, 1);

            assertThat(ann.hear())
                    .containsExactly(
                            "42[\"n\",1,{\"channel\":\"news\",\"offset\":1,\"epoch\":\"life.0\",\"at\":\"2026-02-03T04:05:06.789Z\"},\"0.1\"]");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "\"text\"|\"text\",\"-\"",
                    "\"text\" |\"text\",\"-\"",
                    "{\"$args\":[]}|\"-\"",
                    "{\"$args\":[1,\"text\"]}|1,\"text\",\"-\"",
                    "{ \"$args\" : [ 1, \"text\" ] }|1,\"text\",\"-\"",
                    "{ \"$args\" : [ ] }|\"-\"",
                    "{\"$args\":[\"text\",1]}|\"text\",1",
                    "1|1",
                    "null|null",
                    "[\"text\"]|[\"text\"]",
                    "{\"a\":\"text\"}|{\"a\":\"text\"}",
                    "{\"a\":[\"text\"]}|{\"a\":[\"text\"]}",
                    "{\"a\":[]}|{\"a\":[]}",
                    "{\"$args\":[{\"a\":\"text\"}]}|{\"a\":\"text\"}"
                })
        void areAddedToWhatIsInNoLogOnlyWhereClientsWouldTakeSomethingElseForOne(String json, String heard) {
            var ann = server.connect(ANN);
            peer(ann).join(TYPING);
            ann.hear();

            server.publish(TYPING, "e", json);
            peer(ann).send("f", json);

            assertThat(ann.hear()).containsExactly("42[\"e\"," + heard + "]", "42[\"f\"," + heard + "]");
        }

        @Test
        void areThatOfTheLastMessageOnWhatIsInNoLog() {
            var ann = server.connect(ANN);
            news(1, 5);
            peer(ann).emit("e");
            ann.hear();

            assertThat(ann.offset()).isEqualTo("0.5");
        }

        @Test
        void areNowhereIfNobodyRecovers() {
            server = new TestServer(TestServer.settings(false, false));
            var ann = server.connect(ANN);
            peer(ann).emit("e", Json.createValue("text"));
            server.publish(NEWS, "n", "\"text\"");

            assertThat(ann.hear()).containsExactly("42[\"e\",\"text\"]", "42[\"n\",\"text\"]");
        }

        @Test
        void areNotOnHeraldsOwnWords() {
            var ann = server.connect(ANN);

            ann.say("2", "1[\"join\",\"room\"]").emit("\"leave\",\"none\"");
            peer(ann).join("other");

            assertThat(ann.hear())
                    .hasSize(2)
                    .allSatisfy(packet -> assertThat(packet).endsWith("}]"));
        }
    }

    @Nested
    class ComingBack {

        @Test
        void bringsWhatWasMissedAndThenTheWordThatAllIsAsBefore() {
            var ann = server.connect(ANN);
            peer(ann).join("room");
            news(1, 2);
            server.publish(ROOM, "r", "1");
            ann.hear();
            ann.transport.cut();
            news(3, 4);
            server.publish(ROOM, "r", "2");

            var heard = comeBack(ann);

            assertThat(heard)
                    .containsExactlyInAnyOrder(heard.get(0), heard.get(1), heard.get(2), connected(ann))
                    .last()
                    .isEqualTo(connected(ann));
            assertThat(heard.stream().filter(packet -> packet.startsWith("42[\"n\"")))
                    .map(packet -> packet.substring(0, 8))
                    .containsExactly("42[\"n\",3", "42[\"n\",4");
            assertThat(server.outcomes("recovered")).isOne();
            assertThat(peer(ann).isIn("room")).isTrue();
            assertThat(server.hub.presence().connections(MAIN)).hasSize(1);
            assertThat(server.observers.events(Connected.class)).hasSize(2);
            assertThat(server.observers.events(Disconnected.class)).hasSize(1);
        }

        @Test
        void needsNoEventToHaveComeBefore() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            news(1, 1);

            assertThat(comeBack(ann)).containsExactly("42[\"n\",1,\"0.1\"]", connected(ann));
        }

        @Test
        void bringsNothingTwiceThatTheClientHas() {
            var ann = server.connect(ANN);
            news(1, 3);
            ann.hear();
            ann.transport.cut();

            assertThat(comeBack(ann)).containsExactly(connected(ann));
        }

        @Test
        void bringsWhatWasSentButDidNotArrive() {
            var ann = server.connect(ANN);
            news(1, 5);
            ann.transport.hear();
            ann.transport.cut();

            assertThat(comeBack(TestSocket.comeback(ann.pid(), "0.2")))
                    .containsExactly(
                            "42[\"n\",3,\"0.3\"]", "42[\"n\",4,\"0.4\"]", "42[\"n\",5,\"0.5\"]", connected(ann));
        }

        @Test
        void bringsBytesInFull() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            server.publish(NEWS, "b", "{\"$args\":[{\"$bytes\":\"AQID\"},{\"$bytes\":\"BA==\"}]}");

            assertThat(comeBack(ann))
                    .containsExactly(
                            "452-[\"b\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1},\"0.1\"]",
                            "bAQID",
                            "bBA==",
                            connected(ann));
        }

        @Test
        void isPossibleThoughTheServerHasNotNoticedThatTheClientWasGone() {
            var ann = server.connect(ANN);
            news(1, 1);
            ann.hear();
            news(2, 2);

            var heard = comeBack(ann);

            assertThat(heard).containsExactly("42[\"n\",2,\"0.2\"]", connected(ann));
            assertThat(ann.transport.isClosed()).isTrue();
            assertThat(server.hub.presence().connections(MAIN)).hasSize(1);
            assertThat(server.observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("replaced by its own return");
        }

        @Test
        void isPossibleAgainAndAgainEvenInTheMiddleOfComingBack() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            news(1, 10);
            for (var got = 0; got < 10; got += 2) {
                var transport = server.open(ANN);
                transport.post("40" + ann.comeback());
                var heard = transport.hear();
                assertThat(heard)
                        .hasSize(10 - got + 1)
                        .first()
                        .isEqualTo("42[\"n\"," + (got + 1) + ",\"0." + Integer.toString(got + 1, 36) + "\"]");
                ann.learn(heard.subList(0, 2));
                if (got % 4 == 0) {
                    transport.cut();
                }
            }

            assertThat(comeBack(ann)).containsExactly(connected(ann));
        }

        @Test
        void bringsMoreThanTheQueueHolds() {
            server = new TestServer(TestServer.SETTINGS, TestServer.BOUNDS, 16);
            var ann = server.connect(ANN);
            ann.transport.cut();
            news(1, 500);
            var back = new TestSocket(server.open(ANN), MAIN);
            back.transport.post("40" + ann.comeback());

            var heard = back.hear();

            assertThat(back.transport.isClosed()).isFalse();
            assertThat(heard).contains(connected(ann));
            assertThat(heard.stream().filter(packet -> packet.startsWith("42")).map(packet -> packet.split(",", -1)[1]))
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, 500).mapToObj(n -> "" + n).toList());
        }

        @Test
        void restoresWhatMayBeSentAndAnswered() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            var transport = server.open(ANN);
            transport.post("40" + ann.comeback());
            transport.hear();

            transport.post("421[\"question\"]");
            server.observers.received().ack(Json.createValue("yes"));

            assertThat(transport.hear()).containsExactly("431[\"yes\"]");
            assertThat(server.observers.received().connection().id()).isEqualTo(ann.sid());
        }

        @Test
        void isExaminedLikeAnyOther() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            server.examiner = (attempt, then) -> {
                attempt.refuse("banned");
                then.run();
            };

            assertThat(comeBack(ann)).containsExactly("44{\"message\":\"banned\"}");
            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
        }

        @Test
        void isPossibleLaterForWhoIsTurnedAwayForOverload() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            news(1, 1);
            server.observers.behind = true;
            try (var log = new ErrorLog(Entrance.class)) {
                assertThat(comeBack(ann)).as("closed, so that it comes back").containsExactly("1");
                assertThat(log.warnings()).hasSize(1);
            }
            server.observers.behind = false;

            assertThat(comeBack(ann)).containsExactly("42[\"n\",1,\"0.1\"]", connected(ann));
        }

        @Test
        void isPossibleInANamespace() {
            var ann = server.connect(ANN, SHOP);
            var room = ChannelName.ofRoom(SHOP, "vip");
            peer(ann).join("vip");
            ann.hear();
            ann.transport.cut();
            server.publish(ChannelName.ofNamespace(SHOP), "s", "1");
            server.publish(room, "v", "1");
            var transport = server.open(ANN);

            transport.post("40/shop," + ann.comeback());

            assertThat(transport.hear())
                    .hasSize(3)
                    .anySatisfy(packet -> assertThat(packet).startsWith("42/shop,[\"s\",1,\"0.1"))
                    .last()
                    .asString()
                    .startsWith("40/shop,{\"sid\":\"" + ann.sid());
        }

        @Test
        void asAGuestNeedsOnlyTheSecretId() {
            var guest = new TestSocket(server.open(ANN, false), MAIN).connect("");
            guest.transport.cut();
            var transport = server.open(BOB, false);

            transport.post("40" + guest.comeback());

            assertThat(transport.hear()).containsExactly(connected(guest));
        }
    }

    @Nested
    class NotComingBack {

        private void assertAnew(TestSocket client, List<String> heard, String outcome) {
            assertThat(heard).singleElement().asString().startsWith("40{\"sid\":");
            assertThat(heard.get(0)).doesNotContain(client.sid()).doesNotContain(String.valueOf(client.pid()));
            assertThat(server.outcomes(outcome)).isOne();
            assertThat(server.outcomes("recovered")).isZero();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"none\"",
                    "5",
                    "[]",
                    "null",
                    "{}",
                    "\"\"",
                    "\"-1\"",
                    "\"9223372036854775807\"",
                    "\"0.zzzzzzzzzzzzz\""
                })
        void withWhatIsNoOffset(String offset) {
            var ann = server.connect(ANN);
            ann.transport.cut();

            assertAnew(ann, comeBack("{\"pid\":\"" + ann.pid() + "\",\"offset\":" + offset + "}"), "malformed");
        }

        @Test
        void withAnUnknownId() {
            var ann = server.connect(ANN);
            ann.transport.cut();

            assertAnew(ann, comeBack(TestSocket.comeback("nobody's", "0.1")), "unknown");
        }

        @Test
        void withAnIdThatIsNoText() {
            var ann = server.connect(ANN);
            ann.transport.cut();

            assertThat(comeBack("{\"pid\":5,\"offset\":\"0.1\"}"))
                    .singleElement()
                    .asString()
                    .startsWith("40{\"sid\":");
        }

        @Test
        void asSomebodyElse() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            var transport = server.open(BOB);

            transport.post("40" + ann.comeback());

            assertAnew(ann, transport.hear(), "foreign");
            assertThat(server.hub.presence().people()).containsExactly(BOB);
        }

        @Test
        void asAGuestForWhoWasSignedIn() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            var transport = server.open(BOB, false);

            transport.post("40" + ann.comeback());

            assertAnew(ann, transport.hear(), "foreign");
        }

        @Test
        void inAnotherNamespace() {
            var ann = server.connect(ANN, SHOP);
            ann.transport.cut();

            assertAnew(ann, comeBack(ann), "foreign");
        }

        @Test
        void whenTheTimeIsOver() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            server.pass(Duration.ofSeconds(119));
            server.pass(Duration.ofSeconds(121));

            assertAnew(ann, comeBack(ann), "unknown");
        }

        @Test
        void whenMessagesAreForgotten() {
            server = new TestServer(TestServer.SETTINGS, new MemoryLog.Bounds(5, 1_000_000, 10), 256);
            var ann = server.connect(ANN);
            ann.transport.cut();
            news(1, 6);

            assertAnew(ann, comeBack(ann), "gap");
            assertThat(server.hub.presence().connections(MAIN)).hasSize(1);
            assertThat(server.hub.presence().people(NEWS)).containsExactly(ANN);
        }

        @Test
        void withAnOffsetThatIsAheadOfAllMessages() {
            var ann = server.connect(ANN);
            ann.transport.cut();

            assertAnew(ann, comeBack(TestSocket.comeback(ann.pid(), "0.9")), "gap");
        }

        @Test
        void whenTooMuchIsMissing() {
            server = new TestServer(TestServer.SETTINGS, TestServer.BOUNDS, 256, new HubLimits(10, 3, 5));
            var ann = server.connect(ANN);
            ann.transport.cut();
            news(1, 6);

            assertAnew(ann, comeBack(ann), "gap");
        }

        @Test
        void afterTheClientHasLeft() {
            var ann = server.connect(ANN);
            ann.say("1", "");

            assertAnew(ann, comeBack(ann), "unknown");
        }

        @Test
        void afterTheServerHasEndedIt() {
            var ann = server.connect(ANN);
            peer(ann).disconnect();

            assertAnew(ann, comeBack(ann), "unknown");
        }

        @Test
        void afterTheClientSentWhatIsNoPacket() {
            var ann = server.connect(ANN);
            ann.transport.post("47");

            assertAnew(ann, comeBack(ann), "unknown");
        }

        @Test
        void twice() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            assertThat(comeBack(TestSocket.comeback(ann.pid(), "0.9"))).hasSize(1);

            assertThat(comeBack(ann)).singleElement().asString().doesNotContain(ann.sid());
        }

        @Test
        void whenManyOthersHaveGoneSince() {
            server = new TestServer(TestServer.settings(true, false, 2));
            var clients =
                    IntStream.range(0, 3).mapToObj(n -> server.connect(ANN)).toList();
            clients.forEach(client -> client.transport.cut());

            assertAnew(clients.get(0), comeBack(clients.get(0)), "unknown");
            assertThat(comeBack(clients.get(1))).containsExactly(connected(clients.get(1)));
        }

        @Test
        void ifNobodyDoes() {
            server = new TestServer(TestServer.settings(false, false));

            assertThat(comeBack("{\"pid\":\"p\",\"offset\":\"0.1\"}"))
                    .singleElement()
                    .asString()
                    .matches("40\\{\"sid\":\"[^\"]+\"}");
            assertThat(server.socketIo.recoveryOutcomes()).isEmpty();
        }

        @Test
        void withTheStaleOffsetOfAnEarlierLifeLosesNothingInThisOne() {
            var ann = server.connect(ANN);
            news(1, 5);
            ann.hear();
            ann.say("1", "");
            var stale = ann.offset();
            ann.connect(ann.comeback());
            ann.transport.cut();
            news(6, 7);

            // It has not heard any event in its new life, and so still gives the offset of the old one.
            assertThat(comeBack(TestSocket.comeback(ann.pid(), stale)))
                    .map(packet -> packet.substring(0, 5) + packet.replaceFirst("42\\[\"n\",(\\d).*", "$1"))
                    .hasSize(3)
                    .startsWith("42[\"n6", "42[\"n7");
        }
    }

    @Nested
    class AtOnce {

        private <T> List<T> together(List<Callable<T>> what) throws Exception {
            var barrier = new CyclicBarrier(what.size());
            var running = new ArrayList<Future<T>>();
            for (var one : what) {
                running.add(threads.submit(() -> {
                    barrier.await(10, TimeUnit.SECONDS);
                    return one.call();
                }));
            }
            var results = new ArrayList<T>();
            for (var one : running) {
                results.add(one.get(20, TimeUnit.SECONDS));
            }
            return results;
        }

        @Test
        void twoWithTheSameIdAreNeverBothTheOneThatWas() throws Exception {
            for (var round = 0; round < 60; round++) {
                server = new TestServer();
                var ann = server.connect(ANN);
                peer(ann).join("room");
                ann.hear();
                news(1, 1);
                if (round % 2 == 0) {
                    ann.transport.cut();
                }
                server.publish(ROOM, "r", "1");
                var transports = List.of(server.open(ANN), server.open(ANN));
                var auth = ann.comeback();

                together(transports.stream()
                        .<Callable<Boolean>>map(transport -> () -> {
                            transport.post("40" + auth);
                            return true;
                        })
                        .toList());

                var heard =
                        transports.stream().map(transport -> transport.hear()).toList();
                var alive = IntStream.range(0, 2)
                        .filter(n -> !transports.get(n).isClosed())
                        .filter(n -> heard.get(n).contains(connected(ann)))
                        .toArray();
                assertThat(alive).as("round " + round + ": " + heard).hasSize(1);
                assertThat(heard.get(alive[0]))
                        .hasSize(3)
                        .map(packet -> packet.substring(0, 4))
                        .containsExactlyInAnyOrder("42[\"", "42[\"", "40{\"");
                assertThat(peer(ann).channels()).hasSize(3);
                assertThat(server.hub.presence().connections(MAIN).stream()
                                .filter(connection -> connection.id().equals(ann.sid())))
                        .hasSize(1);
            }
        }

        @Test
        void aGhostThatStillReceivesIsReplacedWithoutLoss() throws Exception {
            for (var round = 0; round < 40; round++) {
                server = new TestServer();
                var ann = server.connect(ANN);
                ann.hear();
                var transport = server.open(ANN);

                together(List.<Callable<Boolean>>of(
                        () -> {
                            news(1, 50);
                            return true;
                        },
                        () -> {
                            transport.post("40" + ann.comeback());
                            return true;
                        }));

                assertThat(transport.hear().stream()
                                .filter(packet -> packet.startsWith("42"))
                                .map(packet -> packet.split(",", -1)[1]))
                        .containsExactlyElementsOf(IntStream.rangeClosed(1, 50)
                                .mapToObj(n -> "" + n)
                                .toList());
            }
        }

        @Test
        void whoIsMadeToLeaveARoomDoesNotComeBackIntoIt() throws Exception {
            for (var round = 0; round < 300; round++) {
                var ann = server.connect(ANN);
                var before = peer(ann);
                before.join("room");
                ann.hear();

                var left = together(List.<Callable<Boolean>>of(() -> before.leave("room"), () -> {
                            ann.transport.cut();
                            return false;
                        }))
                        .get(0);
                comeBack(ann);

                assertThat(peer(ann).isIn("room")).isEqualTo(!left);
                peer(ann).close();
            }
        }

        @Test
        void whoGoesWhileBeingAdmittedLeavesNothingBehind() throws Exception {
            server.examiner = (attempt, then) -> threads.execute(then);
            for (var round = 0; round < 150; round++) {
                var client = server.open(ANN);
                var end = round % 3;
                server.observers.then = event -> {
                    if (event instanceof Connected connected && end == 0) {
                        threads.execute(() ->
                                server.hub.peer(connected.connection().id()).ifPresent(Peer::disconnect));
                    }
                };

                together(List.<Callable<Boolean>>of(
                        () -> {
                            client.post("40", "40/shop,");
                            return true;
                        },
                        () -> {
                            if (end == 1) {
                                client.cut();
                            }
                            return true;
                        }));
                if (end == 2) {
                    client.cut();
                }

                if (end > 0) {
                    Awaitility.await()
                            .pollInterval(Duration.ofMillis(1))
                            .until(() ->
                                    server.observers.events(Connected.class).size()
                                            == server.observers
                                                    .events(Disconnected.class)
                                                    .size());
                }
                client.cut();
            }
            Awaitility.await()
                    .until(() -> server.hub.presence().connections(MAIN).isEmpty()
                            && server.hub.presence().connections(SHOP).isEmpty());
            assertThat(server.hub.presence().people(NEWS)).isEmpty();
        }

        @Test
        void whoIsEndedByABeanAtAnyMomentMayConnectAgain() throws Exception {
            for (var round = 0; round < 100; round++) {
                server.examiner = (attempt, then) -> threads.execute(then);
                server.observers.then = event -> {
                    if (event instanceof Connected connected) {
                        threads.execute(() ->
                                server.hub.peer(connected.connection().id()).ifPresent(Peer::disconnect));
                    }
                };
                var client = server.open(ANN);
                client.post("40");
                var heard = new ArrayList<String>();
                Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                    heard.addAll(client.hear());
                    return heard.size() == 2;
                });
                assertThat(heard.get(0)).startsWith("40{\"sid\"");
                assertThat(heard.get(1)).isEqualTo("41");
                server.observers.then = event -> {};

                client.post("40");

                Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                    heard.addAll(client.hear());
                    return heard.size() == 3;
                });
                assertThat(client.isClosed()).isFalse();
                client.cut();
            }
            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
        }

        @Test
        void whoLeavesWhileMessagesComeHarmsNoOtherNamespace() throws Exception {
            for (var round = 0; round < 40; round++) {
                server = new TestServer();
                var ann = server.connect(ANN);
                ann.transport.post("40/shop,");
                ann.hear();

                together(List.<Callable<Boolean>>of(
                        () -> {
                            news(1, 50);
                            return true;
                        },
                        () -> {
                            ann.say("1", "");
                            return true;
                        }));

                assertThat(ann.transport.isClosed()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void clientsThatAreCutOffAtAnyMomentGetEachMessageOnceAndInOrder(long seed) throws Exception {
        server = new TestServer(
                TestServer.SETTINGS, new MemoryLog.Bounds(10_000, 100_000_000, 100), 64, new HubLimits(100, 3, 10_000));
        var messages = 700;
        var random = new Random(seed);
        var ann = server.connect(ANN);
        peer(ann).join("room");
        ann.hear();
        var sid = ann.sid();
        var channels = Map.of("n", NEWS, "r", ROOM, "p", ChannelName.ofUser("ann"));
        var publishing = new ArrayList<Future<?>>();
        channels.forEach((event, channel) -> publishing.add(threads.submit(() -> {
            for (var n = 1; n <= messages; n++) {
                server.publish(channel, event, "" + n);
                if (n % 7 == 0) {
                    server.publish(channel, event + "-not-for-ann", "0", sid);
                }
                if (n % 20 == 0) {
                    Thread.yield();
                }
            }
        })));
        var heard = new HashMap<String, List<Integer>>();
        var client = ann;
        var returns = 0;
        while (heard.values().stream().mapToInt(List::size).sum() < 3 * messages) {
            var packets = client.transport.hear();
            var isCut = client.transport.isClosed() || (!packets.isEmpty() && random.nextInt(4) == 0);
            var arrived =
                    isCut && !packets.isEmpty() ? packets.subList(0, random.nextInt(packets.size() + 1)) : packets;
            ann.learn(arrived);
            for (var packet : arrived) {
                if (packet.startsWith("42")) {
                    var array = TestSocket.parse(packet.substring(2)).asJsonArray();
                    heard.computeIfAbsent(array.getString(0), event -> new ArrayList<>())
                            .add(array.getInt(1));
                }
            }
            if (isCut) {
                returns++;
                if (random.nextBoolean()) {
                    client.transport.cut();
                }
                client = new TestSocket(server.open(ANN), MAIN);
                client.transport.post("40" + ann.comeback());
            }
        }
        for (var one : publishing) {
            one.get(10, TimeUnit.SECONDS);
        }

        var all = IntStream.rangeClosed(1, messages).boxed().toList();
        assertThat(heard).isEqualTo(Map.of("n", all, "r", all, "p", all));
        assertThat(ann.sid()).isEqualTo(sid);
        assertThat(server.socketIo.recoveryOutcomes()).containsOnlyKeys("recovered");
        assertThat(returns).isPositive();
    }
}
