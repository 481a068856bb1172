package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SHOP;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Disconnected;
import dev.herald.api.Received;
import dev.herald.engine.CloseReason;
import dev.herald.hub.HubLimits;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import jakarta.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What connections do with what the protocol allows, and with what it does not; over Engine.IO without a network. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocketIoConnectionTest {

    private TestServer server = new TestServer();

    @Nested
    class Connecting {

        @Test
        void isAnsweredWithAnIdOfItsOwnAndOneToComeBackWith() {
            var client = server.open(ANN);

            client.post("40");

            assertThat(client.hear())
                    .singleElement()
                    .asString()
                    .matches("40\\{\"sid\":\"[A-Za-z0-9_-]{20}\",\"pid\":\"[A-Za-z0-9_-]{27}\"}");
        }

        @Test
        void isAnsweredWithoutAPrivateIdIfNobodyMayComeBack() {
            server = new TestServer(TestServer.settings(false, false));
            var client = server.open(ANN);

            client.post("40");

            assertThat(client.hear()).singleElement().asString().matches("40\\{\"sid\":\"[A-Za-z0-9_-]{20}\"}");
        }

        @Test
        void toSeveralNamespacesGivesAnIdForEach() {
            var client = server.open(ANN);

            client.post("40", "40/shop,{\"token\":1}");

            var ids = client.hear().stream()
                    .map(packet -> packet.replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1"))
                    .toList();
            assertThat(ids)
                    .hasSize(2)
                    .doesNotHaveDuplicates()
                    .doesNotContain(client.session().sid());
            assertThat(server.hub.presence().connections(MAIN)).hasSize(1);
            assertThat(server.hub.presence().connections(SHOP)).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"40/,", "40/", "40{}", "400"})
        void toTheMainNamespaceMayBeSpelledInSeveralWays(String packet) {
            var client = server.open(ANN);

            client.post(packet);

            assertThat(client.hear()).singleElement().asString().startsWith("40{\"sid\"");
        }

        @Test
        void toNoNamespaceIsRefusedAndLeavesNothingBehind() {
            var client = server.connect(ANN);

            client.transport.post("40/nope,", "40/shop?token=1,");

            assertThat(client.hear())
                    .containsExactly(
                            "44/nope,{\"message\":\"Invalid namespace\"}",
                            "44/shop?token=1,{\"message\":\"Invalid namespace\"}");
            assertThat(client.transport.isClosed()).isFalse();
            assertThat(server.hub.presence().connections("/nope")).isEmpty();
            assertThat(server.observers.events(Connected.class)).hasSize(1);
        }

        @Test
        void toMoreInvalidNamespacesThanMayBeClosesTheConnection() {
            var client = server.connect(ANN);

            client.transport.post("40/1", "40/1", "40/2");
            assertThat(client.transport.isClosed()).isFalse();
            client.transport.post("40/3");

            assertThat(client.transport.isClosed()).isTrue();
        }

        @Test
        void twiceClosesTheConnection() {
            var client = server.connect(ANN);

            client.transport.post("40");

            assertThat(client.transport.isClosed()).isTrue();
            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
        }

        @Test
        void twiceWhileTheFirstIsExaminedClosesTheConnection() {
            server.examiner = (attempt, then) -> {};
            var client = server.open(ANN);

            client.post("40", "40");

            assertThat(client.isClosed()).isTrue();
        }

        @Test
        void isTurnedAwayWhenThereAreAsManyConnectionsAsMayBe() {
            server = new TestServer(TestServer.SETTINGS, TestServer.BOUNDS, 256, new HubLimits(1, 1, 1));
            server.connect(ANN);
            var client = server.open(BOB);

            client.post("40");

            assertThat(client.hear()).singleElement().asString().startsWith("44{\"message\":");
            assertThat(client.isClosed()).isFalse();
            QuietLog.expect(WARNING, "connections are turned away", "as many connections as it takes: 1");
        }

        @Test
        void closesTheConnectionWhileTheObserversAreBehindSoThatTheClientComesBack() {
            var client = server.open(ANN);
            server.observers.behind = true;
            try (var log = new ErrorLog(Entrance.class)) {
                client.post("40");

                assertThat(client.isClosed()).as("who is refused gives up").isTrue();
                assertThat(log.warnings()).singleElement().asString().contains("the application is behind");
            }
            server.observers.behind = false;

            server.connect(ANN);
        }

        @Test
        void isNotForRequestsThatDidNotPassTheFilter() {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> server.socketIo.accept(server.open(ANN).session(), () -> "ann"));
        }
    }

    @Nested
    class Examining {

        @Test
        void showsWhoAsksForWhatAndWhatTheyGaveToProveIt() {
            var attempts = new ArrayList<ConnectionAttempt>();
            server.examiner = (attempt, then) -> attempts.add(attempt);

            server.open(ANN).post("40/shop,{\"token\":\"t\"}");

            assertThat(attempts).singleElement().satisfies(attempt -> {
                assertThat(attempt.person()).isEqualTo(ANN);
                assertThat(attempt.namespace()).isEqualTo(SHOP);
                assertThat(attempt.auth().getString("token")).isEqualTo("t");
            });
        }

        @Test
        void refusesInTheExaminersWordsAndTheClientMayTryAgain() {
            server.examiner = (attempt, then) -> {
                if (attempt.auth().isEmpty()) {
                    attempt.refuse(
                            "not allowed",
                            Json.createObjectBuilder().add("code", 42).build());
                    attempt.refuse("the second refusal");
                }
                then.run();
            };
            var client = server.open(ANN);

            client.post("40/shop,");
            assertThat(client.hear()).containsExactly("44/shop,{\"message\":\"not allowed\",\"data\":{\"code\":42}}");
            assertThat(server.hub.presence().connections(SHOP)).isEmpty();
            client.post("40/shop,{\"token\":\"t\"}");

            assertThat(client.hear()).singleElement().asString().startsWith("40/shop,{\"sid\"");
        }

        @Test
        void mayTakeItsTimeOnAnotherThread() {
            var decision = new AtomicReference<Runnable>();
            server.examiner = (attempt, then) -> decision.set(then);
            var client = server.open(ANN);
            client.post("40");
            assertThat(client.hear()).isEmpty();

            TestServer.await(CompletableFuture.runAsync(decision.get()));

            assertThat(client.hear()).singleElement().asString().startsWith("40{\"sid\"");
        }

        @Test
        void letsTheClientSpeakAsSoonAsItKnowsThatItIsConnected() {
            var decision = new AtomicReference<Runnable>();
            server.examiner = (attempt, then) -> decision.set(then);
            var client = server.open(ANN);
            client.post("40");
            client.poll();
            client.whenAnswered(() -> {
                client.whenAnswered(() -> {});
                TestServer.await(CompletableFuture.runAsync(() -> client.post("42[\"at-once\"]")));
            });

            decision.get().run();

            assertThat(client.isClosed()).isFalse();
            assertThat(server.observers.events(Received.class))
                    .extracting(Received::event)
                    .containsExactly("at-once");
        }

        @Test
        void ofAConnectionThatHasEndedMeanwhileLeavesNothingBehind() {
            var decision = new AtomicReference<Runnable>();
            server.examiner = (attempt, then) -> decision.set(then);
            var client = server.open(ANN);
            client.post("40");
            client.cut();

            decision.get().run();

            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
            assertThat(server.observers.events(Connected.class)).isEmpty();
        }

        @Test
        void leavesNothingBehindWhenTheConnectionEndsWhileItIsAdmitted() {
            var client = server.open(ANN);
            server.observers.then = event -> {
                if (event instanceof Connected) {
                    client.cut();
                }
            };
            var decision = new AtomicReference<Runnable>();
            server.examiner = (attempt, then) -> decision.set(then);
            client.post("40");

            decision.get().run();

            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
            assertThat(server.observers.events(Disconnected.class)).hasSize(1);
        }

        @Test
        void doesNotLetTheClientSpeakBefore() {
            server.examiner = (attempt, then) -> {};
            var client = server.open(ANN);

            client.post("40", "42[\"too-early\"]");

            assertThat(client.isClosed()).isTrue();
            assertThat(server.observers.events(Received.class)).isEmpty();
        }

        @Test
        void mayFailWithoutALastingHarm() {
            var client = server.open(ANN);
            server.examiner = (attempt, then) -> {
                throw new IllegalStateException("a mistake of the server's own");
            };

            try (var errors = new ErrorLog("dev.herald.engine.ListenerCalls")) {
                client.post("40");

                assertThat(errors.lines()).hasSize(1);
            }
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Nested
    class OddInput {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "47",
                    "4",
                    "42{}",
                    "42[]",
                    "42[",
                    "42[\"a\",]",
                    "42null",
                    "42[null]",
                    "42[{\"a\":1}]",
                    "430{}",
                    "43[]",
                    "41{}",
                    "40\"text\"",
                    "40[]",
                    "40null",
                    "40,{}",
                    "42[\"connect\"]",
                    "42[\"disconnect\"]",
                    "42[\"connect_error\"]",
                    "42[\"disconnecting\"]",
                    "42[\"newListener\"]",
                    "42[\"removeListener\"]",
                    "44{\"message\":\"from a client\"}",
                    "44[\"x\"]",
                    "bAQID",
                    "450-[\"a\"]",
                    "451[\"a\",{\"_placeholder\":true,\"num\":0}]",
                    "4511-[\"a\"]",
                    "451-[\"a\",{\"_placeholder\":true,\"num\":1}]",
                    "451-[\"a\",{\"_placeholder\":true,\"num\":\"splice\"}]",
                    "40",
                    "42/shop,[\"a\"]",
                    "43/shop,1[]",
                    "41/shop,",
                    "421e9[\"a\"]",
                    "4399999999999999999999[1]",
                })
        void closesTheConnectionAndReachesNobody(String packet) {
            var client = server.connect(ANN);

            client.transport.post(packet);

            assertThat(client.transport.isClosed()).as(packet).isTrue();
            assertThat(server.observers.events(Received.class)).isEmpty();
            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"42", "43999[]", "42[1,\"x\"]", "42[\"a\"]", "42[\"__proto__\"]", "42[\"getClass\"]"})
        void isToleratedWhereTheReferenceToleratesIt(String packet) {
            var client = server.connect(ANN);

            client.transport.post(packet);

            assertThat(client.hear()).as(packet).isEmpty();
            assertThat(client.transport.isClosed()).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"42[\"a\"]", "41", "431[]", "42", "451-[\"a\",{\"_placeholder\":true,\"num\":0}]|bAQID"})
        void beforeConnectClosesTheConnectionUnlessItSaysNothing(String packets) {
            var client = server.open(ANN);

            client.post(packets.split("\\|"));

            assertThat(client.isClosed()).as(packets).isEqualTo(!packets.equals("42"));
        }

        @Test
        void textWhereAnAttachmentIsDueClosesTheConnection() {
            var client = server.connect(ANN);

            client.transport.post("451-[\"a\",{\"_placeholder\":true,\"num\":0}]", "42[\"b\"]");

            assertThat(client.transport.isClosed()).isTrue();
            assertThat(server.observers.events(Received.class)).isEmpty();
        }

        @Test
        void numericNamesAreNames() {
            server.connect(ANN).emit("1,\"x\"");

            assertThat(server.observers.received().event()).isEqualTo("1");
            assertThat(server.observers.received().json()).isEqualTo("\"x\"");
        }
    }

    @Nested
    class Time {

        @Test
        void endsAConnectionThatConnectsToNothing() {
            var client = server.open(ANN);
            server.pass(Duration.ofSeconds(9));
            assertThat(client.isClosed()).isFalse();

            server.pass(Duration.ofSeconds(11));

            assertThat(client.isClosed()).isTrue();
        }

        @Test
        void endsAConnectionThatIsOnlyEverRefused() {
            var client = server.open(ANN);
            client.post("40/nope,");

            server.pass(Duration.ofSeconds(11));

            assertThat(client.isClosed()).isTrue();
        }

        @Test
        void isNoConcernOfAConnectionThatIsConnected() {
            var client = server.connect(ANN);

            server.pass(Duration.ofHours(1));

            assertThat(client.transport.isClosed()).isFalse();
        }

        @Test
        void endsAConnectionThatHasLeftAllNamespacesAndComesToNoOther() {
            var client = server.connect(ANN);
            server.pass(Duration.ofSeconds(1));
            client.say("1", "");
            server.pass(Duration.ofSeconds(9));
            assertThat(client.transport.isClosed()).isFalse();

            server.pass(Duration.ofSeconds(11));

            assertThat(client.transport.isClosed()).isTrue();
        }

        @Test
        void isGivenToAConnectionThatHasJustLeftTheLastNamespace() {
            var age = Duration.ofMillis(20);
            server = new TestServer(impatient(age));
            var late = server.connect(ANN);
            var asked = server.hub.peer(late.sid()).orElseThrow().ask(Duration.ofHours(1), "question");
            var begin = System.nanoTime();
            Awaitility.await().until(() -> System.nanoTime() - begin > age.toNanos());

            late.say("1", "");
            server.socketIo.tick(begin + age.toNanos());

            assertThat(late.transport.isClosed()).isFalse();
            assertThat(asked.toCompletableFuture()).isCompletedExceptionally();
        }

        private static SocketIoSettings impatient(Duration connectTimeout) {
            var some = TestServer.SETTINGS;
            return new SocketIoSettings(
                    some.namespaces(),
                    connectTimeout,
                    some.attachmentTimeout(),
                    some.maxAttachmentBytes(),
                    some.maxInvalidNamespaces(),
                    some.pendingAnswers(),
                    some.recovery(),
                    some.recoveryWindow(),
                    some.maxSuspended(),
                    some.metadata(),
                    some.bare(),
                    some.answersUnhandled());
        }

        @Test
        void endsAConnectionThatOwesAttachments() {
            var client = server.connect(ANN);
            client.say("5", "2-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
            client.transport.post("bAQID");
            server.pass(Duration.ofSeconds(4));
            assertThat(client.transport.isClosed()).isFalse();

            server.pass(Duration.ofSeconds(6));

            assertThat(client.transport.isClosed()).isTrue();
        }

        @Test
        void isNoConcernOfAConnectionWhoseAttachmentsHaveCome() {
            var client = server.connect(ANN);
            client.say("5", "1-[\"a\",{\"_placeholder\":true,\"num\":0}]");
            client.transport.post("bAQID");

            server.pass(Duration.ofSeconds(6));

            assertThat(client.transport.isClosed()).isFalse();
            assertThat(server.observers.received().json()).isEqualTo("{\"$bytes\":\"AQID\"}");
        }

        @Test
        void endsWithTheServer() {
            server.socketIo.close();

            assertThat(server.timer.isCancelled()).isTrue();
        }
    }

    @Nested
    class Leaving {

        @Test
        void endsOneNamespaceOnlyAndIsNotAnswered() {
            var client = server.connect(ANN);
            client.transport.post("40/shop,");
            client.hear();

            client.transport.post("41");

            assertThat(client.hear()).isEmpty();
            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
            assertThat(server.hub.presence().connections(SHOP)).hasSize(1);
            assertThat(server.observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("client namespace disconnect");
        }

        @Test
        void letsTheClientComeBackAsSomebodyNew() {
            var client = server.connect(ANN);
            var first = client.sid();

            client.say("1", "");
            client.connect(client.comeback());

            assertThat(client.sid()).isNotEqualTo(first);
            assertThat(server.outcomes("unknown")).isOne();
        }

        @Test
        void meansThatWhatIsSaidNextClosesTheConnection() {
            var client = server.connect(ANN);

            client.say("1", "").emit("\"a\"");

            assertThat(client.transport.isClosed()).isTrue();
        }

        @Test
        void isToldTheObserversWithTheReason() {
            server.connect(ANN).transport.cut();
            server.connect(ANN).transport.post("47");
            server.connect(ANN).transport.session().close(CloseReason.PING_TIMEOUT);

            assertThat(server.observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("transport close", "parse error", "ping timeout");
        }

        @Test
        void atTheServersWishIsToldTheClientWhoMayConnectAgain() {
            var client = server.connect(ANN);

            server.hub.peer(client.sid()).orElseThrow().disconnect();

            assertThat(client.hear()).containsExactly("41");
            assertThat(client.transport.isClosed()).isFalse();
            assertThat(server.observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("server namespace disconnect");
            client.connect("");
        }

        @Test
        void atTheServersWishMayEndTheTransportToo() {
            var client = server.connect(ANN);
            client.transport.post("40/shop,");
            client.hear();

            server.hub.peer(client.sid()).orElseThrow().close();

            assertThat(client.transport.isClosed()).isTrue();
            assertThat(client.hear()).contains("41");
            assertThat(server.hub.presence().connections(SHOP)).isEmpty();
        }

        @Test
        void ofTheTransportAtTheServersWishIsToldInAllNamespacesAndNobodyRecovers() {
            var main = server.connect(ANN);
            var shop = new TestSocket(main.transport, SHOP).connect("");
            server.publish(ChannelName.NEWS, "news", "1");
            shop.learn(main.hear());
            server.hub.peer(shop.sid()).orElseThrow().emit("text", Json.createValue("so that it has an offset"));
            main.hear();
            server.examiner = (attempt, then) -> {};
            main.transport.post("40/chat,");

            server.hub.peer(shop.sid()).orElseThrow().close();

            assertThat(main.transport.hear())
                    .as(
                            "what tells each of the client's sockets not to come back, also the one that is not connected yet")
                    .contains("41", "41/shop,", "41/chat,");
            assertThat(main.transport.isClosed()).isTrue();
            assertThat(server.observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactlyInAnyOrder("server namespace disconnect", "server namespace disconnect");
            server.examiner = (attempt, then) -> then.run();
            var back = new TestSocket(server.open(ANN), "/").connect(main.comeback());
            assertThat(back.sid()).isNotEqualTo(main.sid());
            assertThat(server.outcomes("recovered")).isZero();
        }

        @Test
        void whileBeingAdmittedLeavesNothingBehind() {
            server.observers.then = event -> {
                if (event instanceof Connected connected) {
                    server.observers.then = other -> {};
                    server.hub.peer(connected.connection().id()).orElseThrow().disconnect();
                }
            };
            var client = server.open(ANN);

            client.post("40");

            assertThat(client.hear()).hasSize(2).first().asString().startsWith("40{\"sid\"");
            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
            assertThat(server.observers.events(Disconnected.class)).hasSize(1);
            client.post("40");
            assertThat(client.hear()).singleElement().asString().startsWith("40{\"sid\"");
        }

        @Test
        void makesThePeerDoNothingAnyMore() {
            var client = server.connect(ANN);
            client.transport.post("40/shop,");
            client.hear();
            var peer = server.hub.peer(client.sid()).orElseThrow();
            client.say("1", "");

            assertThat(peer.emit("a")).isFalse();
            assertThat(peer.emitVolatile("a")).isFalse();
            assertThat(peer.join("room")).isFalse();
            assertThat(peer.leave("news")).isFalse();
            assertThat(peer.channels()).isEmpty();
            assertThat(peer.ask(Duration.ofSeconds(1), "a").toCompletableFuture())
                    .isCompletedExceptionally();
            peer.disconnect();
            peer.close();

            assertThat(client.hear()).isEmpty();
            assertThat(client.transport.isClosed()).isFalse();
        }

        @Test
        void doesNotHarmTheOthersOnTheConnectionByALateAcknowledgement() {
            var client = server.connect(ANN);
            client.transport.post("40/shop,");
            client.hear();
            client.say("2", "7[\"slow\"]");
            var received = server.observers.received();
            client.say("1", "");

            received.ack();

            assertThat(client.transport.isClosed()).isFalse();
            assertThat(client.hear()).isEmpty();
        }
    }

    @Test
    void whatBeansSendMeanwhileComesWhenTheClientKnowsThatItIsConnected() {
        server.observers.then = event -> {
            if (event instanceof Connected connected) {
                var peer = server.hub.peer(connected.connection().id()).orElseThrow();
                peer.emit("hello");
                peer.join("room");
                server.publish(new ChannelName("room"), "first", "1");
            }
        };
        var client = server.open(ANN);

        client.post("40");

        assertThat(client.hear())
                .map(packet -> packet.replaceFirst("(\"[a-z]+\"|\\{\"sid\").*", "$1"))
                .isEqualTo(List.of("40{\"sid\"", "42[\"hello\"", "42[\"first\""));
    }
}
