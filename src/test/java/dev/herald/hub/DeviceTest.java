package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.testing.ObserverDiary;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Private messages for who is away, on each of the person's devices. */
class DeviceTest {

    private static final int RETAINED = 10;
    private static final int REPLAYED = 5;
    private static final Person BOB = new Person("bob", "Bob");
    private static final ChannelName BOBS = ChannelName.ofUser("bob");

    private final Log log = new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(RETAINED, 1_000_000, 100));
    private final MemoryDevices devices = new MemoryDevices();
    private final Hub hub = hub(log, REPLAYED);

    private Hub hub(Log itsLog, int replayed) {
        return new Hub(
                itsLog,
                new ChannelKinds(List.of("typing:*"), List.of()),
                devices,
                new ObserverDiary(),
                new HubLimits(10, 3, replayed),
                Clock.systemUTC(),
                Runnable::run);
    }

    private void tell(int... numbers) {
        for (var n : numbers) {
            await(hub.publish(new Draft(BOBS, "private", null, "bob", "" + n, null)));
        }
    }

    private TestClient device(String name) {
        return device(name, hub);
    }

    private static TestClient device(String name, Hub hub) {
        return new TestClient(BOB).on(new DeviceName(name)).connect(hub);
    }

    private static void leave(TestClient client) {
        client.member().disconnect("lost");
    }

    private static Position see(TestClient client, long offset) {
        try {
            return client.member().seen(offset, null).toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static Subscription.Outcome outcome(Member member) {
        return member.waiting().stream()
                .filter(one -> one.channel().equals(BOBS))
                .findFirst()
                .orElseThrow()
                .outcome();
    }

    @Nested
    class ComingBack {

        @Test
        void bringsEachDeviceAllThatCameMeanwhile() {
            leave(device("phone"));
            leave(device("tablet"));
            tell(1, 2);

            assertThat(device("phone").texts()).containsExactly("1", "2");
            assertThat(device("tablet").texts()).containsExactly("1", "2");
        }

        @Test
        void bringsWhatWasWrittenBeforeThePersonEverCame() {
            tell(1, 2);

            assertThat(device("phone").texts()).containsExactly("1", "2");
        }

        @Test
        void bringsOnlyWhatWasNotSeenOnThisDevice() {
            leave(device("tablet"));
            tell(1, 2);
            var phone = device("phone");
            see(phone, 1);
            leave(phone);

            assertThat(device("phone").texts()).containsExactly("2");
            assertThat(device("tablet").texts()).containsExactly("1", "2");
        }

        @Test
        void bringsAgainWhatWasNotSeenAndThenWhatIsNew() {
            tell(1);
            leave(device("phone"));

            var phone = device("phone");
            tell(2);

            assertThat(phone.texts()).containsExactly("1", "2");
        }

        @Test
        void bringsANewDeviceWhatWasSeenOnNone() {
            tell(1, 2, 3);
            see(device("phone"), 2);

            assertThat(device("new").texts()).containsExactly("3");
        }

        @Test
        void withoutADeviceBringsWhatComesFromNowOn() {
            tell(1);
            var bob = new TestClient(BOB).connect(hub);
            tell(2);

            assertThat(bob.texts()).containsExactly("2");
        }

        @Test
        void bringsWhatTheClientAsksForInstead() {
            tell(1, 2, 3);
            var phone = device("phone");

            phone.join(BOBS, new Position(log.head(BOBS).epoch(), 2));

            assertThat(phone.texts()).containsExactly("1", "2", "3", "3");
        }

        @Test
        void bringsItToWhoJoinsThePrivateChannelAnewAsWell() {
            tell(1, 2);
            var phone = device("phone");
            phone.member().leave(BOBS);

            phone.join(BOBS);

            assertThat(phone.texts()).containsExactly("1", "2", "1", "2");
        }

        @Test
        void asTheConnectionThatItWasBringsWhatThatOneHasNot() {
            var earlier = device("phone");
            tell(1);
            leave(earlier);
            tell(2);

            var places = Map.of(
                    ChannelName.NEWS,
                    log.head(ChannelName.NEWS),
                    BOBS,
                    new Position(log.head(BOBS).epoch(), 1));
            var back = new TestClient(earlier).on(new DeviceName("phone")).resume(hub, places);

            assertThat(back.texts()).containsExactly("2");
            assertThat(see(back, 2).offset()).isEqualTo(2);
        }

        @Test
        void isRefusedWhileTheDevicesCannotBeRead() {
            devices.gone = true;

            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> device("phone"))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.LOG_UNAVAILABLE));
            assertThat(hub.presence().connections("/")).isEmpty();
        }
    }

    @Nested
    class WhatIsMissing {

        @Test
        void isNothingAndToldSo() {
            tell(1, 2);
            var phone = new TestClient(BOB).on(new DeviceName("phone"));

            var start = outcome(phone.admit(hub));

            assertThat(start.recovered()).isTrue();
            assertThat(start.reason()).isNull();
            assertThat(start.head().offset()).isEqualTo(2);
        }

        @Test
        void isToldWhenItIsMoreThanIsSentAgain() {
            tell(1, 2, 3, 4, 5, 6, 7);
            var phone = new TestClient(BOB).on(new DeviceName("phone"));

            assertThat(outcome(phone.admit(hub)).reason()).isEqualTo(Replay.Reason.LIMIT);
            assertThat(device("phone").texts()).containsExactly("3", "4", "5", "6", "7");
        }

        @Test
        void isToldWhenItIsNotKeptAnyMore() {
            var generous = hub(log, 1_000);
            tell(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
            var phone = new TestClient(BOB).on(new DeviceName("phone"));

            assertThat(outcome(phone.admit(generous)).reason()).isEqualTo(Replay.Reason.TRIMMED);
            assertThat(device("phone", generous).texts())
                    .containsExactly("4", "5", "6", "7", "8", "9", "10", "11", "12", "13");
        }

        @Test
        void isToldWhenTheLogBeganAnew() {
            tell(1, 2);
            see(device("phone"), 2);
            var another = new MemoryLog("another", Clock.systemUTC(), new MemoryLog.Bounds(RETAINED, 1_000_000, 100));
            await(another.append(new Draft(BOBS, "private", null, "bob", "3", null)));
            var phone = new TestClient(BOB).on(new DeviceName("phone"));

            assertThat(outcome(phone.admit(hub(another, REPLAYED))).reason()).isEqualTo(Replay.Reason.EPOCH);
            assertThat(device("phone", hub(another, REPLAYED)).texts()).containsExactly("3");
        }
    }

    @Nested
    class Seeing {

        @Test
        void isAnsweredWithThePlace() {
            tell(1, 2);

            assertThat(see(device("phone"), 2))
                    .isEqualTo(new Position(log.head(BOBS).epoch(), 2));
        }

        @Test
        void whatIsNotThereIsRefused() {
            tell(1);
            var phone = device("phone");

            assertThatExceptionOfType(NoSuchMessageException.class).isThrownBy(() -> see(phone, 2));
            assertThatExceptionOfType(NoSuchMessageException.class)
                    .isThrownBy(() -> phone.member().seen(1, "another"));
        }

        @Test
        void withoutADeviceIsRefused() {
            tell(1);
            var bob = new TestClient(BOB).connect(hub);

            assertThatExceptionOfType(UnknownDeviceException.class).isThrownBy(() -> see(bob, 1));
        }

        @Test
        void onADeviceThatWasForgottenIsRefused() {
            tell(1);
            var phone = device("phone");
            for (var n = 0; n < Devices.MAX_PER_PERSON; n++) {
                var other = device("other-" + n);
                see(other, 1);
                leave(other);
            }

            assertThatExceptionOfType(UnknownDeviceException.class).isThrownBy(() -> see(phone, 1));
        }

        @Test
        void isNotAnsweredWhenItIsNotKept() {
            tell(1);
            var phone = device("phone");
            devices.gone = true;

            assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> see(phone, 1));
        }
    }
}
