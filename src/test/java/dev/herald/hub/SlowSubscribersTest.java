package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SlowSubscribersTest extends HubFixture {
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
            log.afterNextSince(() -> hub.publish(draft(NEWS, "5")));
            log.acknowledge(3);
            assertThat(loser.hasFallenBehind()).isTrue();

            var client = new TestClient(BOB);
            client.admit(hub);
            var start = client.join(NEWS, at(NEWS, 4));

            assertThat(start.recovered()).isTrue();
            assertThat(client.texts()).containsExactly("5");
        }
    }
}
