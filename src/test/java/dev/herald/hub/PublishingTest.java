package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static dev.herald.hub.LogContract.refusal;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Published;
import dev.herald.api.Receipt;
import dev.herald.api.Received;
import dev.herald.api.RefusedException;
import dev.herald.testing.QuietLog;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PublishingTest extends HubFixture {
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
        void isWaitedForUntilItIsDeliveredAndItsPublisherTold() throws InterruptedException {
            var tasks = new ArrayDeque<Runnable>();
            var slow = new Hub(
                    log,
                    new ChannelKinds(List.of(), List.of()),
                    observers,
                    new HubLimits(10, 10, 100),
                    Clock.systemUTC(),
                    tasks::add);
            var client = new TestClient(BOB).connect(slow);
            log.hold();
            var receipt = slow.publish(new Draft(NEWS, "news", ANN, null, "1", "id-1"))
                    .toCompletableFuture();
            log.acknowledge(0);

            assertThat(slow.awaitDelivered(Duration.ofMillis(1))).isFalse();
            assertThat(receipt).isNotDone();
            var thread = new Thread(tasks.remove());
            thread.start();

            assertThat(slow.awaitDelivered(Duration.ofSeconds(20))).isTrue();
            assertThat(receipt).isDone();
            assertThat(client.texts()).containsExactly("1");
            thread.join();
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
            QuietLog.expect(WARNING, "ann has no copy of a private message", "the log is not there");
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
            QuietLog.expect(WARNING, "ann has no copy of a private message", "the log is not there");
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
            QuietLog.expect(WARNING, "ann has no copy of a private message", "the log is not there");
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
}
