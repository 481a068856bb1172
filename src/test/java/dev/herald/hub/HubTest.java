package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static dev.herald.hub.LogContract.inThreads;
import static dev.herald.hub.LogContract.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.Answer;
import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Envelope;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.Published;
import dev.herald.api.Receipt;
import dev.herald.api.Received;
import dev.herald.api.RefusedException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HubTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ROOM = new ChannelName("room");
    private static final ChannelName TYPING = new ChannelName("typing:room");
    private static final Person ANN = new Person("ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");
    private static final Person CID = new Person("cid", "Cid");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789123Z"), ZoneOffset.UTC);
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06.789Z");
    private static final int REPLAYED = 20;
    private static final int KEPT = 50;

    private final ObserverDiary observers = new ObserverDiary();
    private UnrulyLog log;
    private Hub hub = hub(new MemoryLog.Bounds(KEPT, 1_000_000, 100), new HubLimits(100, 2, REPLAYED));

    private Hub hub(MemoryLog.Bounds bounds, HubLimits limits) {
        log = new UnrulyLog(new MemoryLog("life", CLOCK, bounds));
        return new Hub(log, new ChannelKinds(List.of("typing:*"), List.of()), observers, limits, CLOCK, Runnable::run);
    }

    @Nested
    class Publishing {

        @Test
        void isAnsweredWithTheMessagesPlaceAndWhatThatPromises() {
            var first = publish(NEWS, "1");
            var second = publish(NEWS, "2");

            assertThat(first).isEqualTo(new Receipt(NEWS, at(NEWS, 1), false, ChannelKind.MEMORY));
            assertThat(second).isEqualTo(new Receipt(NEWS, at(NEWS, 2), false, ChannelKind.MEMORY));
            assertThat(hub.latest(NEWS, 10)).extracting(Envelope::json).containsExactly("1", "2");
        }

        @Test
        void isAnsweredWithTheFirstPlaceWhenItIsRepeatedAndHeardOnce() {
            var client = new TestClient(BOB).connect(hub);
            var draft = new Draft(NEWS, "news", ANN, null, "1", "id-1");
            await(hub.publish(draft));

            var repeat = await(hub.publish(draft));

            assertThat(repeat).isEqualTo(new Receipt(NEWS, at(NEWS, 1), true, ChannelKind.MEMORY));
            assertThat(client.texts()).containsExactly("1");
            assertThat(observers.events(Published.class)).hasSize(1);
        }

        @Test
        void reachesEveryoneWithItsRepeatWhenNobodyKnewThatItWasCommitted() {
            var client = new TestClient(BOB).connect(hub);
            var draft = new Draft(NEWS, "news", ANN, null, "1", "id-1");
            log.concealsThatItTook(it -> true);
            assertThat(refusal(hub.publish(draft))).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);
            assertThat(client.texts()).isEmpty();
            log.concealsThatItTook(it -> false);

            var repeat = await(hub.publish(draft));

            assertThat(repeat).isEqualTo(new Receipt(NEWS, at(NEWS, 1), true, ChannelKind.MEMORY));
            assertThat(client.texts()).containsExactly("1");
            assertThat(observers.events(Published.class)).hasSize(1);
        }

        @Test
        void isRefusedWhenTheIdWasUsedForOtherContents() {
            var client = new TestClient(BOB).connect(hub);
            await(hub.publish(new Draft(NEWS, "news", ANN, null, "1", "id-1")));

            assertThat(refusal(hub.publish(new Draft(NEWS, "news", ANN, null, "2", "id-1"))))
                    .isEqualTo(RefusedException.Reason.ID_REUSED);

            assertThat(client.texts()).containsExactly("1");
        }

        @Test
        void reachesNobodyBeforeItIsCommitted() {
            var client = new TestClient(BOB).connect(hub);
            log.refuses(draft -> true);

            assertThat(refusal(hub.publish(draft(NEWS, "1")))).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE);

            assertThat(client.texts()).isEmpty();
            assertThat(observers.events(Published.class)).isEmpty();
        }

        @Test
        void ofNewsReachesEveryoneTheSenderToo() {
            var everyone = IntStream.range(0, 10)
                    .mapToObj(n -> new TestClient(n == 0 ? ANN : new Person("p" + n, "P")).connect(hub))
                    .toList();

            publish(NEWS, "1");
            publish(NEWS, "2");

            assertThat(everyone).allSatisfy(client -> assertThat(client.texts()).containsExactly("1", "2"));
            assertThat(everyone.get(9).heard().get(0))
                    .isEqualTo(new Envelope(NEWS, at(NEWS, 1), "event", ANN, null, NOW, "1"));
        }

        @Test
        void toAChannelReachesThoseWhoJoinedItOnly() {
            var ann = new TestClient(ANN).connect(hub);
            var bob = new TestClient(BOB).connect(hub);
            ann.join(ROOM);

            publish(ROOM, "1");

            assertThat(ann.texts()).containsExactly("1");
            assertThat(bob.texts()).isEmpty();
        }

        @Test
        void toAnEmptyChannelIsKeptForThoseWhoCome() {
            var beginning = log.head(ROOM);
            publish(ROOM, "1");

            var client = new TestClient(BOB).connect(hub);
            var start = client.join(ROOM, beginning);

            assertThat(start.recovered()).isTrue();
            assertThat(client.texts()).containsExactly("1");
        }

        @Test
        void handsOutTheLogsOrderHoweverTheCommitsAreAcknowledged() {
            var client = new TestClient(BOB).connect(hub);
            log.hold();
            var stages = IntStream.rangeClosed(1, 4)
                    .mapToObj(n -> hub.publish(draft(NEWS, "" + n)))
                    .toList();

            log.acknowledge(2);
            assertThat(client.texts()).startsWith("1", "2", "3");
            log.acknowledge(0);
            log.acknowledge(3);
            log.acknowledge(1);

            assertThat(client.texts()).containsExactly("1", "2", "3", "4");
            stages.forEach(LogContract::await);
        }

        @Test
        void handsOutMoreThanAPageThatIsMissing() {
            hub = hub(new MemoryLog.Bounds(1_000, 1_000_000, 100), new HubLimits(100, 2, REPLAYED));
            var client = new TestClient(BOB).connect(hub);
            var missing = 3 * Channel.PAGE;
            log.hold();
            for (var n = 1; n <= missing; n++) {
                var unused = hub.publish(draft(NEWS, "" + n));
            }

            log.acknowledge(missing - 1);

            assertThat(client.texts()).containsExactlyElementsOf(texts(1, missing));
        }

        @Test
        void tellsTheLossWhenMessagesAreForgottenBeforeTheyAreHandedOut() {
            var client = new TestClient(BOB).connect(hub);
            log.hold();
            for (var n = 1; n <= KEPT + 2; n++) {
                var unused = hub.publish(draft(NEWS, "" + n));
            }

            log.acknowledge(KEPT + 1);

            assertThat(client.texts()).isEmpty();
            assertThat(client.hasFallenBehind()).isTrue();
        }
    }

    @Nested
    class PrivateMessages {

        @Test
        void reachAllConnectionsOfTheirPersonAndNobodyElse() {
            var tab = new TestClient(BOB).connect(hub);
            var phone = new TestClient(BOB).connect(hub);
            var other = new TestClient(CID).connect(hub);

            tell(ANN, BOB, "psst", null);

            assertThat(List.of(tab, phone))
                    .allSatisfy(client -> assertThat(client.heard())
                            .singleElement()
                            .isEqualTo(new Envelope(
                                    ChannelName.ofUser("bob"),
                                    at(ChannelName.ofUser("bob"), 1),
                                    "private",
                                    ANN,
                                    "bob",
                                    NOW,
                                    "psst")));
            assertThat(other.heard()).isEmpty();
        }

        @Test
        void showTheSendersOtherConnectionsWhatWasSent() {
            var tab = new TestClient(ANN).connect(hub);
            var phone = new TestClient(ANN).connect(hub);

            tell(ANN, BOB, "psst", "id-1");

            var mine = ChannelName.ofUser("ann");
            assertThat(List.of(tab, phone))
                    .allSatisfy(client -> assertThat(client.heard())
                            .containsExactly(new Envelope(mine, at(mine, 1), "sent", ANN, "bob", NOW, "psst")));
        }

        @Test
        void showTheirCopyOnceHoweverOftenTheyAreRepeated() {
            var ann = new TestClient(ANN).connect(hub);
            var bob = new TestClient(BOB).connect(hub);

            var first = tell(ANN, BOB, "psst", "id-1");
            var repeat = tell(ANN, BOB, "psst", "id-1");

            assertThat(first.duplicate()).isFalse();
            assertThat(repeat.duplicate()).isTrue();
            assertThat(repeat.position()).isEqualTo(first.position());
            assertThat(ann.events()).containsExactly("sent");
            assertThat(bob.events()).containsExactly("private");
        }

        @Test
        void toOneselfHaveNoCopy() {
            var ann = new TestClient(ANN).connect(hub);

            tell(ANN, ANN, "note", "id-1");

            assertThat(ann.events()).containsExactly("private");
        }

        @Test
        void ofTheApplicationHaveNoCopy() {
            tell(null, BOB, "hello", null);

            assertThat(observers.events(Published.class))
                    .extracting(published -> published.message().event())
                    .containsExactly("private");
        }

        @Test
        void makeUpForACopyThatFailedWhenTheyAreRepeated() {
            var ann = new TestClient(ANN).connect(hub);
            log.refuses(draft -> draft.event().equals("sent"));
            var unused = hub.publish(privately(ANN, BOB, "psst", "id-1"));
            log.refuses(draft -> false);

            tell(ANN, BOB, "psst", "id-1");

            assertThat(ann.events()).containsExactly("sent");
        }

        @Test
        void areNotRefusedOnceTheyAreDelivered() {
            var bob = new TestClient(BOB).connect(hub);
            log.refuses(draft -> draft.event().equals("sent"));

            var answer = hub.publish(privately(ANN, BOB, "psst", "id-1")).toCompletableFuture();

            assertThat(bob.texts()).containsExactly("psst");
            assertThat(answer.isCompletedExceptionally())
                    .as("refused although it is in the log")
                    .isFalse();
        }

        @Test
        void areReceivedEvenIfTheirCopyFailedAtFirst() {
            var ann = new TestClient(ANN).connect(hub);
            var draft = privately(ANN, BOB, "psst", "id-1");
            log.refuses(one -> one.event().equals("sent"));
            var unused = hub.receive(ann.member(), draft);
            log.refuses(one -> false);

            await(hub.receive(ann.member(), draft));

            assertThat(observers.events(Received.class)).hasSize(1);
        }

        @Test
        void mayHaveAnyIdForAnyRecipient() {
            var ann = new TestClient(ANN).connect(hub);

            tell(ANN, new Person("b:1", "B"), "x", "2");
            tell(ANN, new Person("b", "B"), "x", "1:2");

            assertThat(ann.events()).containsExactly("sent", "sent");
        }

        @Test
        void areNotMistakenForWhatTheirSenderPublished() {
            var ann = new TestClient(ANN).connect(hub);

            tell(ANN, ANN, "note", "sent:bob:1");
            tell(ANN, BOB, "psst", "1");

            assertThat(ann.events()).containsExactly("private", "sent");
        }

        @Test
        void waitForTheirPerson() {
            var mine = ChannelName.ofUser("bob");
            var beginning = log.head(mine);
            tell(ANN, BOB, "psst", null);

            var bob = new TestClient(BOB);
            bob.admit(hub);
            var start = bob.join(mine, beginning);

            assertThat(start.recovered()).isTrue();
            assertThat(bob.texts()).containsExactly("psst");
        }
    }

    private boolean send(String connectionId, String event, String json) {
        return hub.peer(connectionId).map(peer -> peer.send(event, json)).orElse(false);
    }

    @Nested
    class SendingToOneConnection {

        @Test
        void reachesThatConnectionOnlyAndNoLog() {
            var tab = new TestClient(BOB).connect(hub);
            var phone = new TestClient(BOB).connect(hub);

            assertThat(send(tab.connection().id(), "hint", "1")).isTrue();

            assertThat(tab.heard()).containsExactly(new Envelope(null, null, "hint", null, null, NOW, "1"));
            assertThat(phone.heard()).isEmpty();
            assertThat(observers.events(Published.class)).isEmpty();
        }

        @Test
        void saysSoWhenThereIsNoSuchConnectionOrItTakesNoMore() {
            var full = new TestClient(BOB, 1).connect(hub);
            full.stopReading();
            var gone = new TestClient(BOB).connect(hub);
            gone.member().disconnect("gone");

            assertThat(send("nobody", "hint", "1")).isFalse();
            assertThat(send(gone.connection().id(), "hint", "1")).isFalse();
            assertThat(send(full.connection().id(), "hint", "1")).isTrue();
            assertThat(send(full.connection().id(), "hint", "2")).isFalse();
            assertThat(full.hasFallenBehind()).isFalse();
            assertThat(gone.heard()).isEmpty();
        }
    }

    @Nested
    class VolatileChannels {

        @Test
        void haveNoPlacesAndNoLog() {
            var client = new TestClient(BOB).connect(hub);
            client.join(TYPING);

            var receipt = publish(TYPING, "1");

            assertThat(receipt).isEqualTo(new Receipt(TYPING, null, false, ChannelKind.VOLATILE));
            assertThat(client.heard()).containsExactly(new Envelope(TYPING, null, "event", ANN, null, NOW, "1"));
            assertThat(hub.latest(TYPING, 10)).isEmpty();
            assertThat(observers.events(Published.class)).hasSize(1);
        }

        @Test
        void skipWhoHasNoRoomWithoutClosingThem() {
            var slow = new TestClient(BOB, 2).connect(hub);
            slow.join(TYPING);
            slow.stopReading();

            for (var n = 1; n <= 5; n++) {
                publish(TYPING, "" + n);
            }
            slow.read();
            publish(TYPING, "6");

            assertThat(slow.texts()).containsExactly("1", "2", "6");
            assertThat(slow.hasFallenBehind()).isFalse();
        }

        @Test
        void neverClaimThatNothingWasMissed() {
            var client = new TestClient(BOB).connect(hub);
            var before = client.join(TYPING).head();
            client.member().leave(TYPING);
            publish(TYPING, "missed");

            var start = client.join(TYPING, before);

            assertThat(client.texts()).isEmpty();
            assertThat(start.recovered()).isFalse();
        }

        @Test
        void areSilentBeforeTheStartAndAfterTheEnd() {
            var client = new TestClient(BOB).connect(hub);
            var subscription = client.member().join(TYPING, null).orElseThrow();
            publish(TYPING, "early");
            subscription.start(started -> true);
            publish(TYPING, "1");
            client.member().leave(TYPING);
            publish(TYPING, "late");

            assertThat(client.texts()).containsExactly("1");
        }
    }

    @Nested
    class Joining {

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

    @Nested
    class SlowSubscribers {

        @Test
        void areToldThatTheyFellBehindAndOthersNoticeNothing() {
            var fast = new TestClient(ANN).connect(hub);
            var slow = new TestClient(BOB, 3).connect(hub);
            var also = new TestClient(CID).connect(hub);
            slow.stopReading();

            publish(NEWS, 1, 3);
            assertThat(slow.hasFallenBehind()).isFalse();
            publish(NEWS, 4, 6);

            assertThat(slow.hasFallenBehind()).isTrue();
            assertThat(slow.queued()).as("nothing after the hole").containsExactly("1", "2", "3");
            slow.read();
            publish(NEWS, "7");
            assertThat(slow.texts()).containsExactly("1", "2", "3");
            assertThat(List.of(fast, also))
                    .allSatisfy(client -> assertThat(client.texts()).containsExactlyElementsOf(texts(1, 7)));
        }

        @Test
        void comeBackToWhatTheyMissed() {
            var slow = new TestClient(BOB, 3).connect(hub);
            slow.stopReading();
            publish(NEWS, 1, 6);
            slow.member().disconnect("too slow");

            var again = new TestClient(BOB, 3).connect(hub);
            var start = again.join(NEWS, at(NEWS, 3));

            assertThat(start.recovered()).isTrue();
            assertThat(again.texts()).containsExactly("4", "5", "6");
        }

        @Test
        void getARecoveryAsFastAsTheyRead() {
            publish(NEWS, 1, 10);
            var slow = new TestClient(BOB, 3);
            slow.admit(hub);
            slow.stopReading();
            slow.join(NEWS, at(NEWS, 0));
            assertThat(slow.queued()).containsExactly("1", "2", "3");
            publish(NEWS, 11, 12);
            assertThat(slow.hasFallenBehind())
                    .as("what it cannot take yet waits in the log")
                    .isFalse();

            for (var n = 3; n < 12; n += 3) {
                slow.readWhatWaits();
                assertThat(slow.texts()).containsExactlyElementsOf(texts(1, n));
                slow.member().resume();
            }
            slow.readWhatWaits();
            slow.member().resume();
            publish(NEWS, "13");

            assertThat(slow.queued()).containsExactly("13");
            slow.read();
            assertThat(slow.texts()).containsExactlyElementsOf(texts(1, 13));
            assertThat(slow.hasFallenBehind()).isFalse();
        }

        @Test
        void getARecoveryThroughASmallQueueInOneGo() {
            publish(NEWS, 1, REPLAYED);
            var client = new TestClient(BOB, 1);
            client.admit(hub);

            client.join(NEWS, at(NEWS, 0));

            assertThat(client.texts()).containsExactlyElementsOf(texts(1, REPLAYED));
        }

        @Test
        void areNotCutOffByOneChannelWhileTheyRecoverAnother() {
            publish(ROOM, 1, 10);
            var client = new TestClient(BOB, 4, 1).connect(hub);
            client.stopReading();
            client.join(ROOM, at(ROOM, 0));

            publish(NEWS, "live");

            assertThat(client.hasFallenBehind())
                    .as("cut off because the hub itself filled the queue")
                    .isFalse();
        }

        @Test
        void areToldWhenTheLogForgetsWhatTheyWaitFor() {
            publish(NEWS, 1, 10);
            var slow = new TestClient(BOB, 3);
            slow.admit(hub);
            slow.stopReading();
            slow.join(NEWS, at(NEWS, 0));
            publish(NEWS, 11, 200);
            assertThat(slow.hasFallenBehind()).isFalse();

            slow.read();

            assertThat(slow.hasFallenBehind()).isTrue();
            assertThat(slow.texts()).containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        }
    }

    @Nested
    class ForgottenMessages {

        private final ChannelName other = new ChannelName("other");

        @Test
        void areToldEvenIfTheChannelWasForgottenAsAWhole() {
            hub = hub(new MemoryLog.Bounds(KEPT, 1_000_000, 1), new HubLimits(100, 2, REPLAYED));
            var client = new TestClient(BOB).connect(hub);
            client.join(ROOM);
            log.hold();
            var held = hub.publish(draft(ROOM, "1"));
            log.holdNoMore();
            publish(other, "forgets the room");
            publish(ROOM, "2");
            log.acknowledge(0);

            assertThat(await(held).duplicate()).isFalse();
            if (!client.hasFallenBehind()) {
                assertThat(client.texts()).contains("1");
            }
        }

        @Test
        void doNotKeepALivingChannelFromGoingOn() {
            hub = hub(new MemoryLog.Bounds(KEPT, 1_000_000, 1), new HubLimits(100, 2, REPLAYED));
            var client = new TestClient(BOB).connect(hub);
            client.join(ROOM);
            publish(ROOM, "1");
            publish(other, "forgets the room");
            publish(ROOM, 2, 3);

            if (!client.hasFallenBehind()) {
                assertThat(client.texts()).containsExactly("1", "2", "3");
            }
        }

        @Test
        void doNotCutOffWhoIsLiveInAnEmptyChannel() {
            hub = hub(new MemoryLog.Bounds(KEPT, 1_000_000, 1), new HubLimits(100, 2, REPLAYED));
            publish(other, "1");
            var tab = new TestClient(BOB).connect(hub);
            publish(ROOM, "forgets the other");
            var phone = new TestClient(BOB);
            var member = phone.admit(hub);
            publish(other, "forgets the room");

            member.waiting().forEach(one -> one.start(started -> true));
            tell(ANN, BOB, "psst", null);

            assertThat(tab.hasFallenBehind()).isFalse();
            assertThat(tab.texts()).containsExactly("psst");
            // The log no longer knows whether the empty channel had messages meanwhile, so this one is told.
            assertThat(phone.hasFallenBehind() || phone.texts().contains("psst"))
                    .isTrue();
        }

        @Test
        void neverMoveAChannelBack() {
            hub = hub(new MemoryLog.Bounds(2, 1_000_000, 100), new HubLimits(100, 2, REPLAYED));
            var loser = new TestClient(ANN).connect(hub);
            log.hold();
            for (var n = 1; n <= 4; n++) {
                var unused = hub.publish(draft(NEWS, "" + n));
            }
            log.holdNoMore();
            log.afterNextSince(() -> publish(NEWS, "5"));
            log.acknowledge(3);
            assertThat(loser.hasFallenBehind()).isTrue();

            var client = new TestClient(BOB);
            client.admit(hub);
            var start = client.join(NEWS, at(NEWS, 4));

            assertThat(start.recovered()).isTrue();
            assertThat(client.texts()).containsExactly("5");
        }
    }

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
            observers.fallBehind(true);

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
                            new Connected(connection, true, 1),
                            new Joined(connection, ROOM),
                            new Published(new Envelope(ROOM, at(ROOM, 1), "data", BOB, null, NOW, "1")),
                            new Received(connection, "data", ROOM, null, "1", client.member(), Answer.NONE),
                            new Left(connection, ROOM),
                            new Disconnected(connection, "closed by the client", true));
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
            observers.fallBehind(true);

            assertThat(refusal(hub.receive(client.member(), draft(NEWS, "refused"))))
                    .isEqualTo(RefusedException.Reason.OVERLOADED);
            assertOverloaded(() -> new TestClient(ANN).connect(hub));
            assertOverloaded(() -> client.join(ROOM));
            publish(NEWS, "1");

            assertThat(client.texts()).containsExactly("1");
            assertThat(hub.presence().people()).containsExactly(BOB);
            assertThat(hub.presence().people(ROOM)).isEmpty();
            assertThat(observers.events()).containsExactly(new Connected(client.connection(), true, 1));

            observers.fallBehind(false);
            await(hub.receive(client.member(), draft(NEWS, "2")));
            assertThat(observers.events(Published.class)).hasSize(1);
            assertThat(observers.events(Received.class)).hasSize(1);
        }

        @Test
        void thatNobodyKeepsUpWithStillTellWhoLeaves() {
            var client = new TestClient(BOB).connect(hub);
            client.join(ROOM);
            observers.fallBehind(true);

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

    private static Draft draft(ChannelName channel, String json) {
        return new Draft(channel, "event", ANN, null, json, null);
    }

    private static Draft privately(Person from, Person to, String json, String clientId) {
        return new Draft(ChannelName.ofUser(to.id()), "private", from, to.id(), json, clientId);
    }

    private Receipt publish(ChannelName channel, String json) {
        return await(hub.publish(draft(channel, json)));
    }

    private void publish(ChannelName channel, int first, int last) {
        texts(first, last).forEach(json -> publish(channel, json));
    }

    private Receipt tell(Person from, Person to, String json, String clientId) {
        CompletionStage<Receipt> receipt = hub.publish(privately(from, to, json, clientId));
        return await(receipt);
    }

    private Position at(ChannelName channel, long offset) {
        return new Position(log.head(channel).epoch(), offset);
    }

    private static List<String> texts(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(String::valueOf).toList();
    }
}
