package dev.herald.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.Answer;
import dev.herald.api.Attributes;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionState;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.document.Change;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Member;
import dev.herald.hub.MemoryLog;
import dev.herald.testing.Allocation;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.NoObservers;
import jakarta.json.JsonValue;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is too much, by a time that is the test's. */
class QuotasTest {

    private static final long SECOND = 1_000_000_000;
    private static final Rate ENOUGH = new Rate(1_000_000, Duration.ofSeconds(1), 1_000_000);
    private static final QuotaLimits.Asked ENOUGH_OF_ALL = new QuotaLimits.Asked(ENOUGH, ENOUGH, ENOUGH, ENOUGH);
    private static final QuotaLimits.Network ENOUGH_FOR_ALL = new QuotaLimits.Network(ENOUGH, ENOUGH, ENOUGH);
    private static final String PROXY = "192.0.2.99";

    private long now = -5;
    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 1_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            new NoObservers(),
            new HubLimits(100, 100, 100),
            Clock.systemUTC(),
            Runnable::run);

    private static Rate rate(long perSecond, long burst) {
        return new Rate(perSecond, Duration.ofSeconds(1), burst);
    }

    private Quotas quotas(QuotaLimits limits) {
        return new Quotas(limits, () -> now);
    }

    private static QuotaLimits ofConnection(QuotaLimits.Asked asked) {
        return new QuotaLimits(asked, ENOUGH_OF_ALL, ENOUGH, ENOUGH_FOR_ALL, Set.of(PROXY));
    }

    private static QuotaLimits ofPerson(QuotaLimits.Asked asked, Rate stored) {
        return new QuotaLimits(ENOUGH_OF_ALL, asked, stored, ENOUGH_FOR_ALL, Set.of(PROXY));
    }

    private static QuotaLimits ofNetwork(Rate guests, Rate channels, Rate stored) {
        var network = new QuotaLimits.Network(guests, channels, stored);
        return new QuotaLimits(ENOUGH_OF_ALL, ENOUGH_OF_ALL, ENOUGH, network, Set.of(PROXY));
    }

    private static PersonPrincipal guest(String id, String address) {
        return new PersonPrincipal(new Person(id, "Guest"), true, Set.of(), address);
    }

    private static PersonPrincipal user(String id, String address) {
        return new PersonPrincipal(new Person(id, "User"), true, Set.of(PersonPrincipal.SIGNED_IN), address);
    }

    private Member member(PersonPrincipal visitor) {
        return hub.connect(new FakeSubscriber(new Connection(
                UUID.randomUUID().toString(),
                visitor.person(),
                Connection.MAIN,
                new ConnectionState(visitor, Attributes.NONE))));
    }

    private Asker connection(PersonPrincipal visitor) {
        return Asker.of(member(visitor));
    }

    private static Request publish(String channel, String json) {
        return new Request.Publish("placed", new ChannelName(channel), json, null);
    }

    private static Request publish(int characters) {
        return publish("orders", "7".repeat(characters));
    }

    /** How many of so many requests pass. */
    private static int passed(Quotas quotas, Asker asker, Request request, int times) {
        return (int) IntStream.range(0, times)
                .filter(n -> quotas.charge(asker, request).isEmpty())
                .count();
    }

    private static long waitOf(Optional<Reply.Rejected> refusal) {
        assertThat(refusal).isPresent();
        assertThat(refusal.get().code()).isEqualTo(ErrorCode.RATE_LIMITED);
        return refusal.get().retryAfterMillis().orElseThrow();
    }

    @Nested
    class AConnection {

        private final Quotas quotas =
                quotas(ofConnection(new QuotaLimits.Asked(rate(10, 5), rate(100, 50), rate(1, 3), rate(2, 2))));
        private final Asker ann = connection(user("ann", "192.0.2.1"));

        @Test
        void maySendABurstAndThenSoManyMessagesASecond() {
            assertThat(passed(quotas, ann, publish(1), 9)).isEqualTo(5);
            now += SECOND / 10;
            assertThat(passed(quotas, ann, publish(1), 9)).isEqualTo(1);
            now += 60 * SECOND;
            assertThat(passed(quotas, ann, publish(1), 9)).isEqualTo(5);
        }

        @Test
        void isToldAfterWhichTimeTheSameSucceeds() {
            passed(quotas, ann, publish(1), 5);

            var wait = waitOf(quotas.charge(ann, publish(1)));
            now += Duration.ofMillis(wait - 1).toNanos();
            assertThat(quotas.charge(ann, publish(1))).isPresent();
            now += Duration.ofMillis(1).toNanos();
            assertThat(quotas.charge(ann, publish(1))).isEmpty();
        }

        @Test
        void maySendSoMuchText() {
            assertThat(passed(quotas, ann, publish(20), 5)).isEqualTo(2);
            assertThat(waitOf(quotas.charge(ann, publish(20)))).isEqualTo(100);
        }

        @Test
        void maySendAMessageThatIsLargerThanABurstWhenItHasSentNothingElse() {
            assertThat(quotas.charge(ann, publish(5_000))).isEmpty();
            assertThat(quotas.charge(ann, publish(1))).isPresent();
            now += SECOND / 2;
            assertThat(quotas.charge(ann, publish(5_000))).isEmpty();
        }

        @Test
        void mayJoinAndReadHistoryAtTheirOwnRates() {
            var join = new Request.Join(new ChannelName("orders"), null);
            var page = new Request.History(new ChannelName("orders"), 1, 1);

            assertThat(passed(quotas, ann, join, 9)).isEqualTo(3);
            assertThat(passed(quotas, ann, page, 9)).isEqualTo(2);
            assertThat(passed(quotas, ann, new Request.Presence(new ChannelName("orders")), 9))
                    .isZero();
            assertThat(passed(quotas, ann, publish(1), 9)).isEqualTo(5);
        }

        /** The records of a sealed interface, also of those within it. */
        private static Stream<Class<?>> kinds(Class<?> sealed) {
            return Stream.of(sealed.getPermittedSubclasses())
                    .flatMap(kind -> kind.isSealed() ? kinds(kind) : Stream.of(kind));
        }

        @Test
        void isChargedForEachKindOfRequest() {
            // What beans ask about a client is not the client's request.
            var kinds = kinds(Request.class)
                    .filter(kind -> kind != Request.Consider.class)
                    .toArray(Class<?>[]::new);
            var all = Stream.of(
                    publish(1),
                    new Request.Tell("bob", "1", null),
                    new Request.ToApplication("x", "1", Answer.NONE),
                    new Request.Seen(1, null),
                    new Request.Authenticate("token"),
                    new Request.Leave(new ChannelName("orders")),
                    new Request.Join(new ChannelName("orders"), null),
                    new Request.History(new ChannelName("orders"), 1, 1),
                    new Request.Presence(new ChannelName("orders")),
                    new Request.Open("cart", null),
                    new Request.ReadDocument("cart"),
                    new Request.ChangeDocument("cart", null, null, null, new Change.Merge(JsonValue.EMPTY_JSON_OBJECT)),
                    new Request.PresentInDocument("cart", "1"),
                    new Request.PeopleInDocument("cart"));

            assertThat(all.toList())
                    .allSatisfy(request -> assertThat(passed(quotas, connection(user("ann", "")), request, 9))
                            .isBetween(1, 5))
                    .<Class<?>>extracting(Request::getClass)
                    .containsExactlyInAnyOrder(kinds);
        }

        @Test
        void slowsNoOther() {
            passed(quotas, ann, publish(1), 9);

            assertThat(quotas.charge(connection(user("ann", "192.0.2.1")), publish(1)))
                    .isEmpty();
        }
    }

    @Nested
    class APerson {

        private final Quotas quotas =
                quotas(ofPerson(new QuotaLimits.Asked(rate(1, 5), ENOUGH, ENOUGH, ENOUGH), Rate.ofDay(1_000)));

        @Test
        void hasOneMeasureForAllConnectionsAndSingleRequests() {
            var ann = user("ann", "192.0.2.1");
            passed(quotas, connection(ann), publish(1), 2);
            passed(quotas, connection(ann), publish(1), 2);

            assertThat(passed(quotas, Asker.of(ann), publish(1), 3)).isEqualTo(1);
            assertThat(quotas.charge(connection(ann), publish(1))).isPresent();
            assertThat(quotas.charge(connection(user("名前", "192.0.2.1")), publish(1)))
                    .isEmpty();
        }

        @Test
        void mayKeepSoMuchInTheLogInADay() {
            var ann = connection(user("ann", "192.0.2.1"));
            assertThat(quotas.charge(ann, publish(1_000))).isEmpty();

            assertThat(waitOf(quotas.charge(ann, publish(500))))
                    .isEqualTo(Duration.ofHours(12).toMillis());
            assertThat(quotas.charge(ann, new Request.ToApplication("x", "7".repeat(500), Answer.NONE)))
                    .isEmpty();
            now += Duration.ofHours(12).toNanos();
            assertThat(quotas.charge(ann, publish(500))).isEmpty();
        }

        @Test
        void isNotChargedForWhatIsRefused() {
            var ann = connection(user("ann", "192.0.2.1"));
            passed(quotas, ann, publish(10), 50);

            now += 100 * SECOND;
            assertThat(passed(quotas, ann, publish(150), 9)).isEqualTo(5);
        }
    }

    @Nested
    class ANetwork {

        private final Quotas quotas = quotas(ofNetwork(rate(1, 3), rate(1, 2), Rate.ofDay(100)));

        private boolean isAdmitted(String id, String address) {
            return quotas.chargeGuest(guest(id, address)).isEmpty();
        }

        @Test
        void mayBringSoManyGuestsWhomNobodyKnows() {
            var admitted = IntStream.range(0, 9)
                    .filter(n -> isAdmitted("guest-" + n, "192.0.2.1"))
                    .count();

            assertThat(admitted).isEqualTo(3);
            assertThat(isAdmitted("guest-0", "192.0.2.1")).isTrue();
            assertThat(isAdmitted("guest-9", "192.0.2.2")).isTrue();
            assertThat(quotas.chargeGuest(user("ann", "192.0.2.1"))).isEmpty();
            assertThat(waitOf(quotas.chargeGuest(guest("guest-x", "192.0.2.1"))))
                    .isEqualTo(1_000);
        }

        @Test
        void ofIpv6IsOneForAllItsAddresses() {
            for (var n = 1; n <= 3; n++) {
                isAdmitted("guest-" + n, "2001:db8:0:1::" + n);
            }

            assertThat(isAdmitted("guest-4", "2001:db8:0:1:ffff::4")).isFalse();
            assertThat(isAdmitted("guest-4", "2001:db8:0:2::4")).isTrue();
        }

        @Test
        void isNoMeasureForThoseBehindAProxy() {
            assertThat(IntStream.range(0, 9)).allMatch(n -> isAdmitted("guest-" + n, PROXY));
            assertThat(IntStream.range(0, 9)).allMatch(n -> isAdmitted("guest-x" + n, ""));
        }

        @Test
        void mayBeginSoManyChannels() {
            var requests = new Requests(hub, Permission::byChannel, quotas);
            var replies = IntStream.range(0, 9)
                    .mapToObj(n -> requests.handle(member(user("ann", "192.0.2.1")), publish("c" + n, "1"))
                            .toCompletableFuture()
                            .join())
                    .toList();

            assertThat(replies.subList(0, 2)).allMatch(Reply.Published.class::isInstance);
            assertThat(replies.subList(2, 9)).allMatch(Reply.Rejected.class::isInstance);
            assertThat(hub.latest(new ChannelName("c5"), 1)).isEmpty();
            assertThat(requests.handle(member(user("ann", "192.0.2.1")), publish("c0", "2"))
                            .toCompletableFuture()
                            .join())
                    .isInstanceOf(Reply.Published.class);
            assertThat(requests.handle(Asker.of(user("bob", "192.0.2.1")), new Request.Tell("nobody", "1", null))
                            .toCompletableFuture()
                            .join())
                    .isInstanceOf(Reply.Rejected.class);
        }

        @Test
        void mayKeepSoMuchOfItsGuestsInTheLog() {
            assertThat(quotas.charge(connection(guest("guest-1", "192.0.2.1")), publish(60)))
                    .isEmpty();

            assertThat(quotas.charge(connection(guest("guest-2", "192.0.2.1")), publish(60)))
                    .isPresent();
            assertThat(quotas.charge(connection(user("ann", "192.0.2.1")), publish(60)))
                    .isEmpty();
            assertThat(quotas.charge(connection(guest("guest-3", "192.0.2.2")), publish(60)))
                    .isEmpty();
        }
    }

    @Test
    void areAnsweredAtOnceAndNothingIsDone() {
        var requests = new Requests(
                hub,
                Permission::byChannel,
                quotas(ofConnection(new QuotaLimits.Asked(rate(1, 2), ENOUGH, ENOUGH, ENOUGH))));
        var ann = member(user("ann", "192.0.2.1"));

        var replies = IntStream.range(0, 3)
                .mapToObj(n -> requests.handle(ann, publish("orders", "" + n))
                        .toCompletableFuture()
                        .join())
                .toList();

        assertThat(replies.get(2))
                .isEqualTo(Reply.Rejected.ofRate("there may be 1 messages a second; wait", Duration.ofSeconds(1)));
        assertThat(hub.latest(new ChannelName("orders"), 9))
                .extracting(Envelope::json)
                .containsExactly("0", "1");
    }

    @Test
    void countWhatIsNoValidRequestToo() {
        var requests = new Requests(
                hub,
                Permission::byChannel,
                quotas(ofConnection(new QuotaLimits.Asked(rate(1, 2), ENOUGH, ENOUGH, ENOUGH))));
        var ann = member(user("ann", "192.0.2.1"));
        var invalid = new RawRequest("", jakarta.json.JsonValue.EMPTY_JSON_OBJECT);

        var codes = IntStream.range(0, 3)
                .mapToObj(n -> ((Reply.Rejected) requests.handle(ann, invalid)
                                .toCompletableFuture()
                                .join())
                        .code())
                .toList();

        assertThat(codes).containsExactly(ErrorCode.EVENT_INVALID, ErrorCode.EVENT_INVALID, ErrorCode.RATE_LIMITED);
    }

    @Test
    void knowABoundedNumberOfPeople() {
        var accounts = new Accounts(100);
        for (var n = 0; n < 1_000; n++) {
            accounts.of("idle-" + n, now);
        }
        assertThat(accounts.size()).isLessThanOrEqualTo(101);

        for (var n = 0; n < 1_000; n++) {
            accounts.of("busy-" + n, now).take(Measure.MESSAGES, rate(1, 9), 9, now);
        }
        assertThat(accounts.size()).isLessThanOrEqualTo(101);
    }

    @Test
    void forgetThoseFirstWhoAreAsGoodAsNew() {
        var accounts = new Accounts(100);
        accounts.of("busy", now).take(Measure.MESSAGES, rate(1, 9), 9, now);
        for (var n = 0; n < 1_000; n++) {
            accounts.of("idle-" + n, now);
        }

        assertThat(accounts.of("busy", now).wait(Measure.MESSAGES, rate(1, 9), 1, now))
                .isPositive();
    }

    @Test
    void countNoLessWhenManyThreadsAskTogether() throws Exception {
        var quotas = quotas(ofPerson(new QuotaLimits.Asked(rate(1, 500), ENOUGH, ENOUGH, ENOUGH), ENOUGH));
        var passed = new AtomicInteger();
        var askers =
                IntStream.range(0, 4).mapToObj(n -> connection(user("ann", ""))).toList();
        var threads = askers.stream()
                .map(asker -> new Thread(() -> passed.addAndGet(passed(quotas, asker, publish(1), 400))))
                .toList();
        threads.forEach(Thread::start);
        for (var thread : threads) {
            thread.join(20_000);
        }

        // At most one too many for each other thread; they are counted.
        assertThat(passed.get()).isBetween(500, 503);
    }

    @Test
    void costNoMemoryForEachRequest() {
        var quotas = quotas(ofPerson(ENOUGH_OF_ALL, ENOUGH));
        var ann = connection(guest("guest-1", "192.0.2.1"));
        var request = publish(1);
        passed(quotas, ann, request, 20_000);

        // 10 bytes for each would be an object.
        Allocation.isInProportion(0, 0, () -> passed(quotas, ann, request, 10_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "100", "100/", "0/5", "5/0", "-1/5", "a/b", "1.5/3"})
    void areRefusedByNameWhenARateIsNone(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.of("herald.quota.messages", text))
                .withMessageContaining("herald.quota.messages");
    }
}
