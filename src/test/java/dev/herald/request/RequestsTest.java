package dev.herald.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.Position;
import dev.herald.api.Received;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.DeviceName;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Member;
import dev.herald.hub.MemoryDevices;
import dev.herald.hub.MemoryLog;
import dev.herald.request.Permission.Decision;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.ObserverDiary;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients may ask, driven without any protocol. Apostrophes stand for quotes. */
class RequestsTest {

    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");
    private static final PersonPrincipal BOBS = new PersonPrincipal(BOB);
    private static final ChannelName ROOM = new ChannelName("room");

    private final ObserverDiary observers = new ObserverDiary();
    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 1_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            new MemoryDevices(),
            observers,
            new HubLimits(10, 2, 100),
            Clock.systemUTC(),
            Runnable::run);
    private final Requests requests = new Requests(hub, Permission::byChannel);
    private final FakeSubscriber annsEar =
            new FakeSubscriber(new Connection("ann's", ANN), Optional.of(new DeviceName("phone")));
    private final Member ann = hub.connect(annsEar);
    private final Member bob = hub.connect(new FakeSubscriber(new Connection("bob's", BOB)));

    @Test
    void joinAChannelAndLeaveIt() {
        var joined = (Reply.Joined) ask(ann, "{'event':'join','channel':'room'}");
        joined.subscription().start(started -> true);
        ask(bob, "{'event':'placed','channel':'room','data':1}");

        assertThat(annsEar.heard).extracting(Envelope::json).containsExactly("1");
        assertThat(ask(ann, "{'event':'leave','channel':'room'}")).isEqualTo(new Reply.Left(ROOM));
        assertThat(ann.channels()).doesNotContain(ROOM);
    }

    @Test
    void publishToAChannelAndToAPerson() {
        var published = (Reply.Published) ask(ann, "{'event':'placed','channel':'room','data':{'n':1},'id':'c1'}");
        var again = (Reply.Published) ask(ann, "{'event':'placed','channel':'room','data':{'n':1},'id':'c1'}");
        var told = (Reply.Published) ask(ann, "{'event':'private','to':'bob','data':'hi'}");

        assertThat(published.receipt().channel()).isEqualTo(ROOM);
        assertThat(again.receipt().duplicate()).isTrue();
        assertThat(again.receipt().position()).isEqualTo(published.receipt().position());
        assertThat(told.receipt().channel()).isEqualTo(bob.privateChannel());
        assertThat(observers.events(Received.class)).extracting(Received::event).containsExactly("placed", "private");
    }

    @Test
    void readAPageOfHistoryWithAndWithoutAConnection() {
        ask(ann, "{'event':'placed','channel':'room','data':1}");
        ask(ann, "{'event':'placed','channel':'room','data':2}");
        var request = "{'event':'history','channel':'room','limit':1}";

        assertThat(((Reply.History) ask(bob, request)).page().messages())
                .extracting(Envelope::json)
                .containsExactly("2");
        assertThat(((Reply.History) await(requests.handle(Asker.of(BOBS), raw(request))))
                        .page()
                        .messages())
                .extracting(Envelope::json)
                .containsExactly("2");
        assertThat(code(once(BOB, "{'event':'history','channel':'user:ann'}"))).isEqualTo(ErrorCode.CHANNEL_FORBIDDEN);
    }

    @Test
    void publishWithoutAConnectionAsWithOne() {
        var published = (Reply.Published) once(ANN, "{'event':'placed','channel':'room','data':'名前 😀','id':'c1'}");
        var again = (Reply.Published) ask(ann, "{'event':'placed','channel':'room','data':'名前 😀','id':'c1'}");
        var told = (Reply.Published) once(ANN, "{'event':'private','to':'bob','data':'hi'}");

        assertThat(published.receipt().duplicate()).isFalse();
        assertThat(again.receipt().duplicate())
                .as("the same sender, by whichever road")
                .isTrue();
        assertThat(again.receipt().position()).isEqualTo(published.receipt().position());
        assertThat(told.receipt().channel()).isEqualTo(bob.privateChannel());
        assertThat(observers.events(Received.class))
                .as("nobody could be answered")
                .isEmpty();
        assertThat(code(once(BOB, "{'event':'placed','channel':'room','data':1,'id':''}")))
                .isEqualTo(ErrorCode.ID_INVALID);
        assertThat(code(once(BOB, "{'event':'placed','channel':'user:ann','data':1}")))
                .isEqualTo(ErrorCode.CHANNEL_FORBIDDEN);
    }

    @Test
    void refuseWithoutAConnectionWhenTheApplicationIsBehind() {
        observers.behind = true;

        assertThat(code(once(ANN, "{'event':'placed','channel':'room','data':1}")))
                .isEqualTo(ErrorCode.OVERLOADED);
    }

    @Test
    void areAMistakeOfTheServersOwnWithoutAConnectionThatTheyNeed() {
        try (var errors = new ErrorLog(Rejections.class)) {
            assertThat(code(once(ANN, "{'event':'join','channel':'room'}"))).isEqualTo(ErrorCode.SERVER_ERROR);
            assertThat(errors.lines()).hasSize(1);
        }
    }

    private Reply once(Person person, String text) {
        return await(requests.handle(Asker.of(new PersonPrincipal(person)), raw(text)));
    }

    @Test
    void sayWhoIsInAChannel() {
        ask(ann, "{'event':'join','channel':'room'}");

        var asked = new Request.Presence(ROOM);

        assertThat(await(requests.handle(Asker.of(BOBS), asked))).isEqualTo(new Reply.Presence(ROOM, 1, List.of(ANN)));
        assertThat(await(requests.handle(bob, asked))).isEqualTo(new Reply.Presence(ROOM, 1, List.of(ANN)));
        assertThat(code(await(requests.handle(bob, new Request.Presence(ann.privateChannel())))))
                .isEqualTo(ErrorCode.CHANNEL_FORBIDDEN);
    }

    @Test
    void keepWhatWasSeen() {
        ask(bob, "{'event':'private','to':'ann','data':1}");

        var seen = (Reply.Seen) ask(ann, "{'event':'seen','offset':1}");

        assertThat(seen.channel()).isEqualTo(ann.privateChannel());
        assertThat(seen.upTo()).isEqualTo(new Position("life.0", 1));
    }

    @Test
    void handAMessageToTheApplicationAlone() {
        var answers = new ArrayList<String>();

        var reply = await(requests.handle(ann, new Request.ToApplication("order", "7", answers::add)));
        observers.received().answer().give("8");

        assertThat(reply).isEqualTo(new Reply.Handed());
        assertThat(answers).containsExactly("8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'event':'join','channel':7}|MALFORMED",
                "{'channel':'room'}|EVENT_INVALID",
                "{'event':'joined','channel':'room'}|EVENT_RESERVED",
                "{'event':'join'}|CHANNEL_INVALID",
                "{'event':'join','channel':'user:bob'}|CHANNEL_FORBIDDEN",
                "{'event':'private'}|TO_INVALID",
                "{'event':'news','id':''}|ID_INVALID",
                "{'event':'join','channel':'room','since':1}|SINCE_INVALID",
                "{'event':'history','channel':'room','limit':0}|HISTORY_INVALID",
                "{'event':'seen'}|SEEN_INVALID",
                "{'event':'seen','offset':5}|SEEN_INVALID",
                "{'event':'leave','channel':'room'}|NOT_JOINED"
            },
            quoteCharacter = '~')
    void areRejectedInOneWay(String request, ErrorCode code) {
        var reply = (Reply.Rejected) ask(ann, request);

        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.sentence()).isNotBlank();
    }

    @Test
    void areRejectedByTheHubsLimitsToo() {
        ask(bob, "{'event':'join','channel':'one'}");
        ask(bob, "{'event':'join','channel':'two'}");

        assertThat(code(ask(bob, "{'event':'join','channel':'three'}"))).isEqualTo(ErrorCode.TOO_MANY_CHANNELS);
        assertThat(code(ask(bob, "{'event':'seen','offset':0}"))).isEqualTo(ErrorCode.DEVICE_UNKNOWN);
        ask(bob, "{'event':'news','data':1,'id':'c1'}");
        assertThat(code(ask(bob, "{'event':'news','data':2,'id':'c1'}"))).isEqualTo(ErrorCode.ID_REUSED);
        observers.handles = received -> false;
        assertThat(code(await(requests.handle(bob, new Request.ToApplication("order", "7", Answer.NONE)))))
                .isEqualTo(ErrorCode.NO_HANDLER);
        assertThat(code(await(requests.handle(bob, new Request.ToApplication("connect", "7", Answer.NONE)))))
                .isEqualTo(ErrorCode.EVENT_RESERVED);
        assertThat(code(await(requests.handle(bob, new Request.ToApplication("", "7", Answer.NONE)))))
                .isEqualTo(ErrorCode.EVENT_INVALID);
        observers.behind = true;
        assertThat(code(ask(bob, "{'event':'news'}"))).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(code(await(requests.handle(bob, new Request.ToApplication("order", "7", Answer.NONE)))))
                .isEqualTo(ErrorCode.OVERLOADED);
    }

    /** The policy that says yes or no, now or later. */
    @Nested
    class ThePermission {

        private final List<CompletableFuture<Decision>> asked = new ArrayList<>();
        private final List<Asker> askers = new ArrayList<>();
        private final Requests slow = new Requests(hub, (asker, request) -> {
            var decision = new CompletableFuture<Decision>();
            asked.add(decision);
            askers.add(asker);
            return decision;
        });

        @Test
        void isAskedOnceForEachRequestWithWhoAsks() {
            for (var request : List.of(
                    "{'event':'join','channel':'room'}",
                    "{'event':'placed','channel':'room'}",
                    "{'event':'private','to':'bob'}",
                    "{'event':'history','channel':'room'}",
                    "{'event':'seen','offset':0}",
                    "{'event':'leave','channel':'room'}")) {
                slow.handle(ann, raw(request));
            }
            slow.handle(ann, new Request.ToApplication("order", "1", Answer.NONE));
            slow.handle(Asker.of(BOBS), raw("{'event':'history','channel':'room'}"));

            assertThat(asked).hasSize(8);
            assertThat(askers.subList(0, 7)).containsOnly(Asker.of(ann));
            assertThat(askers.get(0).connection()).isEqualTo(ann.connection());
            assertThat(askers.get(7).person()).isEqualTo(BOB);
            assertThat(askers.get(7).connection()).isNull();
        }

        @Test
        void deniesWithItsOwnWords() {
            var reply = slow.handle(ann, raw("{'event':'placed','channel':'room','data':1}"));
            asked.get(0).complete(new Decision.Denied(ErrorCode.CHANNEL_FORBIDDEN, "the shop is closed"));

            assertThat(await(reply)).isEqualTo(new Reply.Rejected(ErrorCode.CHANNEL_FORBIDDEN, "the shop is closed"));
            assertThat(published()).isEmpty();
        }

        @Test
        void keepsAConnectionsRequestsInTheirOrderHoweverLongItTakes() {
            var replies = IntStream.range(0, 5)
                    .mapToObj(n -> slow.handle(ann, raw("{'event':'placed','channel':'room','data':" + n + "}")))
                    .toList();

            for (var n : List.of(4, 2, 1, 3)) {
                allow(n);
            }
            assertThat(published()).isEmpty();
            allow(0);

            assertThat(published()).containsExactly("0", "1", "2", "3", "4");
            assertThat(replies).allSatisfy(reply -> assertThat(await(reply)).isInstanceOf(Reply.Published.class));
        }

        @Test
        void letsNobodyOvertakeWhoseDecisionComesAtOnce() {
            var first = new CompletableFuture<Decision>();
            var mixed = new Requests(
                    hub,
                    (asker, request) -> request instanceof Request.Publish publish
                                    && publish.json().equals("0")
                            ? first
                            : Permission.ALLOWED);
            mixed.handle(ann, raw("{'event':'placed','channel':'room','data':0}"));
            mixed.handle(ann, raw("{'event':'placed','channel':'room','data':1}"));
            mixed.handle(bob, raw("{'event':'placed','channel':'room','data':'another connection'}"));

            assertThat(published()).containsExactly("\"another connection\"");
            first.complete(new Decision.Allowed());
            mixed.handle(ann, raw("{'event':'placed','channel':'room','data':2}"));

            assertThat(published()).containsExactly("\"another connection\"", "0", "1", "2");
        }

        @Test
        void holdsUpNobodyBehindARequestThatEndsInAnError() {
            var first = new CompletableFuture<Decision>();
            var mixed = new Requests(
                    hub, (asker, request) -> request instanceof Request.ToApplication ? first : Permission.ALLOWED);
            observers.handles = received -> {
                throw new NoClassDefFoundError("of the application");
            };
            try (var errors = new ErrorLog(Rejections.class)) {
                var broken = mixed.handle(ann, new Request.ToApplication("order", "1", Answer.NONE));
                var next = mixed.handle(ann, raw("{'event':'placed','channel':'room','data':1}"));
                first.complete(new Decision.Allowed());

                assertThat(next.toCompletableFuture()).isCompletedWithValueMatching(Reply.Published.class::isInstance);
                assertThat(broken.toCompletableFuture())
                        .isCompletedWithValueMatching(reply -> code(reply) == ErrorCode.SERVER_ERROR);
                assertThat(errors.lines()).hasSize(1);
            }
        }

        @Test
        void letsABoundedNumberOfRequestsWait() {
            for (var n = 0; n < Undecided.MAX_WAITING; n++) {
                slow.handle(ann, raw("{'event':'placed','channel':'room'}"));
            }

            assertThat(code(await(slow.handle(ann, raw("{'event':'placed','channel':'room'}")))))
                    .isEqualTo(ErrorCode.OVERLOADED);
            for (var n = 0; n < Undecided.MAX_WAITING; n++) {
                allow(n);
            }
            slow.handle(ann, raw("{'event':'placed','channel':'room'}"));
            allow(Undecided.MAX_WAITING + 1);
            assertThat(published()).hasSize(50);
        }

        @Test
        void thatFailsIsAMistakeOfTheServersAndStopsNobody() {
            try (var errors = new ErrorLog(Rejections.class)) {
                var reply = slow.handle(ann, raw("{'event':'placed','channel':'room'}"));
                var next = slow.handle(ann, raw("{'event':'placed','channel':'room'}"));
                allow(1);
                asked.get(0).completeExceptionally(new IllegalStateException("the policy is broken"));
                var throwing = new Requests(hub, (asker, request) -> {
                    throw new IllegalStateException("the policy is broken");
                });

                assertThat(code(await(reply))).isEqualTo(ErrorCode.SERVER_ERROR);
                assertThat(await(next)).isInstanceOf(Reply.Published.class);
                assertThat(code(await(throwing.handle(ann, raw("{'event':'news'}")))))
                        .isEqualTo(ErrorCode.SERVER_ERROR);
                assertThat(errors.lines()).hasSize(2);
            }
        }

        private void allow(int n) {
            asked.get(n).complete(new Decision.Allowed());
        }

        private List<String> published() {
            return hub.latest(ROOM, 50).stream().map(Envelope::json).toList();
        }
    }

    private Reply ask(Member member, String request) {
        return await(requests.handle(member, raw(request)));
    }

    private static Reply await(CompletionStage<Reply> reply) {
        return reply.toCompletableFuture().join();
    }

    private static ErrorCode code(Reply reply) {
        return ((Reply.Rejected) reply).code();
    }

    private static RawRequest raw(String text) {
        return RawRequest.of(object(text.replace('\'', '"')));
    }

    private static JsonObject object(String json) {
        try (var reader = Json.createReader(new StringReader(json))) {
            return reader.readObject();
        }
    }
}
