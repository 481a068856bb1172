package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static dev.herald.socketio.TestServer.CLOCK;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SETTINGS;
import static dev.herald.socketio.TestServer.SHOP;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Peer;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.MemoryLog;
import dev.herald.journal.DataSources;
import dev.herald.journal.Housekeeping;
import dev.herald.journal.JdbcClientStates;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.Schema;
import dev.herald.journal.Threads;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.QuietLog;
import jakarta.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that go on where they were after the server has crashed; over a real hub, without a network. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LivesTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ROOM = new ChannelName("room");
    private static final HubLimits LIMITS = new HubLimits(100, 10, 900);

    private final FakeStates states = new FakeStates();
    private Log log = new MemoryLog("life", CLOCK, TestServer.BOUNDS);
    private TestServer server = new TestServer(SETTINGS, log, states, 256, LIMITS);

    /** The server is killed, and another one begins with the same log and the states that were kept. */
    private void crash() {
        states.crash();
        server = new TestServer(SETTINGS, log, states, 256, LIMITS);
    }

    private Peer peer(TestSocket client) {
        return server.hub.peer(client.sid()).orElseThrow();
    }

    /** A client that has said CONNECT, and perhaps was not answered. */
    private TestSocket say40(String auth) {
        var client = new TestSocket(server.open(ANN), MAIN);
        client.transport.post("40" + auth);
        return client;
    }

    private List<String> comeBack(TestSocket client) {
        return say40(client.comeback()).hear();
    }

    private static String connected(TestSocket client) {
        return "40{\"sid\":\"" + client.sid() + "\",\"pid\":\"" + client.pid() + "\"}";
    }

    private void assertAnew(TestSocket client, List<String> heard, String outcome) {
        assertThat(heard).singleElement().asString().startsWith("40{\"sid\":").doesNotContain(client.sid());
        assertThat(server.socketIo.recoveryOutcomes()).containsOnlyKeys(outcome);
    }

    @Test
    void theClientThatIsHereAgainGoesOnWhenTheWordThatItIsElsewhereComesLate() {
        states.shared = true;
        var ann = server.connect(ANN);
        peer(ann).join("room");
        server.hub.remote().heard("socketio-goes-on", List.of(ann.sid()));
        server.publish(ROOM, "r", "1");

        assertThat(comeBack(ann)).hasSize(2).last().isEqualTo(connected(ann));
    }

    @Test
    void theConnectionAtOneNodeEndsWhenItsClientGoesOnAtAnotherOne() {
        states.shared = true;
        var ann = server.connect(ANN);
        var bob = server.connect(TestServer.BOB);
        var old = server;
        crash();

        assertThat(comeBack(ann)).containsExactly(connected(ann));
        assertThat(server.neighbours.commands).containsExactly("socketio-goes-on [" + ann.sid() + "]");
        old.hub.remote().heard("socketio-goes-on", List.of(ann.sid()));

        assertThat(old.hub.presence().people()).containsExactly(TestServer.BOB);
        assertThat(states.kept).as("what the other node keeps").containsOnlyKeys(ann.pid());
        old.publish(NEWS, "n", "1");
        assertThat(bob.hear()).hasSize(1);
    }

    @Nested
    class AfterACrash {

        @Test
        void theClientIsToldExactlyWhatItMissedInAllItsRooms() {
            var ann = server.connect(ANN);
            peer(ann).join("room");
            ann.emit("\"join\",\"other\"");
            server.publish(ROOM, "r", "1");
            server.publish(NEWS, "n", "1");
            ann.hear();
            server.publish(ROOM, "r", "2");
            crash();
            server.publish(new ChannelName("other"), "o", "1");
            server.publish(NEWS, "n", "2");

            var heard = comeBack(ann);

            assertThat(heard).last().isEqualTo(connected(ann));
            assertThat(heard.subList(0, heard.size() - 1))
                    .map(packet -> packet.substring(0, 8))
                    .containsExactlyInAnyOrder("42[\"r\",2", "42[\"n\",2", "42[\"o\",1");
            assertThat(peer(ann).channels())
                    .containsExactlyInAnyOrder(NEWS, ChannelName.ofUser("ann"), ROOM, new ChannelName("other"));
            assertThat(server.socketIo.recoveryOutcomes()).containsOnlyKeys("recovered");
        }

        @Test
        void theClientThatHasHeardNothingYetMissesNothing() {
            var ann = server.connect(ANN);
            server.publish(NEWS, "n", "1");
            crash();

            assertThat(comeBack(ann)).containsExactly("42[\"n\",1,\"0.1\"]", connected(ann));
        }

        @Test
        void theOffsetsGoOn() {
            var ann = server.connect(ANN);
            peer(ann).join("room");
            crash();
            var back = new TestSocket(server.open(ANN), MAIN).connect(ann.comeback());

            server.publish(ROOM, "r", "1");
            peer(back).join("third");
            server.publish(new ChannelName("third"), "t", "1");

            assertThat(back.hear()).containsExactly("42[\"r\",1,\"2.1\"]", "42[\"t\",1,\"2.1_3.1\"]");
        }

        @Test
        void theClientComesBackAgainAndAgain() {
            var ann = server.connect(ANN);
            peer(ann).join("room");
            for (var n = 1; n <= 5; n++) {
                server.publish(ROOM, "r", "" + n);
                crash();
                var heard = comeBack(ann);
                assertThat(heard).hasSize(2).last().isEqualTo(connected(ann));
                assertThat(heard.get(0)).isEqualTo("42[\"r\"," + n + ",\"2." + n + "\"]");
                if (n % 2 == 0) {
                    peer(ann).join("room-" + n);
                }
                ann.learn(heard);
            }
        }

        @Test
        void theClientIsInTheNamespaceAndTheRoomWhereItWas() {
            var ann = server.connect(ANN, SHOP);
            peer(ann).join("vip");
            crash();
            server.publish(ChannelName.ofRoom(SHOP, "vip"), "v", "1");
            var transport = server.open(ANN);

            transport.post("40/shop," + ann.comeback());

            assertThat(transport.hear())
                    .containsExactly(
                            "42/shop,[\"v\",1,\"1.1\"]",
                            "40/shop,{\"sid\":\"" + ann.sid() + "\",\"pid\":\"" + ann.pid() + "\"}");
        }

        @Test
        void theGuestIsTheGuestThatItWas() {
            var guest = new TestSocket(server.open(ANN, false), MAIN).connect("");
            crash();
            var transport = server.open(BOB, false);

            transport.post("40" + guest.comeback());

            assertThat(transport.hear()).containsExactly(connected(guest));
            assertThat(server.hub.presence().people()).containsExactly(ANN);
        }

        @Test
        void nobodyElseComesBackInTheClientsPlace() {
            var ann = server.connect(ANN);
            crash();
            var transport = server.open(BOB);

            transport.post("40" + ann.comeback());

            assertAnew(ann, transport.hear(), "foreign");
            assertThat(states.kept).hasSize(1);
        }

        @Test
        void whoHasLeftARoomIsNotInIt() {
            var ann = server.connect(ANN);
            ann.emit("\"join\",\"room\"").emit("\"join\",\"other\"");
            peer(ann).leave("other");
            ann.emit("\"leave\",\"room\"");
            crash();
            server.publish(ROOM, "r", "1");

            assertThat(comeBack(ann)).containsExactly(connected(ann));
            assertThat(peer(ann).channels()).containsExactlyInAnyOrder(NEWS, ChannelName.ofUser("ann"));
        }

        @Test
        void whoHasLeftByItselfDoesNotComeBack() {
            var ann = server.connect(ANN);
            ann.say("1", "");
            crash();

            assertAnew(ann, comeBack(ann), "unknown");
        }

        @Test
        void whoWasAwayForTooLongDoesNotComeBack() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            server.pass(Duration.ofSeconds(121));
            crash();

            assertAnew(ann, comeBack(ann), "unknown");
        }

        @Test
        void whoWasAwayDoes() {
            var ann = server.connect(ANN);
            ann.transport.cut();
            server.pass(Duration.ofSeconds(119));
            crash();

            assertThat(comeBack(ann)).containsExactly(connected(ann));
        }

        @Test
        void whoWasConnectedWhenTheServerWentDownDoes() {
            server = new TestServer(TestServer.settings(true, false, 1), log, states, 256, LIMITS);
            var ann = server.connect(ANN);
            var bob = server.connect(BOB);
            server.engine.close();
            server.socketIo.close();
            crash();

            assertThat(comeBack(ann)).containsExactly(connected(ann));
            var transport = server.open(BOB);
            transport.post("40" + bob.comeback());
            assertThat(transport.hear()).containsExactly(connected(bob));
        }

        @Test
        void messagesThatAreGoneAreAGap() {
            var ann = server.connect(ANN);
            log = new MemoryLog("another", CLOCK, TestServer.BOUNDS);
            crash();

            assertAnew(ann, comeBack(ann), "gap");
            assertThat(states.kept).hasSize(1);
        }

        @Test
        void anOffsetThatKnowsMoreThanWasKeptIsAGap() {
            var ann = server.connect(ANN);
            peer(ann).join("room");
            crash();

            assertAnew(ann, say40(TestSocket.comeback(ann.pid(), "0.0_3.1")).hear(), "gap");
        }

        @Test
        void aStateThatCannotBeReadNowIsReadLater() {
            var ann = server.connect(ANN);
            crash();
            states.unreadable = true;
            try (var entrance = new ErrorLog(Entrance.class);
                    var mistakes = new ErrorLog(ConnectHandler.class)) {
                var first = say40(ann.comeback());
                assertThat(first.transport.isClosed()).isTrue();
                assertThat(entrance.warnings()).singleElement().asString().contains("the database is gone");
                assertThat(mistakes.lines()).as("no mistake of the server's").isEmpty();
            }
            states.unreadable = false;

            assertThat(comeBack(ann)).containsExactly(connected(ann));
        }

        @Test
        void aStateOfAnotherVersionIsNone() {
            var ann = server.connect(ANN);
            states.kept.replaceAll((secret, state) -> state.replace("\"version\":1", "\"version\":2"));
            crash();

            assertAnew(ann, comeBack(ann), "unknown");
        }

        @Test
        void aStateThatIsBrokenIsNone() {
            for (var broken : List.of("", "[]", "{", "{}", "{\"version\":1}", "{\"version\":\"1\"}")) {
                var ann = server.connect(ANN);
                states.kept.replaceAll((secret, state) -> broken);
                crash();

                assertAnew(ann, comeBack(ann), "unknown");
            }
        }
    }

    @Nested
    class BeingKept {

        @Test
        void comesBeforeTheWordThatAClientIsConnected() {
            states.waits = true;
            var ann = say40("");
            server.publish(NEWS, "n", "1");
            assertThat(ann.hear()).isEmpty();

            states.commit();

            assertThat(ann.hear())
                    .hasSize(2)
                    .satisfies(heard ->
                            assertThat(heard.get(0)).startsWith("40{\"sid\":").contains("\"pid\":"))
                    .last()
                    .isEqualTo("42[\"n\",1,\"0.1\"]");
        }

        @Test
        void isPromisedToNobodyWhoIsNot() {
            states.waits = true;
            var ann = say40("");
            server.observers
                    .events(Connected.class)
                    .forEach(it -> server.hub
                            .peer(it.connection().id())
                            .orElseThrow()
                            .emit("early", Json.createValue("text")));

            states.fail();
            states.waits = false;

            assertThat(ann.hear())
                    .hasSize(2)
                    .satisfies(heard ->
                            assertThat(heard.get(0)).startsWith("40{\"sid\":").doesNotContain("pid"))
                    .last()
                    .isEqualTo("42[\"early\",\"text\"]");
            peer(ann).join("room");
            server.publish(ROOM, "r", "1");
            assertThat(ann.hear()).containsExactly("42[\"r\",1]");
            ann.transport.cut();
            assertThat(states.kept).isEmpty();
            QuietLog.expect(WARNING, "clients' states are not stored", "the database is gone");
        }

        @Test
        void comesBeforeTheAnswerThatAChannelIsJoinedAndItsMessages() {
            var ann = server.connect(ANN);
            states.waits = true;
            ann.say("2", "1[\"join\",\"room\"]");
            server.publish(ROOM, "r", "1");
            assertThat(ann.hear()).isEmpty();

            states.commit();

            assertThat(ann.hear())
                    .containsExactly(
                            "431[{\"channel\":\"room\",\"recovered\":false,\"head\":0,\"epoch\":\"life.0\"}]",
                            "42[\"r\",1,\"2.1\"]");
        }

        @Test
        void isWhyAChannelIsNotJoinedWhenItFails() {
            var ann = server.connect(ANN);
            states.waits = true;
            ann.say("2", "1[\"join\",\"room\"]");
            states.fail();
            states.commit();
            server.publish(ROOM, "r", "1");

            assertThat(ann.hear())
                    .singleElement()
                    .asString()
                    .startsWith("431[{\"error\":{\"code\":\"log-unavailable\"");
            assertThat(peer(ann).isIn("room")).isFalse();
            assertThat(server.hub.presence().people(ROOM)).isEmpty();
            QuietLog.expect(WARNING, "clients' states are not stored", "the database is gone");
        }

        @Test
        void failingForAChannelThatTheClientIsInLeavesItThere() {
            var ann = server.connect(ANN);
            ann.say("2", "1[\"join\",\"room\"]");
            states.waits = true;
            ann.hear();
            ann.say("2", "2[\"join\",\"room\"]");
            states.fail();
            server.publish(ROOM, "r", "1");

            assertThat(ann.hear())
                    .hasSize(2)
                    .satisfies(heard -> assertThat(heard.get(0)).startsWith("432[{\"channel\":\"room\""))
                    .last()
                    .isEqualTo("42[\"r\",1,\"2.1\"]");
            QuietLog.expect(WARNING, "clients' states are not stored", "the database is gone");
        }

        @Test
        void comesBeforeTheAnswerThatAChannelIsLeft() {
            var ann = server.connect(ANN);
            peer(ann).join("room");
            states.waits = true;
            ann.say("2", "1[\"leave\",\"room\"]");
            assertThat(ann.hear()).isEmpty();

            states.commit();

            assertThat(ann.hear()).containsExactly("431[{\"channel\":\"room\"}]");
        }

        @Test
        void answersWhatWasAskedMeanwhileThoughTheChannelIsLeftAgain() {
            var ann = server.connect(ANN);
            states.waits = true;
            ann.say("2", "1[\"join\",\"room\"]").say("2", "2[\"leave\",\"room\"]");

            states.commit();

            assertThat(ann.hear())
                    .hasSize(2)
                    .satisfies(heard -> assertThat(heard.get(0)).startsWith("431[{\"error\":{\"code\":\"not-joined\""))
                    .last()
                    .isEqualTo("432[{\"channel\":\"room\"}]");
        }

        @Test
        void comesBeforeTheMessagesOfARoomThatTheApplicationPutsTheClientIn() {
            var ann = server.connect(ANN);
            states.waits = true;
            peer(ann).join("room");
            server.publish(ROOM, "r", "1");
            assertThat(ann.hear()).isEmpty();

            states.commit();

            assertThat(ann.hear()).containsExactly("42[\"r\",1,\"2.1\"]");
        }

        @Test
        void ofARoomFromTheVeryBeginningComesWithTheClient() {
            server.observers.then = event -> {
                if (event instanceof Connected connected) {
                    server.hub.peer(connected.connection().id()).orElseThrow().join("room");
                }
            };
            states.waits = true;
            var ann = say40("");
            server.publish(ROOM, "r", "1");
            assertThat(states.waiting()).isOne();
            states.commit();

            assertThat(ann.hear()).hasSize(2).last().isEqualTo("42[\"r\",1,\"2.1\"]");
        }

        @Test
        void failingForARoomLetsNobodyGoOnAfterACrashWhoKnowsOfIt() {
            var ann = server.connect(ANN);
            var kept = List.copyOf(states.kept.entrySet());
            states.waits = true;
            peer(ann).join("room");
            states.fail();
            server.publish(ROOM, "r", "1");

            assertThat(ann.hear())
                    .satisfiesExactly(
                            error -> assertThat(error)
                                    .startsWith("42[\"error\",{\"code\":\"log-unavailable\"")
                                    .endsWith(",\"3.0\"]"),
                            message -> assertThat(message).isEqualTo("42[\"r\",1,\"2.1_3.0\"]"));
            assertThat(states.kept).isEmpty();

            // The database was so much gone that not even the removal succeeded.
            kept.forEach(state -> states.kept.put(state.getKey(), state.getValue()));
            crash();
            assertAnew(ann, comeBack(ann), "gap");
            QuietLog.expect(WARNING, "clients' states are not stored", "the database is gone");
        }

        @Test
        void failingForARoomIsForgottenWhenItSucceedsLater() {
            var ann = server.connect(ANN);
            states.waits = true;
            peer(ann).join("room");
            states.fail();
            states.waits = false;
            peer(ann).join("other");
            ann.hear();
            ann.transport.cut();
            ann = new TestSocket(server.open(ANN), MAIN).connect(ann.comeback());
            crash();
            server.publish(ROOM, "r", "1");

            assertThat(comeBack(ann)).containsExactly("42[\"r\",1,\"2.1\"]", connected(ann));
            assertThat(peer(ann).isIn("other")).isTrue();
            QuietLog.expect(WARNING, "clients' states are not stored", "the database is gone");
        }

        @Test
        void failingForARoomThatIsLeftLetsNobodyBackIntoIt() {
            var ann = server.connect(ANN);
            peer(ann).join("room");
            var kept = List.copyOf(states.kept.entrySet());
            states.waits = true;
            peer(ann).leave("room");
            states.fail();
            ann.hear();
            kept.forEach(state -> states.kept.put(state.getKey(), state.getValue()));
            crash();

            assertAnew(ann, comeBack(ann), "gap");
            QuietLog.expect(WARNING, "clients' states are not stored", "the database is gone");
        }

        @Test
        void comesBeforeTheWordThatAClientIsBack() {
            var ann = server.connect(ANN);
            server.publish(NEWS, "n", "1");
            crash();
            states.waits = true;
            var back = say40(ann.comeback());
            assertThat(back.hear()).isEmpty();

            states.commit();

            assertThat(back.hear()).containsExactly("42[\"n\",1,\"0.1\"]", connected(ann));
        }

        @Test
        void failingForAClientThatIsBackLetsItBeginAnew() {
            var ann = server.connect(ANN);
            server.publish(NEWS, "n", "1");
            crash();
            states.waits = true;
            var back = say40(ann.comeback());
            states.fail();
            states.commit();

            assertAnew(ann, back.hear(), "unknown");
            assertThat(server.hub.presence().connections(MAIN)).hasSize(1);
            assertThat(states.kept).hasSize(1);
            QuietLog.expect(WARNING, "clients' states are not stored", "the database is gone");
        }

        @Test
        void isNotToldOfWhoHasEndedMeanwhile() {
            states.waits = true;
            var ann = say40("");
            ann.transport.cut();
            states.commit();

            assertThat(server.hub.presence().connections(MAIN)).isEmpty();
        }

        @Test
        void includesWhatChangedJustBeforeTheEnd() {
            var ann = server.connect(ANN);
            states.waits = true;
            peer(ann).join("room");
            ann.transport.cut();
            states.commit();
            crash();
            server.publish(ROOM, "r", "1");

            assertThat(comeBack(ann)).containsExactly("42[\"r\",1,\"2.1\"]", connected(ann));
        }
    }

    /**
     * The application and the client join rooms, states are kept or not, messages come, connections break and the server crashes, all
     * at random. Whenever the client is told that it goes on where it was, it has missed nothing of any room that it knew to be in.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whoIsToldThatNothingIsMissingMissesNothing(long seed) {
        QuietLog.allow(WARNING, "clients' states are not stored", "the database is gone");
        var random = new Random(seed);
        var rooms = List.of("a", "b", "c", "d", "e", "f");
        var published = new HashMap<String, Integer>();
        var asked = new HashMap<String, String>();
        var unanswered = new HashSet<String>();
        var ann = server.connect(ANN);
        var transport = ann.transport;
        var heard = new HashMap<String, Integer>();
        var sid = ann.sid();
        var outcomes = new HashMap<Boolean, Integer>();
        for (var step = 0; step < 3_000; step++) {
            var room = rooms.get(random.nextInt(rooms.size()));
            switch (random.nextInt(12)) {
                case 0 -> server.hub.peer(ann.sid()).ifPresent(peer -> peer.join(room));
                case 1 -> {
                    // Twice "from now on" without an answer in between is no wish for what comes between.
                    if (unanswered.add(room)) {
                        asked.put("43" + step + "[", room);
                        transport.post("42" + step + "[\"join\",\"" + room + "\"]");
                    }
                }
                case 2 -> states.waits = random.nextBoolean();
                case 3 -> states.commit();
                case 4 -> states.fail();
                case 5 -> {
                    if (random.nextBoolean()) {
                        crash();
                    } else {
                        transport.cut();
                        states.commit();
                    }
                    states.waits = false;
                    transport = server.open(ANN);
                    transport.post("40" + ann.comeback());
                    unanswered.clear();
                }
                default -> {
                    var number = published.merge(room, 1, Integer::sum);
                    server.publish(new ChannelName(room), "m-" + room, "" + number);
                }
            }
            var packets = transport.hear();
            ann.learn(packets);
            if (packets.stream().anyMatch(packet -> packet.startsWith("40"))) {
                outcomes.merge(ann.sid().equals(sid), 1, Integer::sum);
                if (!ann.sid().equals(sid)) {
                    heard.clear(); // it knows that it begins anew
                }
                sid = ann.sid();
            }
            for (var packet : packets) {
                var array = packet.startsWith("42") || packet.startsWith("43")
                        ? TestSocket.parse(packet.substring(packet.indexOf('[')))
                                .asJsonArray()
                        : Json.createArrayBuilder().build();
                if (packet.startsWith("42[\"m-")) {
                    var name = array.getString(0).substring(2);
                    var before = heard.put(name, array.getInt(1));
                    assertThat(before == null || array.getInt(1) == before + 1)
                            .as("step " + step + ": " + packet + " after " + before)
                            .isTrue();
                } else if (packet.startsWith("43")) {
                    var name = asked.get(packet.substring(0, packet.indexOf('[') + 1));
                    unanswered.remove(name);
                    if (packet.contains("\"error\"")) {
                        heard.remove(name);
                    } else {
                        heard.put(name, array.getJsonObject(0).getInt("head"));
                    }
                }
            }
            if (!states.waits && states.waiting() == 0) {
                assertThat(heard)
                        .as("step " + step)
                        .allSatisfy((name, number) ->
                                assertThat(number).as(name).isEqualTo(published.getOrDefault(name, 0)));
            }
        }
        assertThat(outcomes.get(true)).as("recovered").isGreaterThan(20);
    }

    /** With a real database, whose threads are others. */
    @Nested
    class InADatabase {

        private final JdbcConnectionPool pool =
                JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "herald", "herald");
        private final ExecutorService threads = Executors.newCachedThreadPool();

        InADatabase() {
            Schema.prepare(pool, "epoch");
            begin();
        }

        /** Another life with the same database; the one before is as good as killed. */
        private void begin() {
            server = new TestServer(
                    SETTINGS,
                    new JdbcLog(
                            new DataSources(pool),
                            CLOCK,
                            new Threads(threads, new FakeTimer().asExecutor()),
                            new JdbcLog.Bounds(10_000, 100_000_000, 1_000, 10_000_000)),
                    new JdbcClientStates(
                            new DataSources(pool),
                            Duration.ofMinutes(2),
                            CLOCK,
                            new Threads(threads, new FakeTimer().asExecutor()),
                            new Housekeeping(true, () -> true),
                            10_000,
                            100_000_000),
                    256,
                    LIMITS);
        }

        @AfterEach
        void close() {
            threads.shutdownNow();
            pool.dispose();
        }

        private List<String> hear(TestSocket client, int packets) {
            var heard = new ArrayList<String>();
            Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                heard.addAll(client.hear());
                return heard.size() >= packets;
            });
            return heard;
        }

        private TestSocket connect() {
            var ann = say40("");
            hear(ann, 1);
            return ann;
        }

        @Test
        void clientsGoOnWhereTheyWere() {
            var ann = connect();
            ann.say("2", "1[\"join\",\"room\"]");
            hear(ann, 1);
            peer(ann).join("other");
            server.publish(new ChannelName("other"), "o", "1");
            hear(ann, 1);
            for (var n = 1; n <= 3; n++) {
                server.publish(ROOM, "r", "" + n);
            }
            begin();
            server.publish(ROOM, "r", "4");
            var back = say40(ann.comeback());

            var heard = hear(back, 5);

            assertThat(heard)
                    .containsExactly(
                            "42[\"r\",1,\"2.1_3.1\"]",
                            "42[\"r\",2,\"2.2_3.1\"]",
                            "42[\"r\",3,\"2.3_3.1\"]",
                            "42[\"r\",4,\"2.4_3.1\"]",
                            connected(ann));
            server.publish(ROOM, "r", "5");
            assertThat(hear(back, 1)).containsExactly("42[\"r\",5,\"2.5_3.1\"]");
        }

        /** The first server has not noticed that the client went to another one, and has come back to it. */
        @Test
        void aClientThatWasOnAnotherServerMeanwhileGoesOn() {
            var ann = connect();
            ann.say("2", "1[\"join\",\"room\"]");
            hear(ann, 1);
            server.publish(ROOM, "r", "1");
            hear(ann, 1);
            var first = server;
            begin();
            var second = say40(ann.comeback());
            assertThat(hear(second, 1)).containsExactly(connected(ann));
            server.publish(ROOM, "r", "2");
            hear(second, 1);

            server = first;
            var third = say40(second.comeback());

            assertThat(hear(third, 1)).containsExactly(connected(ann));
            assertThat(server.socketIo.recoveryOutcomes()).containsOnlyKeys("recovered");
        }

        @Test
        void ofTwoWithTheSameIdOneIsTheOneThatWas() throws Exception {
            for (var round = 0; round < 20; round++) {
                var ann = connect();
                begin();
                var clients = List.of(new TestSocket(server.open(ANN), MAIN), new TestSocket(server.open(ANN), MAIN));

                var posts = clients.stream()
                        .map(client -> threads.submit(() -> client.transport.post("40" + ann.comeback())))
                        .toList();
                for (var post : posts) {
                    post.get();
                }

                var heard = new ArrayList<String>();
                Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
                    clients.forEach(client -> heard.addAll(client.hear()));
                    return heard.size()
                                    + clients.stream()
                                            .filter(client -> client.transport.isClosed())
                                            .count()
                            >= 2;
                });
                assertThat(server.hub.presence().connections(MAIN).stream()
                                .filter(connection -> connection.id().equals(ann.sid())))
                        .hasSize(1);
            }
        }
    }
}
