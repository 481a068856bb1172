package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Joined;
import dev.herald.api.Position;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class JoiningTest extends HubFixture {

    @Test
    void beginsAtTheHead() {
        publish(ROOM, "before");
        var client = new TestClient(BOB).connect(hub);

        var start = client.join(ROOM);
        publish(ROOM, "after");

        assertThat(start).isEqualTo(new Subscription.Outcome(false, null, at(ROOM, 1)));
        assertThat(client.texts()).containsExactly("after");
    }

    @Test
    void recoversEveryMessageAfterThePosition() {
        publish(ROOM, 1, 10);
        var client = new TestClient(BOB).connect(hub);

        var start = client.join(ROOM, at(ROOM, 4));
        publish(ROOM, 11, 12);

        assertThat(start).isEqualTo(new Subscription.Outcome(true, null, at(ROOM, 10)));
        assertThat(client.texts()).containsExactlyElementsOf(texts(5, 12));
    }

    @Test
    void recoversFromTheVeryBeginningAndFromTheHead() {
        publish(ROOM, 1, 3);
        var first = new TestClient(BOB).connect(hub);
        var last = new TestClient(BOB).connect(hub);

        assertThat(first.join(ROOM, at(ROOM, 0)).recovered()).isTrue();
        assertThat(last.join(ROOM, at(ROOM, 3)).recovered()).isTrue();
        publish(ROOM, "4");

        assertThat(first.texts()).containsExactly("1", "2", "3", "4");
        assertThat(last.texts()).containsExactly("4");
    }

    @Test
    void saysThatThePositionIsOfAnotherEpoch() {
        assertNotRecovered(new Position("another", 1), Replay.Reason.EPOCH, 2);
    }

    @Test
    void saysThatThePositionIsAhead() {
        assertNotRecovered(at(ROOM, 3), Replay.Reason.AHEAD, 2);
    }

    @Test
    void saysThatMessagesAreForgotten() {
        assertNotRecovered(at(ROOM, 1), Replay.Reason.TRIMMED, KEPT + 2);
    }

    @Test
    void saysThatItIsTooMuchToSendAgain() {
        assertNotRecovered(at(ROOM, 1), Replay.Reason.LIMIT, REPLAYED + 2);
    }

    private void assertNotRecovered(Position since, Replay.Reason reason, int published) {
        publish(ROOM, 1, published);
        var client = new TestClient(BOB).connect(hub);

        var start = client.join(ROOM, since);
        publish(ROOM, "next");

        assertThat(start).isEqualTo(new Subscription.Outcome(false, reason, at(ROOM, published)));
        assertThat(client.texts()).containsExactly("next");
    }

    @Test
    void sendsAsMuchAgainAsTheLimitAllows() {
        publish(ROOM, 1, REPLAYED + 1);
        var client = new TestClient(BOB).connect(hub);

        assertThat(client.join(ROOM, at(ROOM, 1)).recovered()).isTrue();

        assertThat(client.texts()).containsExactlyElementsOf(texts(2, REPLAYED + 1));
    }

    @Test
    void letsNothingComeBeforeTheStart() {
        var client = new TestClient(BOB);
        var member = client.admit(hub);
        publish(NEWS, "1");
        tell(ANN, BOB, "2", null);
        member.resume();
        assertThat(client.heard()).isEmpty();
        assertThat(member.waiting())
                .extracting(Subscription::channel)
                .containsExactlyInAnyOrder(NEWS, ChannelName.ofUser("bob"));

        member.waiting().forEach(one -> one.start(started -> true));

        assertThat(client.texts()).containsExactlyInAnyOrder("1", "2");
        assertThat(member.waiting()).isEmpty();
    }

    @Test
    void announcesItselfBeforeTheFirstMessageAndOnce() {
        publish(ROOM, 1, 3);
        var client = new TestClient(BOB).connect(hub);
        var subscription = client.member().join(ROOM, at(ROOM, 1)).orElseThrow();
        var heardBefore = new ArrayList<List<String>>();

        for (var n = 0; n < 2; n++) {
            subscription.start(started -> {
                assertThat(started).isSameAs(subscription);
                publish(ROOM, "4");
                heardBefore.add(client.texts());
                return true;
            });
        }

        assertThat(heardBefore).containsExactly(List.of());
        assertThat(client.texts()).containsExactly("2", "3", "4");
    }

    @Test
    void announcesItselfBeforeTheFirstMessageEvenIfTheQueueHasRoomAgainMeanwhile() throws Exception {
        publish(ROOM, 1, 3);
        var client = new TestClient(BOB).connect(hub);
        var subscription = client.member().join(ROOM, at(ROOM, 1)).orElseThrow();
        var heardBefore = new ArrayList<String>();
        var resuming = new Thread(client.member()::resume);

        subscription.start(started -> {
            resuming.start();
            Awaitility.await().until(() -> resuming.getState() == Thread.State.BLOCKED || !resuming.isAlive());
            heardBefore.addAll(client.texts());
            return true;
        });
        resuming.join();

        assertThat(heardBefore).isEmpty();
        assertThat(client.texts()).containsExactly("2", "3");
    }

    @Test
    void cutsOffWhoHasNoRoomForTheAnnouncement() {
        publish(ROOM, "1");
        var client = new TestClient(BOB).connect(hub);
        var subscription = client.member().join(ROOM, at(ROOM, 0)).orElseThrow();

        subscription.start(started -> false);
        publish(ROOM, "2");

        assertThat(client.hasFallenBehind()).isTrue();
        assertThat(client.texts()).isEmpty();
    }

    @Test
    void missesNoMessageThatComesWhileTheChannelIsOpened() {
        var beginning = log.head(ROOM);
        var client = new TestClient(BOB).connect(hub);
        log.afterNextHead(() -> publish(ROOM, "1"));

        var start = client.join(ROOM, beginning);

        assertThat(start.recovered()).isTrue();
        assertThat(client.texts()).containsExactly("1");
    }

    @Test
    void missesNoMessageThatComesBetweenJoiningAndStarting() {
        publish(ROOM, "1");
        var client = new TestClient(BOB).connect(hub);
        var subscription = client.member().join(ROOM, at(ROOM, 0)).orElseThrow();
        publish(ROOM, 2, 200);

        subscription.start(started -> true);

        assertThat(client.hasFallenBehind()).as("more than is kept").isTrue();
        assertThat(client.texts()).isEmpty();
    }

    @Test
    void seesToItThatNothingIsMissedWhileItReadsTheLog() {
        publish(ROOM, 1, 10);
        var other = new TestClient(CID).connect(hub);
        other.join(ROOM);
        var client = new TestClient(BOB).connect(hub);
        var subscription = client.member().join(ROOM, at(ROOM, 0)).orElseThrow();
        log.afterNextSince(() -> publish(ROOM, 11, 12));

        subscription.start(started -> true);
        publish(ROOM, "13");

        assertThat(client.texts()).containsExactlyElementsOf(texts(1, 13));
        assertThat(other.texts()).containsExactly("11", "12", "13");
    }

    @Test
    void againStartsOver() {
        var client = new TestClient(BOB).connect(hub);
        client.join(ROOM);
        publish(ROOM, 1, 3);

        var start = client.join(ROOM, at(ROOM, 1));
        publish(ROOM, "4");

        assertThat(start.recovered()).isTrue();
        assertThat(client.texts()).containsExactly("1", "2", "3", "2", "3", "4");
    }

    @Test
    void againEndsWhatWasBefore() {
        var client = new TestClient(BOB).connect(hub);
        client.join(ROOM);
        var second = client.member().join(ROOM, at(ROOM, 0)).orElseThrow();

        publish(ROOM, 1, 2);
        assertThat(client.texts()).isEmpty();
        second.start(started -> true);

        assertThat(client.texts()).containsExactly("1", "2");
    }

    @Test
    void newsAgainRecoversTheNews() {
        publish(NEWS, 1, 3);
        var client = new TestClient(BOB);
        client.admit(hub);

        assertThat(client.join(NEWS, at(NEWS, 1)).recovered()).isTrue();

        assertThat(client.texts()).containsExactly("2", "3");
    }

    @Test
    void endsWithLeaving() {
        var client = new TestClient(BOB).connect(hub);
        client.join(ROOM);
        publish(ROOM, "1");

        assertThat(client.member().leave(ROOM)).isTrue();
        publish(ROOM, "2");

        assertThat(client.member().leave(ROOM)).isFalse();
        assertThat(client.texts()).containsExactly("1");
        assertThat(hub.presence().people(ROOM)).isEmpty();
    }

    @Test
    void startedAfterLeavingBringsNothing() {
        var client = new TestClient(BOB).connect(hub);
        var subscription = client.member().join(ROOM, at(ROOM, 0)).orElseThrow();
        publish(ROOM, "1");
        client.member().leave(ROOM);

        subscription.start(started -> true);
        publish(ROOM, "2");

        assertThat(client.texts()).isEmpty();
    }

    @Test
    void thatHasEndedCostsNothingMore() {
        new TestClient(ANN).connect(hub).join(ROOM);
        var left = new TestClient(BOB).connect(hub);
        left.join(ROOM);
        left.member().leave(ROOM);
        var never = new TestClient(CID).connect(hub);
        var subscription = never.member().join(ROOM, null).orElseThrow();
        never.member().leave(ROOM);
        subscription.start(started -> true);
        var flushes = left.flushes() + never.flushes();

        publish(ROOM, 1, 3);

        assertThat(left.flushes() + never.flushes()).isEqualTo(flushes);
    }

    @Test
    void readsTheLogOnlyForWhatWasNotJustHandedOut() {
        var client = new TestClient(BOB).connect(hub);
        var subscription = client.member().join(ROOM, null).orElseThrow();
        publish(ROOM, 1, 3);
        var replays = log.replays();

        subscription.start(started -> true);

        assertThat(client.texts()).containsExactly("1", "2", "3");
        assertThat(log.replays()).isEqualTo(replays);
    }

    @Test
    void isLimitedInChannels() {
        var client = new TestClient(BOB).connect(hub);
        client.join(ROOM);
        client.join(new ChannelName("second"));

        assertThatExceptionOfType(LimitException.class).isThrownBy(() -> client.join(new ChannelName("third")));
        client.join(ROOM);
        client.join(NEWS);
        client.member().leave(ROOM);
        client.join(new ChannelName("third"));

        assertThat(hub.presence().people(new ChannelName("third"))).containsExactly(BOB);
    }

    @Test
    void thatFailsChangesNothing() {
        var client = new TestClient(BOB).connect(hub);
        log.cannotRead(channel -> channel.equals(ROOM));

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> client.join(ROOM));
        log.cannotRead(channel -> false);

        assertThat(hub.presence().people(ROOM)).isEmpty();
        assertThat(client.member().leave(ROOM)).isFalse();
        assertThat(observers.events(Joined.class)).isEmpty();
    }
}
