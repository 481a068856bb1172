package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.Envelope;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.Position;
import dev.herald.hub.Appended;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Log;
import dev.herald.hub.MemoryDevices;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Observers;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import dev.herald.request.Permission;
import dev.herald.request.Requests;
import dev.herald.testing.ErrorLog;
import jakarta.websocket.CloseReason;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The feed over a real hub, without a network: {@code docs/feed.md}. */
class FeedConnectionTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789Z"), ZoneOffset.UTC);
    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");
    private static final int MAX_CONNECTIONS = 3;
    private static final int MAX_CHANNELS = 2;
    private static final int REPLAYED = 600;

    private final FakeTimer timer = new FakeTimer();
    private final Diary observers = new Diary();
    private final FlakyLog log = new FlakyLog(new MemoryLog("life", CLOCK, new MemoryLog.Bounds(700, 10_000_000, 100)));
    private final MemoryDevices devices = new MemoryDevices();
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of("typing:*"), List.of()),
            devices,
            observers,
            new HubLimits(MAX_CONNECTIONS, MAX_CHANNELS, REPLAYED),
            CLOCK,
            Runnable::run);
    private final Sockets sockets = new Sockets(settings(), timer.service(), Runnable::run);
    private final FeedSessions feed = new FeedSessions();

    FeedConnectionTest() {
        feed.hub = hub;
        feed.requests = new Requests(hub, Permission::byChannel);
        feed.sockets = sockets;
    }

    private static FeedSettings settings() {
        return new FeedSettings(
                1_000,
                16,
                100_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(25),
                Duration.ofSeconds(20),
                Duration.ofMillis(500));
    }

    @Nested
    class Opening {

        @Test
        void tellsTheClientFirstWhoItIs() {
            publish("news", "1");

            var ann = open(ANN);

            assertThat(ann.heard())
                    .containsExactly("{\"event\":\"connected\",\"connection\":\"" + ann.id()
                            + "\",\"person\":{\"id\":\"ann\",\"name\":\"Ann\"}}");
        }

        @Test
        void leavesNobodyBehindWhenTheConnectionBreaksMeanwhile() {
            var session = new FakeSession().of(new PersonPrincipal(ANN));
            session.whenSending((text, handler) -> handler.onResult(new SendResult(new IOException("broken pipe"))));

            var unused = feed.open(session.session());

            assertThat(hub.presence().connections("/")).isEmpty();
            assertThat(observers.of(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("connection lost");
        }

        @Test
        void isRefusedToARequestThatDidNotPassTheFilter() {
            var session = new FakeSession().of(() -> "ann");

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> feed.open(session.session()));

            assertThat(hub.presence().connections("/")).isEmpty();
        }

        @Test
        void isTurnedAwayWith1013WhenThereAreAsManyConnectionsAsMayBe() {
            for (var n = 0; n < MAX_CONNECTIONS; n++) {
                open(ANN);
            }

            var oneTooMany = open(BOB);

            assertThat(oneTooMany.closeCode()).isEqualTo(1013);
            assertThat(hub.presence().connections("/")).hasSize(MAX_CONNECTIONS);
        }

        @Test
        void isTurnedAwayWith1013WhileTheApplicationIsBehind() {
            observers.behind = true;

            assertThat(open(BOB).closeCode()).isEqualTo(1013);
            assertThat(hub.presence().connections("/")).isEmpty();
        }
    }

    /** {@code docs/feed.md}, "Joining and resuming". */
    @Nested
    class TheResumeWindow {

        @Test
        void holdsNewsAndPrivateUntilItIsOver() {
            var ann = open(ANN);
            publish("news", "1");
            tell("ann", "2");
            assertThat(ann.news()).isEmpty();

            timer.runWaiting();

            assertThat(ann.news())
                    .containsExactlyInAnyOrder(
                            joined("news", 0),
                            joined("user:ann", 0),
                            message("news", 1, "1"),
                            privately("ann", 1, "2"));
            assertThat(ann.news())
                    .containsSubsequence(joined("news", 0), message("news", 1, "1"))
                    .containsSubsequence(joined("user:ann", 0), privately("ann", 1, "2"));
        }

        @Test
        void endsWithTheFirstMessageThatIsNoJoin() {
            var ann = open(ANN);

            ann.say("{'event':'ping'}");

            assertThat(ann.news())
                    .containsExactlyInAnyOrder(joined("news", 0), joined("user:ann", 0), "{\"event\":\"pong\"}")
                    .endsWith("{\"event\":\"pong\"}");
        }

        @Test
        void doesNotEndWithAJoin() {
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'orders'}");

            assertThat(ann.news()).containsExactly(joined("orders", 0));
        }

        @Test
        void endsOnce() {
            var ann = open(ANN);

            ann.say("{'event':'ping'}");
            timer.runWaiting();

            assertThat(ann.news()).hasSize(3);
        }

        @Test
        void endsForNobodyWhoIsGone() {
            var ann = open(ANN);
            ann.connection.closed("closed by the client");

            timer.runWaiting();

            assertThat(ann.news()).isEmpty();
        }

        @Test
        void letsAClientResumeFirst() {
            publish("news", "1");
            publish("news", "2");
            publish("news", "3");
            var ann = open(ANN);
            publish("news", "4");

            ann.say(joinSince("news", 1));
            publish("news", "5");
            timer.runWaiting();
            publish("news", "6");

            assertThat(ann.news()).startsWith(recovered("news", 4));
            assertThat(ann.news("news"))
                    .containsExactly(
                            message("news", 2, "2"),
                            message("news", 3, "3"),
                            message("news", 4, "4"),
                            message("news", 5, "5"),
                            message("news", 6, "6"));
            assertThat(ann.heard()).filteredOn(text -> text.contains("joined")).hasSize(2);
        }

        @Test
        void letsAClientResumeItsPrivateChannel() {
            tell("ann", "1");
            tell("ann", "2");
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'private','since':{'epoch':'life.0','offset':1}}");
            tell("ann", "3");

            assertThat(ann.news())
                    .containsExactly(recovered("user:ann", 2), privately("ann", 2, "2"), privately("ann", 3, "3"));
        }

        /** The window's end tells the client of the two channels one after the other; a join may come in between. */
        @Test
        void doesNotStartWhatTheClientHasResumedMeanwhile() {
            publish("news", "1");
            tell("ann", "1");
            var ann = open(ANN);
            ann.whenSent("joined", () -> {
                ann.say(joinSince("news", 0));
                ann.say("{'event':'join','channel':'private','since':{'epoch':'life.0','offset':0}}");
            });

            timer.runWaiting();

            assertThat(List.of("news", "user:ann"))
                    .allSatisfy(channel -> assertThat(ann.heard())
                            .filteredOn(
                                    text -> text.startsWith("{\"event\":\"joined\",\"channel\":\"" + channel + "\""))
                            .last()
                            .isEqualTo(recovered(channel, 1)));
        }
    }

    @Nested
    class Joining {

        @Test
        void beginsAtTheHead() {
            publish("orders", "1");
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'orders','id':'j1'}");
            publish("orders", "2");

            assertThat(ann.news())
                    .containsExactly(
                            "{\"event\":\"joined\",\"id\":\"j1\",\"channel\":\"orders\",\"recovered\":false,\"head\":1,\"epoch\":\"life.0\"}",
                            message("orders", 2, "2"));
        }

        @ParameterizedTest
        @CsvSource({"another, 1, epoch", "life.0, 800, ahead", "life.0, 1, trimmed", "life.0, 149, limit"})
        void tellsWhyItIsNotRecovered(String epoch, long offset, String reason) {
            for (var n = 1; n <= 750; n++) {
                publish("orders", "" + n);
            }
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'orders','since':{'epoch':'" + epoch + "','offset':" + offset + "}}");
            publish("orders", "751");

            assertThat(ann.news())
                    .containsExactly(
                            "{\"event\":\"joined\",\"channel\":\"orders\",\"recovered\":false,\"reason\":\"" + reason
                                    + "\",\"head\":750,\"epoch\":\"life.0\"}",
                            message("orders", 751, "751"));
        }

        @Test
        void startsOverForWhoIsInItAlready() {
            var ann = open(ANN);
            ann.say("{'event':'join','channel':'orders'}");
            publish("orders", "1");
            publish("orders", "2");

            ann.say(joinSince("orders", 1));
            publish("orders", "3");

            assertThat(ann.news())
                    .containsExactly(
                            joined("orders", 0),
                            message("orders", 1, "1"),
                            message("orders", 2, "2"),
                            recovered("orders", 2),
                            message("orders", 2, "2"),
                            message("orders", 3, "3"));
        }

        @Test
        void recoversMoreThanTheQueueHoldsAsThePeerReads() {
            for (var n = 1; n <= 500; n++) {
                publish("orders", "" + n);
            }
            var ann = open(ANN);

            ann.say(joinSince("orders", 0));
            publish("orders", "501");

            assertThat(ann.news("orders"))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 501)
                            .mapToObj(n -> message("orders", n, "" + n))
                            .toList());
        }

        /** A client that reads all it gets, at the distance of a round trip, is no slow reader. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'event':'ping'}",
                    "{'event':'join','channel':'other'}",
                    "{'event':'news','data':1,'id':'c1'}",
                    "{'event':'leave','channel':'other'}"
                })
        void leavesRoomForAnswersWhileItRecoversMuch(String then) {
            for (var n = 1; n <= 500; n++) {
                publish("orders", "" + n);
            }
            var ann = open(ANN);
            ann.doNotAnswerPings();

            ann.say(joinSince("orders", 0));
            ann.say(then);
            ann.answerPings();

            assertThat(ann.session.closes()).isEmpty();
            assertThat(ann.news("orders")).hasSize(500);
        }

        /** As above: what others say meanwhile is no reason to cut it off. */
        @Test
        void leavesRoomForTheOtherChannelsWhileItRecoversMuch() {
            for (var n = 1; n <= 500; n++) {
                publish("orders", "" + n);
            }
            var ann = open(ANN);
            timer.runWaiting();
            ann.doNotAnswerPings();

            ann.say(joinSince("orders", 0));
            publish("news", "1");
            ann.answerPings();

            assertThat(ann.session.closes()).isEmpty();
            assertThat(ann.news("orders")).hasSize(500);
            assertThat(ann.news("news")).hasSize(1);
        }

        @Test
        void isForbiddenInAnothersPrivateChannel() {
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'user:bob','id':'j1'}");
            ann.say("{'event':'join','channel':'user:bob','since':{'epoch':'life.0','offset':0}}");
            tell("bob", "1");

            assertThat(ann.news())
                    .hasSize(2)
                    .allSatisfy(text -> assertThat(text).contains("\"code\":\"channel-forbidden\""));
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void isAllowedInOnesOwnPrivateChannelByItsName() {
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'user:ann'}");

            assertThat(ann.news()).containsExactly(joined("user:ann", 0));
        }

        @Test
        void isLimited() {
            var ann = open(ANN);
            for (var n = 0; n <= MAX_CHANNELS; n++) {
                ann.say("{'event':'join','channel':'room" + n + "','id':'j" + n + "'}");
            }
            ann.say("{'event':'join','channel':'news'}");
            ann.say("{'event':'join','channel':'room0'}");

            assertThat(ann.news()).hasSize(MAX_CHANNELS + 3);
            assertThat(ann.news().get(MAX_CHANNELS))
                    .startsWith("{\"event\":\"error\",\"id\":\"j2\",\"code\":\"too-many-channels\",");
            assertThat(ann.news().subList(MAX_CHANNELS + 1, MAX_CHANNELS + 3))
                    .containsExactly(joined("news", 0), joined("room0", 0));
        }

        @Test
        void isRefusedWhileTheApplicationIsBehind() {
            var ann = open(ANN);
            observers.behind = true;

            ann.say("{'event':'join','channel':'orders','id':'j1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"j1\",\"code\":\"overloaded\",");
        }
    }

    @Nested
    class Leaving {

        @Test
        void endsTheMessages() {
            var ann = started(ANN);
            ann.say("{'event':'join','channel':'orders'}");

            ann.say("{'event':'leave','channel':'orders','id':'l1'}");
            publish("orders", "1");

            assertThat(ann.news())
                    .containsExactly(joined("orders", 0), "{\"event\":\"left\",\"id\":\"l1\",\"channel\":\"orders\"}");
        }

        @Test
        void isPossibleForOnesOwnTwoChannels() {
            var ann = started(ANN);

            ann.say("{'event':'leave','channel':'news'}");
            ann.say("{'event':'leave','channel':'private'}");
            publish("news", "1");
            tell("ann", "1");

            assertThat(ann.news())
                    .containsExactly(
                            "{\"event\":\"left\",\"channel\":\"news\"}",
                            "{\"event\":\"left\",\"channel\":\"user:ann\"}");
        }

        @Test
        void isRefusedToWhoIsNotIn() {
            var ann = started(ANN);

            ann.say("{'event':'leave','channel':'orders','id':'l1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"l1\",\"code\":\"not-joined\",");
        }
    }

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
        @ValueSource(
                strings = {
                    "'half an emoji \\ud83d'",
                    "'\\u0000'",
                    "{'a':1,'a':2}",
                    "{'\\ud83d':1}",
                    "1e10000",
                    "1e-1000000000"
                })
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

    /** {@code docs/feed.md}, "Devices". */
    @Nested
    class ADevice {

        private Client device(Person person, String name) {
            var session = new FakeSession().of(new PersonPrincipal(person)).with("device", name);
            var client = new Client(session, feed.open(session.session()));
            client.answerPings();
            return client;
        }

        private Client started(Person person, String name) {
            var client = device(person, name);
            timer.runWaiting();
            return client;
        }

        private static String joinedOwn(boolean recovered, String reason, long since, long head) {
            return "{\"event\":\"joined\",\"channel\":\"user:ann\",\"recovered\":" + recovered
                    + (reason.isEmpty() ? "" : ",\"reason\":\"" + reason + "\"") + ",\"since\":" + since
                    + ",\"head\":" + head + ",\"epoch\":\"life.0\"}";
        }

        @Test
        void getsThePrivateMessagesThatWereNotSeenOnIt() {
            tell("ann", "1");
            tell("ann", "2");
            var phone = started(ANN, "phone-1");
            phone.say("{'event':'seen','offset':1,'epoch':'life.0','id':'s1'}");
            phone.connection.closed("lost");

            var back = started(ANN, "phone-1");

            assertThat(phone.news())
                    .contains(joinedOwn(true, "", 0, 2), privately("ann", 1, "1"), privately("ann", 2, "2"))
                    .endsWith(
                            "{\"event\":\"ack\",\"id\":\"s1\",\"channel\":\"user:ann\",\"offset\":1,\"epoch\":\"life.0\"}");
            assertThat(back.news())
                    .contains(joinedOwn(true, "", 1, 2), privately("ann", 2, "2"))
                    .doesNotContain(privately("ann", 1, "1"));
        }

        @Test
        void isToldWhenMessagesAreMissingAndGetsTheOthers() {
            for (var n = 1; n <= REPLAYED + 2; n++) {
                tell("ann", "" + n);
            }

            var phone = started(ANN, "phone-1");

            assertThat(phone.news()).contains(joinedOwn(false, "limit", 2, REPLAYED + 2));
            assertThat(phone.news("user:ann"))
                    .hasSize(REPLAYED)
                    .startsWith(privately("ann", 3, "3"))
                    .endsWith(privately("ann", REPLAYED + 2, "" + (REPLAYED + 2)));
        }

        @Test
        void getsWhatItsClientAsksForInstead() {
            tell("ann", "1");
            tell("ann", "2");
            var phone = device(ANN, "phone-1");

            phone.say(joinSince("private", 1));
            timer.runWaiting();

            assertThat(phone.news())
                    .contains(recovered("user:ann", 2), privately("ann", 2, "2"))
                    .doesNotContain(privately("ann", 1, "1"));
        }

        @Test
        void withoutANameIsNoneAndSeesNothing() {
            tell("ann", "1");
            var ann = FeedConnectionTest.this.started(ANN);

            ann.say("{'event':'seen','offset':1,'id':'s1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"s1\",\"code\":\"device-unknown\",");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "my phone", "a/b", "12345678901234567890123456789012345678901234567890123456789012345"})
        void ofAWrongNameIsNoneAndTheConnectionLives(String name) {
            tell("ann", "1");

            var ann = started(ANN, name);

            assertThat(ann.news()).first().asString().startsWith("{\"event\":\"error\",\"code\":\"device-invalid\",");
            assertThat(ann.news()).contains(joined("user:ann", 1));
            assertThat(ann.session.closes()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "`epoch`:`life.0`|seen-invalid",
                    "`offset`:2|seen-invalid",
                    "`offset`:-1|seen-invalid",
                    "`offset`:`1`|seen-invalid",
                    "`offset`:1.0|seen-invalid",
                    "`offset`:null|seen-invalid",
                    "`offset`:99999999999999999999|seen-invalid",
                    "`offset`:1,`epoch`:`another`|seen-invalid",
                    "`offset`:1,`epoch`:``|seen-invalid",
                    "`offset`:1,`epoch`:5|malformed"
                })
        void hasNotSeenWhatIsNotThere(String members, String code) {
            tell("ann", "1");
            var ann = started(ANN, "phone-1");
            ann.skip = ann.heard().size();

            ann.say("{'event':'seen','id':'s1'," + members.replace('`', '\'') + "}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"s1\",\"code\":\"" + code + "\",");
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void hearsNothingOfWhatIsSeenWithoutAnId() {
            tell("ann", "1");
            var ann = started(ANN, "phone-1");
            ann.skip = ann.heard().size();

            ann.say("{'event':'seen','offset':1}");

            assertThat(ann.news()).isEmpty();
        }

        @Test
        void isTurnedAwayWhileTheDatabaseDoesNotAnswer() {
            devices.gone = true;

            assertThat(device(ANN, "phone-1").closeCode()).isEqualTo(1013);
        }

        @Test
        void isToldWhenItIsNotKeptWhatWasSeen() {
            tell("ann", "1");
            var ann = started(ANN, "phone-1");
            ann.skip = ann.heard().size();
            devices.gone = true;

            ann.say("{'event':'seen','offset':1,'id':'s1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"s1\",\"code\":\"log-unavailable\",");
        }
    }

    /** {@code docs/feed.md}, "History". */
    @Nested
    class TheHistory {

        @Test
        void isAPageOfTheSameObjectsThatWerePushed() {
            for (var n = 1; n <= 4; n++) {
                publish("orders", "{\"n\": " + n + "}");
            }
            var ann = started(ANN);

            ann.say("{'event':'history','channel':'orders','before':4,'limit':2,'id':'h1'}");

            assertThat(ann.news())
                    .containsExactly("{\"event\":\"history\",\"id\":\"h1\",\"channel\":\"orders\",\"messages\":["
                            + message("orders", 3, "{\"n\": 3}") + "," + message("orders", 2, "{\"n\": 2}")
                            + "],\"head\":4,\"epoch\":\"life.0\"}");
        }

        @Test
        void ofTheOwnPrivateChannelIsAskedForByItsShortNameAndNeedsNoId() {
            var ann = started(ANN);

            ann.say("{'event':'history','channel':'private'}");

            assertThat(ann.news())
                    .containsExactly(
                            "{\"event\":\"history\",\"channel\":\"user:ann\",\"messages\":[],\"head\":0,\"epoch\":\"life.0\"}");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "`channel`:`user:bob`|channel-forbidden",
                    "`before`:1|channel-invalid",
                    "`channel`:`orders`,`before`:`5`|history-invalid",
                    "`channel`:`orders`,`before`:null|history-invalid",
                    "`channel`:`orders`,`before`:1.5|history-invalid",
                    "`channel`:`orders`,`limit`:0|history-invalid",
                    "`channel`:`orders`,`limit`:1001|history-invalid"
                })
        void isRefusedAndTheConnectionLives(String members, String code) {
            var ann = started(ANN);

            ann.say("{'event':'history','id':'h1'," + members.replace('`', '\'') + "}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"h1\",\"code\":\"" + code + "\",");
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void isRefusedWhileTheLogCannotBeRead() {
            var ann = started(ANN);
            log.unreadable = new IllegalStateException("the database is gone");
            try (var errors = new ErrorLog("dev.herald.hub")) {
                ann.say("{'event':'history','channel':'orders','id':'h1'}");

                assertThat(errors.lines()).hasSize(1);
            }

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"h1\",\"code\":\"log-unavailable\",");
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void isRefusedWhenItDoesNotFitIntoTheQueueAndMayBeAskedForAgain() {
            for (var n = 1; n <= 3; n++) {
                publish("orders", "\"" + "x".repeat(25_000) + "\"");
            }
            var ann = started(ANN);
            ann.session.hold();

            for (var n = 1; n <= 3; n++) {
                ann.say("{'event':'history','channel':'orders','id':'h" + n + "'}");
            }
            ann.session.complete();
            ann.session.complete();
            ann.session.completeInline();
            ann.session.complete();
            ann.say("{'event':'history','channel':'orders','id':'h4'}");

            assertThat(ann.session.closes()).isEmpty();
            assertThat(ann.news())
                    .extracting(text -> text.substring(0, Math.min(text.length(), 47)))
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("{\"event\":\"history\",\"id\":\"h1\""),
                            second -> assertThat(second).startsWith("{\"event\":\"history\",\"id\":\"h2\""),
                            third -> assertThat(third)
                                    .startsWith("{\"event\":\"error\",\"id\":\"h3\",\"code\":\"overloaded\""),
                            fourth -> assertThat(fourth).startsWith("{\"event\":\"history\",\"id\":\"h4\""));
        }
    }

    @Nested
    class ASlowReader {

        @Test
        void isClosedWith4008AndItsPositionAndNobodyElseNotices() {
            var slow = started(ANN);
            var fast = started(BOB);
            publish("news", "1");
            slow.session.hold();

            for (var n = 2; n <= 40; n++) {
                publish("news", "" + n);
            }

            assertThat(slow.closeCode()).isEqualTo(4008);
            assertThat(slow.session.closes().get(0).getReasonPhrase())
                    .isEqualTo("{\"channel\":\"news\",\"epoch\":\"life.0\",\"offset\":1}");
            assertThat(fast.news("news")).hasSize(40);
            assertThat(fast.session.closes()).isEmpty();
            assertThat(hub.presence().people()).containsExactly(BOB);
        }

        @Test
        void isClosedWithoutAPositionWhenItGotNoMessage() {
            var slow = started(ANN);
            slow.session.hold();

            for (var n = 1; n <= 40; n++) {
                publish("news", "" + n);
            }

            assertThat(slow.closeCode()).isEqualTo(4008);
            assertThat(slow.session.closes().get(0).getReasonPhrase()).isEmpty();
        }

        @Test
        void comesBackAndMissesNothing() {
            var slow = started(ANN);
            publish("news", "1");
            slow.session.hold();
            for (var n = 2; n <= 40; n++) {
                publish("news", "" + n);
            }

            var back = open(ANN);
            back.say("{'event':'join','channel':'news','since':"
                    + slow.session.closes().get(0).getReasonPhrase() + "}");

            assertThat(back.news("news")).hasSize(39).startsWith(message("news", 2, "2"));
        }

        @Test
        void isOneWhoseConnectionDoesNotMove() {
            var ann = started(ANN);

            ann.connection.stalled();

            assertThat(ann.closeCode()).isEqualTo(4008);
        }
    }

    @Nested
    class TheEnd {

        @Test
        void isToldToTheApplicationOnceWithItsFirstReason() {
            var ann = started(ANN);

            ann.connection.lost("ping timeout");
            ann.connection.closed("closed by the client");
            ann.connection.containerFailed(new IOException());

            assertThat(observers.of(Disconnected.class)).singleElement().satisfies(event -> {
                assertThat(event.reason()).isEqualTo("ping timeout");
                assertThat(event.last()).isTrue();
                assertThat(event.connection().id()).isEqualTo(ann.id());
            });
            assertThat(ann.session.closes()).hasSize(1);
        }

        /** Servers call back from inside {@code close}. */
        @Test
        void hasTheServersReasonAndNotWhatComesOfTheClosing() {
            var ann = started(ANN);
            ann.session.whenClosing(reason -> feed.close(ann.session.session(), reason));

            ann.connection.lost("ping timeout");

            assertThat(observers.of(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("ping timeout");
        }

        /** A message that comes while the session is being closed finds no room, for another reason than that. */
        @Test
        void isNotThatOfASlowReaderWhenAMessageComesWhileItCloses() {
            var ann = started(ANN);
            ann.session.whenClosing(reason -> publish("news", "1"));

            ann.connection.lost("ping timeout");

            assertThat(observers.of(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("ping timeout");
        }

        @Test
        void byTheClientClosesNothing() {
            var ann = started(ANN);

            ann.connection.closed("closed by the client");

            assertThat(ann.session.closes()).isEmpty();
            assertThat(hub.presence().connections("/")).isEmpty();
            publish("news", "1");
            assertThat(ann.news()).isEmpty();
        }

        @Test
        void ofABrokenConnectionIsNoMistake() {
            var ann = started(ANN);
            try (var errors = new ErrorLog(FeedConnection.class)) {
                ann.connection.containerFailed(new UncheckedIOException(new IOException("connection reset")));

                assertThat(errors.lines()).isEmpty();
            }
            assertThat(observers.of(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("connection lost");
        }

        @Test
        void byTheServersOwnMistakeIs1011AndLogged() {
            var ann = started(ANN);
            try (var errors = new ErrorLog(FeedConnection.class)) {
                ann.connection.containerFailed(new IllegalArgumentException("oops"));

                assertThat(errors.lines()).hasSize(1);
            }
            assertThat(ann.closeCode()).isEqualTo(1011);
        }

        /** A database whose connection breaks is not this client's connection that breaks. */
        @Test
        void byALogThatFailsIs1011AndLoggedWhateverTheCause() {
            var ann = started(ANN);
            log.failure = new IllegalStateException("the database is gone", new IOException("connection refused"));
            try (var errors = new ErrorLog(Requests.class)) {
                ann.say("{'event':'news','id':'c1'}");

                assertThat(errors.lines()).hasSize(1);
            }
            assertThat(ann.closeCode()).isEqualTo(1011);
        }

        @Test
        void byALogThatCannotBeReadIs1011AndLogged() {
            var ann = started(ANN);
            log.unreadable = new IllegalStateException("the database is gone", new IOException("connection refused"));
            try (var errors = new ErrorLog(Requests.class)) {
                ann.say("{'event':'join','channel':'orders','since':{'epoch':'e','offset':1}}");

                assertThat(errors.lines()).hasSize(1);
            }
            assertThat(ann.closeCode()).isEqualTo(1011);
        }

        @Test
        void comesAtOnceForAClientThatCannotBeAdmitted() {
            log.unreadable = new IllegalStateException("the database is gone");
            try (var errors = new ErrorLog(FeedConnection.class)) {
                assertThat(open(ANN).closeCode()).isEqualTo(1011);

                assertThat(errors.lines()).hasSize(1);
            }
        }

        @Test
        void comesFromTheContainerInWords() {
            assertThat(FeedSessions.inWords(reason(1000))).isEqualTo("closed by the client");
            assertThat(FeedSessions.inWords(reason(1006))).isEqualTo("connection lost");
            assertThat(FeedSessions.inWords(reason(4008))).isEqualTo("closed with code 4008");
        }

        @Test
        void comesWith1001WhenTheServerGoesDown() {
            var ann = started(ANN);

            sockets.close();

            assertThat(ann.closeCode()).isEqualTo(1001);
            assertThat(timer.isTicking()).isFalse();
        }

        @Test
        void isForgottenOnceTheContainerSaysSo() {
            var ann = started(ANN);
            var bob = started(BOB);
            assertThat(feed.find(ann.session.session())).contains(ann.connection);

            feed.close(ann.session.session(), reason(1001));
            feed.close(ann.session.session(), reason(1006));

            assertThat(feed.find(ann.session.session())).isEmpty();
            assertThat(feed.find(bob.session.session())).contains(bob.connection);
            assertThat(observers.of(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("closed by the client");
        }

        /** Servers call back from inside {@code close}. */
        @Test
        void isForgottenWhenItComesWithinTheOpening() {
            open(ANN);
            open(ANN);
            open(ANN);
            var session = new FakeSession().of(new PersonPrincipal(BOB));
            session.whenClosing(reason -> feed.close(session.session(), reason));

            feed.open(session.session());

            assertThat(session.closes()).hasSize(1);
            assertThat(feed.find(session.session())).isEmpty();
        }

        @Test
        void leavesTheOthersOfThePersonThere() {
            var tab = started(ANN);
            var phone = started(ANN);
            assertThat(observers.of(Connected.class))
                    .extracting(Connected::first)
                    .containsExactly(true, false);

            tab.connection.closed("closed by the client");
            publish("news", "1");

            assertThat(observers.of(Disconnected.class))
                    .extracting(Disconnected::last)
                    .containsExactly(false);
            assertThat(phone.news()).hasSize(1);
        }

        private CloseReason reason(int code) {
            return new CloseReason(CloseReason.CloseCodes.getCloseCode(code), "");
        }
    }

    private Client open(Person person) {
        var session = new FakeSession().of(new PersonPrincipal(person));
        var client = new Client(session, feed.open(session.session()));
        client.answerPings();
        return client;
    }

    /** A client whose own two channels are started, and that has heard nothing since. */
    private Client started(Person person) {
        var client = open(person);
        timer.runWaiting();
        client.skip = client.session.texts().size();
        return client;
    }

    private void publish(String channel, String json) {
        var unused = hub.publish(new Draft(new ChannelName(channel), "news", null, null, json, null));
    }

    private void tell(String person, String json) {
        var unused = hub.publish(new Draft(ChannelName.ofUser(person), "private", null, person, json, null));
    }

    private static String joinSince(String channel, long offset) {
        return "{'event':'join','channel':'" + channel + "','since':{'epoch':'life.0','offset':" + offset + "}}";
    }

    private static String joined(String channel, long head) {
        return "{\"event\":\"joined\",\"channel\":\"" + channel + "\",\"recovered\":false,\"head\":" + head
                + ",\"epoch\":\"life.0\"}";
    }

    private static String recovered(String channel, long head) {
        return "{\"event\":\"joined\",\"channel\":\"" + channel + "\",\"recovered\":true,\"head\":" + head
                + ",\"epoch\":\"life.0\"}";
    }

    private static String message(String channel, long offset, String json) {
        return "{\"event\":\"news\",\"channel\":\"" + channel + "\",\"offset\":" + offset
                + ",\"epoch\":\"life.0\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":" + json + "}";
    }

    private static String privately(String person, long offset, String json) {
        return "{\"event\":\"private\",\"channel\":\"user:" + person + "\",\"offset\":" + offset
                + ",\"epoch\":\"life.0\",\"to\":\"" + person + "\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":"
                + json + "}";
    }

    private static String ack(String id, String channel, long offset, boolean duplicate) {
        return "{\"event\":\"ack\",\"id\":\"" + id + "\",\"channel\":\"" + channel + "\",\"offset\":" + offset
                + ",\"epoch\":\"life.0\",\"duplicate\":" + duplicate + ",\"kind\":\"memory\"}";
    }

    /** The peer of a session, which answers pings as all clients do. */
    private static final class Client {

        final FakeSession session;
        final FeedConnection connection;
        /** How much of what it heard is of no more interest: at first the greeting. */
        int skip = 1;

        Client(FakeSession session, FeedConnection connection) {
            this.session = session;
            this.connection = connection;
        }

        String id() {
            return connection.connection().id();
        }

        /** Sends a message as one part; apostrophes stand for quotes. */
        void say(String message) {
            connection.receive(message.replace('\'', '"'), true);
        }

        void doNotAnswerPings() {
            session.whenPinging(payload -> {});
        }

        /** Answers the latest ping that it left unanswered, and all that will come. */
        void answerPings() {
            session.whenPinging(connection::pong);
            session.pings().stream().reduce((earlier, later) -> later).ifPresent(connection::pong);
        }

        /** Does this once, when a message that contains this goes out. */
        void whenSent(String part, Runnable what) {
            session.whenSending((text, handler) -> {
                if (text.contains(part)) {
                    session.completeInline();
                    what.run();
                }
                handler.onResult(new SendResult());
            });
        }

        List<String> heard() {
            return session.texts();
        }

        /** What it has heard, without the greeting. */
        List<String> news() {
            return heard().subList(skip, heard().size());
        }

        /** The messages of a channel that it has heard. */
        List<String> news(String channel) {
            return heard().stream()
                    .filter(text -> text.contains("\"channel\":\"" + channel + "\",\"offset\""))
                    .toList();
        }

        int closeCode() {
            assertThat(session.closes()).hasSize(1);
            return session.closes().get(0).getCloseCode().getCode();
        }
    }

    /** Observers that write down what they are told. */
    private static final class Diary implements Observers {

        final List<HeraldEvent> events = new ArrayList<>();
        boolean behind;

        @Override
        public boolean isObserved(HeraldEvent event) {
            return true;
        }

        @Override
        public boolean areBehind() {
            return behind;
        }

        @Override
        public void tell(HeraldEvent event) {
            events.add(event);
        }

        <E extends HeraldEvent> List<E> of(Class<E> type) {
            return events.stream().filter(type::isInstance).map(type::cast).toList();
        }
    }

    /** A log that fails when a test says so. */
    private static final class FlakyLog implements Log {

        private final Log log;
        RuntimeException failure;
        RuntimeException unreadable;

        FlakyLog(Log log) {
            this.log = log;
        }

        private void requireReadable() {
            if (unreadable != null) {
                throw unreadable;
            }
        }

        @Override
        public CompletionStage<Appended> append(Draft draft) {
            return failure == null ? log.append(draft) : CompletableFuture.failedStage(failure);
        }

        @Override
        public Replay since(ChannelName channel, Position since, int limit) {
            requireReadable();
            return log.since(channel, since, limit);
        }

        @Override
        public Page before(ChannelName channel, long before, int limit) {
            requireReadable();
            return log.before(channel, before, limit);
        }

        @Override
        public ChannelKind kind(ChannelName channel) {
            return log.kind(channel);
        }

        @Override
        public Position head(ChannelName channel) {
            requireReadable();
            return log.head(channel);
        }
    }
}
