package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static dev.herald.hub.LogContract.inThreads;
import static dev.herald.hub.LogContract.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Envelope;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Person;
import dev.herald.api.Published;
import dev.herald.api.Received;
import dev.herald.api.RefusedException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ConnectionsTest extends HubFixture {
    @Nested
    class Connections {

        @Test
        void areLimited() {
            hub = hub(new MemoryLog.Bounds(KEPT, 1_000_000, 100), new HubLimits(2, 2, REPLAYED));
            var ann = new TestClient(ANN).connect(hub);
            new TestClient(BOB).connect(hub);

            assertThatExceptionOfType(LimitException.class).isThrownBy(() -> new TestClient(CID).connect(hub));
            assertThat(hub.presence().people()).containsExactly(ANN, BOB);
            assertThat(observers.events(Connected.class)).hasSize(2);

            ann.member().disconnect("closed");
            new TestClient(CID).connect(hub);
            assertThat(hub.presence().people()).containsExactly(BOB, CID);
        }

        @Test
        void getNothingMoreOnceTheyAreGone() {
            var client = new TestClient(BOB).connect(hub);
            client.join(ROOM);
            var member = client.member();

            member.disconnect("closed by the client");
            publish(NEWS, "1");
            publish(ROOM, "2");
            tell(ANN, BOB, "3", null);
            member.resume();

            assertThat(client.heard()).isEmpty();
            assertThat(hub.presence().connections("/")).isEmpty();
            assertThat(hub.presence().people(ROOM)).isEmpty();
            assertThat(hub.presence().people(NEWS)).isEmpty();
        }

        @Test
        void doNothingOnceTheyAreGone() {
            var member = new TestClient(BOB).admit(hub);
            member.disconnect("first");
            var before = observers.events();

            member.disconnect("second");
            assertThat(member.join(ROOM, null)).isEmpty();
            assertThat(member.leave(NEWS)).isFalse();
            assertThat(member.waiting()).isEmpty();

            assertThat(observers.events()).isEqualTo(before);
            assertThat(hub.presence().people(ROOM)).isEmpty();
        }

        @Test
        void doNothingOnceTheyAreGoneEvenIfTheObserversAreBehind() {
            var member = new TestClient(BOB).admit(hub);
            member.disconnect("first");
            observers.behind = true;

            assertThat(member.join(ROOM, null)).isEmpty();
        }

        @Test
        void areNotPresentWhenTheyCannotBeAdmitted() {
            log.cannotRead(channel -> channel.isPrivate());

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> new TestClient(BOB).admit(hub));

            assertThat(hub.presence().connections("/")).isEmpty();
            assertThat(hub.presence().countPeople()).isZero();
            assertThat(observers.events()).isEmpty();
        }

        @Test
        void areInNoChannelWhenTheyCannotBeAdmitted() {
            log.cannotRead(channel -> channel.isPrivate());

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> new TestClient(BOB).admit(hub));

            assertThat(hub.presence().people(NEWS)).isEmpty();
        }

        @Test
        void areAdmittedForEveryPersonThereCanBe() {
            var longest = new Person("x".repeat(Person.MAX_ID), "X");
            var foreign = new Person("\u4f60".repeat(Person.MAX_ID), "X");

            new TestClient(longest).connect(hub);
            new TestClient(foreign).connect(hub);

            assertThat(hub.presence().people()).containsExactly(longest, foreign);
        }
    }

    @Nested
    class Events {

        @Test
        void tellALifeInItsOrder() {
            var client = new TestClient(BOB).connect(hub);
            var connection = client.connection();
            client.join(ROOM);
            await(hub.receive(client.member(), new Draft(ROOM, "data", BOB, null, "1", null)));
            client.member().leave(ROOM);
            client.member().disconnect("closed by the client");

            assertThat(observers.events())
                    .containsExactly(
                            new Connected(connection, true, 1, client.member()),
                            new Joined(connection, ROOM),
                            new Published(new Envelope(ROOM, at(ROOM, 1), "data", BOB, null, NOW, "1")),
                            new Received(connection, "data", ROOM, null, "1", client.member(), Answer.NONE),
                            new Left(connection, ROOM),
                            new Disconnected(
                                    connection, "closed by the client", Set.of(NEWS, ChannelName.ofUser("bob")), true));
        }

        @Test
        void tellJoiningOnceAndNotForTheOwnChannels() {
            var client = new TestClient(BOB).connect(hub);
            client.join(NEWS, at(NEWS, 0));
            client.join(client.member().privateChannel());
            client.join(ROOM);
            client.join(ROOM);

            assertThat(observers.events(Joined.class)).containsExactly(new Joined(client.connection(), ROOM));
            assertThat(observers.events(Left.class)).isEmpty();
        }

        @Test
        void tellOfARepeatNothing() {
            var client = new TestClient(BOB).connect(hub);
            var draft = new Draft(NEWS, "news", BOB, null, "1", "id-1");

            var first = await(hub.receive(client.member(), draft));
            var repeat = await(hub.receive(client.member(), draft));

            assertThat(first.duplicate()).isFalse();
            assertThat(repeat.duplicate()).isTrue();
            assertThat(observers.events(Received.class)).hasSize(1);
            assertThat(observers.events(Published.class)).hasSize(1);
        }

        @Test
        void tellOfARefusedMessageNothing() {
            var client = new TestClient(BOB).connect(hub);
            log.refuses(draft -> true);

            assertThat(refusal(hub.receive(client.member(), draft(NEWS, "1"))))
                    .isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);

            assertThat(observers.events(Received.class)).isEmpty();
        }

        @Test
        void thatNobodyKeepsUpWithRefuseClientsButNotTheApplication() {
            var client = new TestClient(BOB).connect(hub);
            observers.behind = true;

            assertThat(refusal(hub.receive(client.member(), draft(NEWS, "refused"))))
                    .isEqualTo(RefusedException.Reason.OVERLOADED);
            assertOverloaded(() -> new TestClient(ANN).connect(hub));
            assertOverloaded(() -> client.join(ROOM));
            publish(NEWS, "1");

            assertThat(client.texts()).containsExactly("1");
            assertThat(hub.presence().people()).containsExactly(BOB);
            assertThat(hub.presence().people(ROOM)).isEmpty();
            assertThat(observers.events())
                    .containsExactly(new Connected(client.connection(), true, 1, client.member()));

            observers.behind = false;
            await(hub.receive(client.member(), draft(NEWS, "2")));
            assertThat(observers.events(Published.class)).hasSize(1);
            assertThat(observers.events(Received.class)).hasSize(1);
        }

        @Test
        void thatNobodyKeepsUpWithStillTellWhoLeaves() {
            var client = new TestClient(BOB).connect(hub);
            client.join(ROOM);
            observers.behind = true;

            client.member().leave(ROOM);
            client.member().disconnect("closed");

            assertThat(observers.events(Left.class)).hasSize(1);
            assertThat(observers.events(Disconnected.class)).hasSize(1);
        }

        private void assertOverloaded(Runnable what) {
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(what::run)
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.OVERLOADED));
        }

        @Test
        void tellWhatWasPublishedInTheChannelsOrder() {
            new TestClient(BOB).connect(hub);
            log.hold();
            var first = hub.publish(draft(NEWS, "1"));
            var second = hub.publish(draft(NEWS, "2"));

            log.acknowledge(1);
            log.acknowledge(0);
            await(first);
            await(second);

            assertThat(observers.events(Published.class))
                    .extracting(published -> published.message().json())
                    .containsExactly("1", "2");
        }

        @Test
        void tellJoiningBeforeTheEndEvenIfBothHappenAtOnce() throws Exception {
            hub = hub(new MemoryLog.Bounds(KEPT, 1_000_000, 100), new HubLimits(300, 2, REPLAYED));
            var members = IntStream.range(0, 300)
                    .mapToObj(n -> new TestClient(BOB).connect(hub).member())
                    .toList();

            var arrivals = new AtomicInteger();
            inThreads(2, thread -> {
                for (var n = 0; n < members.size(); n++) {
                    arrivals.incrementAndGet();
                    while (arrivals.get() < 2 * (n + 1)) {
                        Thread.onSpinWait();
                    }
                    if (thread == 0) {
                        var unused = members.get(n).join(ROOM, null);
                    } else {
                        members.get(n).disconnect("closed");
                    }
                }
                return true;
            });

            var gone = new HashSet<Connection>();
            for (var event : observers.events()) {
                if (event instanceof Disconnected end) {
                    gone.add(end.connection());
                } else if (event instanceof Joined joined) {
                    assertThat(gone).doesNotContain(joined.connection());
                }
            }
        }
    }
}
