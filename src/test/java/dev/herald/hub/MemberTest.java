package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.UnansweredException;
import dev.herald.testing.ObserverDiary;
import jakarta.json.Json;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What connections of several namespaces get, what they are excepted from, and how they go on. */
class MemberTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ROOM = new ChannelName("room");
    private static final ChannelName VIP = new ChannelName("vip");
    private static final ChannelName TYPING = new ChannelName("typing:room");
    private static final String SHOP = "/shop";
    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");

    private final ObserverDiary observers = new ObserverDiary();
    private final Log log = new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(10, 1_000_000, 100));
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of("typing:*"), List.of()),
            observers,
            new HubLimits(10, 3, 5),
            Clock.systemUTC(),
            Runnable::run);

    private void publish(ChannelName channel, String json, String... except) {
        await(hub.publish(new Draft(channel, "event", null, null, json, null, Set.of(except))));
    }

    private Position at(long offset) {
        return new Position(log.head(NEWS).epoch(), offset);
    }

    @Nested
    class Excepting {

        @Test
        void aConnectionLeavesOutThatOneOnly() {
            var tab = new TestClient(ANN).connect(hub);
            var phone = new TestClient(ANN).connect(hub);

            publish(NEWS, "1", tab.connection().id());
            publish(NEWS, "2");

            assertThat(tab.texts()).containsExactly("2");
            assertThat(phone.texts()).containsExactly("1", "2");
        }

        @Test
        void aChannelLeavesOutThoseWhoAreInIt() {
            var ann = new TestClient(ANN).connect(hub);
            var bob = new TestClient(BOB).connect(hub);
            ann.join(VIP);

            publish(NEWS, "1", "vip");
            ann.member().leave(VIP);
            publish(NEWS, "2", "vip");

            assertThat(ann.texts()).containsExactly("2");
            assertThat(bob.texts()).containsExactly("1", "2");
        }

        @Test
        void holdsForWhatIsInNoLog() {
            var ann = new TestClient(ANN).connect(hub);
            var bob = new TestClient(BOB).connect(hub);
            ann.join(TYPING);
            bob.join(TYPING);

            publish(TYPING, "1", ann.connection().id());

            assertThat(ann.texts()).isEmpty();
            assertThat(bob.texts()).containsExactly("1");
        }

        @Test
        void holdsForWhatIsSentAgain() {
            var earlier = new TestClient(ANN).connect(hub);
            earlier.member().disconnect("lost");
            publish(NEWS, "1", earlier.connection().id());
            publish(NEWS, "2", "vip");
            publish(NEWS, "3");

            var ann = new TestClient(earlier).resume(hub, Map.of(NEWS, at(0), VIP, log.head(VIP)));
            var bob = new TestClient(BOB).connect(hub);
            bob.join(NEWS, at(0));

            assertThat(ann.texts()).containsExactly("3");
            assertThat(bob.texts()).containsExactly("1", "2", "3");
        }

        @Test
        void breaksNoOrderAndCutsNobodyOff() {
            var ann = new TestClient(ANN).connect(hub);
            for (var n = 1; n <= 100; n++) {
                publish(NEWS, "" + n, n % 2 == 0 ? ann.connection().id() : "nobody");
            }

            assertThat(ann.texts()).hasSize(50).startsWith("1", "3").endsWith("97", "99");
            assertThat(ann.hasFallenBehind()).isFalse();
        }
    }

    @Nested
    class GoingOn {

        @Test
        void missesNothingInItsOwnRoomUnlessItIsTold() {
            var small = new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(10, 1_000_000, 1));
            var forgetful = new Hub(
                    small,
                    new ChannelKinds(List.of(), List.of()),
                    observers,
                    new HubLimits(10, 3, 5),
                    Clock.systemUTC(),
                    Runnable::run);
            var ann = new TestClient(ANN).connect(forgetful);
            var room = ann.member().room();
            forgetful.channelsOf("/", ann.connection().id());
            await(forgetful.publish(new Draft(room, "event", null, null, "1", null)));
            var here = small.head(room);
            ann.member().disconnect("lost");
            await(forgetful.publish(new Draft(room, "event", null, null, "2", null)));
            await(forgetful.publish(new Draft(VIP, "event", null, null, "3", null)));

            assertThatExceptionOfType(GapException.class)
                    .isThrownBy(() -> new TestClient(ann).resume(forgetful, Map.of(room, here)));

            var earlierLife = Map.of(room, new Position("another.0", 1));
            assertThat(new TestClient(ann)
                            .resume(forgetful, earlierLife)
                            .member()
                            .channels())
                    .contains(room);
        }

        @Test
        void bringsWhatWasMissedInEachChannelAndThenTheRest() {
            var earlier = new TestClient(ANN).connect(hub);
            earlier.join(ROOM);
            publish(NEWS, "1");
            publish(ROOM, "a");
            earlier.member().disconnect("lost");
            publish(NEWS, "2");
            publish(ROOM, "b");

            var ann = new TestClient(earlier)
                    .resume(
                            hub,
                            Map.of(NEWS, at(1), ROOM, at(1), earlier.member().privateChannel(), at(0)));
            publish(NEWS, "3");
            publish(ROOM, "c");

            assertThat(ann.texts(NEWS)).containsExactly("2", "3");
            assertThat(ann.texts(ROOM)).containsExactly("b", "c");
            assertThat(ann.member().places())
                    .isEqualTo(Map.of(NEWS, at(1), ROOM, at(1), ann.member().privateChannel(), at(0)));
            assertThat(hub.presence().people(ROOM)).containsExactly(ANN);
            assertThat(observers.events(Connected.class))
                    .extracting(Connected::recovered)
                    .containsExactly(false, true);
        }

        @Test
        void beginsTheOwnChannelsThatItWasNotIn() {
            var ann = new TestClient(ANN).resume(hub, Map.of());
            publish(NEWS, "1");

            assertThat(ann.texts()).containsExactly("1");
            assertThat(ann.member().channels()).hasSize(2);
        }

        @Test
        void needsNoPlaceInAChannelWithoutLog() {
            var ann = new TestClient(ANN).resume(hub, Map.of(TYPING, new Position("any", 7)));
            publish(TYPING, "1");

            assertThat(ann.texts()).containsExactly("1");
        }

        @ParameterizedTest
        @EnumSource(Replay.Reason.class)
        void leavesNothingBehindWhenMessagesAreMissing(Replay.Reason reason) {
            for (var n = 1; n <= 12; n++) {
                publish(NEWS, "" + n);
            }
            var since = switch (reason) {
                case EPOCH -> new Position("another", 1);
                case TRIMMED -> at(1);
                case AHEAD -> at(13);
                case LIMIT -> at(5);
            };
            var places = Map.of(ROOM, log.head(ROOM), NEWS, since, VIP, log.head(VIP));
            var client = new TestClient(ANN);

            assertThatExceptionOfType(GapException.class)
                    .isThrownBy(() -> hub.resume(client, places))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));

            assertThat(hub.presence().connections("/")).isEmpty();
            assertThat(hub.presence().people()).isEmpty();
            assertThat(hub.presence().people(NEWS)).isEmpty();
            assertThat(hub.presence().people(ROOM)).isEmpty();
            assertThat(hub.peer(client.connection().id())).isEmpty();
            assertThat(observers.events(Connected.class)).isEmpty();
            publish(NEWS, "13");
            assertThat(client.heard()).isEmpty();
        }

        @Test
        void isRefusedWhenThereAreAsManyConnectionsAsMayBe() {
            for (var n = 0; n < 10; n++) {
                new TestClient(ANN).connect(hub);
            }

            assertThatExceptionOfType(LimitException.class).isThrownBy(() -> hub.resume(new TestClient(BOB), Map.of()));
        }
    }

    @Nested
    class Namespaces {

        @Test
        void haveTheirOwnChannelAndNoneOfHeralds() {
            var shop = new TestClient(ANN, SHOP).connect(hub);

            publish(NEWS, "1");
            publish(ChannelName.ofUser("ann"), "2");
            publish(ChannelName.ofNamespace(SHOP), "3");
            publish(ChannelName.ofNamespace("/other"), "4");

            assertThat(shop.texts()).containsExactly("3");
            assertThat(shop.member().channels()).containsExactly(ChannelName.ofNamespace(SHOP));
        }

        @Test
        void areCountedEachForItself() {
            var main = new TestClient(ANN).connect(hub);
            var shop = new TestClient(ANN, SHOP).connect(hub);
            var bobs = new TestClient(BOB, SHOP).connect(hub);

            assertThat(observers.events(Connected.class))
                    .containsExactly(
                            new Connected(main.connection(), true, 1, main.member()),
                            new Connected(shop.connection(), true, 1, shop.member()),
                            new Connected(bobs.connection(), true, 2, bobs.member()));
            assertThat(hub.presence().people()).containsExactly(ANN);
            assertThat(hub.presence().isOnline("bob")).isFalse();
            assertThat(hub.presence().countPeople()).isOne();

            main.member().disconnect("closed");
            assertThat(observers.events(Disconnected.class))
                    .containsExactly(new Disconnected(
                            main.connection(), "closed", Set.of(NEWS, ChannelName.ofUser("ann")), true));
            assertThat(hub.presence().isOnline("ann")).isFalse();
            assertThat(hub.presence().connections(SHOP)).hasSize(2);
        }

        @Test
        void haveRoomsThatAreJoinedByTheirName() {
            var ann = new TestClient(ANN, SHOP).connect(hub);
            var bob = new TestClient(BOB).connect(hub);

            assertThat(ann.member().join("vip")).isTrue();
            assertThat(ann.member().isIn("vip")).isTrue();
            bob.member().join("vip");
            publish(ChannelName.ofRoom(SHOP, "vip"), "1");

            assertThat(ann.texts()).containsExactly("1");
            assertThat(bob.texts()).isEmpty();
            assertThat(ann.member().leave("vip")).isTrue();
            assertThat(observers.events(Joined.class)).hasSize(2);
            assertThat(observers.events(Left.class)).hasSize(1);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {"/ | vip | a.2c:b", "/shop | vip | Jürgen, 名前 😀"})
        void haveRoomsWhoseNamesAreToldAsTheyWereGiven(String namespace, String one, String other) {
            var member = new TestClient(ANN, namespace).connect(hub).member();
            hub.channelsOf(namespace, member.connection().id());
            member.join(one);
            member.join(other);
            member.leave(one);
            assertThat(member.rooms()).containsExactly(other);
            member.disconnect("closed");

            assertThat(observers.events(Joined.class))
                    .extracting(Joined::room)
                    .containsExactly(Optional.of(one), Optional.of(other));
            assertThat(observers.events(Left.class)).extracting(Left::room).containsExactly(Optional.of(one));
            assertThat(observers.events(Disconnected.class))
                    .extracting(Disconnected::rooms)
                    .containsExactly(Set.of(other));
            assertThat(member.rooms()).isEmpty();
        }
    }

    @Nested
    class Ended {

        @Test
        void membersDoNothing() {
            var client = new TestClient(ANN).connect(hub);
            var member = client.member();
            member.join("room");
            member.disconnect("closed");
            var before = observers.events();

            assertThat(member.join("other")).isFalse();
            assertThat(member.join("room")).isFalse();
            assertThat(member.leave("room")).isFalse();
            assertThat(member.leave("news")).isFalse();
            assertThat(member.isIn("room")).isFalse();
            assertThat(member.channels()).isEmpty();
            assertThat(member.places()).isEmpty();
            member.resume();
            member.disconnect();
            member.close();

            assertThat(observers.events()).isEqualTo(before);
            assertThat(hub.presence().people(new ChannelName("other"))).isEmpty();
        }
    }

    @Test
    void clientsOfOtherProtocolsAnswerNothing() {
        var member = new TestClient(ANN).connect(hub).member();

        assertThat(member.ask(Duration.ofSeconds(1), "question", Json.createValue(1))
                        .toCompletableFuture())
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(UnansweredException.class);
    }

    @Test
    void beansSendOnlyWhatClientsCanRead() {
        var member = new TestClient(ANN).connect(hub).member();

        assertThatIllegalArgumentException().isThrownBy(() -> member.send("connect", "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> member.send("a", "{"));
        assertThatIllegalArgumentException().isThrownBy(() -> member.sendIfIdle("a", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> member.request("a", "[".repeat(100), Duration.ZERO));
    }

    @Test
    void nobodyJoinsMoreRoomsThanMayBe() {
        var member = new TestClient(ANN).connect(hub).member();
        member.join("1");
        member.join("2");
        member.join("3");

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> member.join("4"));
        assertThat(member.join("3")).isFalse();
        assertThat(member.channels()).hasSize(5);
    }
}
