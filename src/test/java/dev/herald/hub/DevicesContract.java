package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What all {@link Devices} promise that have a memory. The test of each implementation inherits these. */
public abstract class DevicesContract {

    protected static final ChannelName BOB = ChannelName.ofUser("bob");
    protected static final DeviceName PHONE = new DeviceName("phone-1");
    protected static final DeviceName TABLET = new DeviceName("tablet:A_2.0");

    protected Devices devices;

    /** New ones: nobody has any. */
    protected abstract Devices createDevices() throws Exception;

    @BeforeEach
    void createNewDevices() throws Exception {
        devices = createDevices();
    }

    protected static Position at(long offset) {
        return new Position("life", offset);
    }

    protected Position begin(DeviceName device) {
        return devices.begin(BOB, device, "life");
    }

    protected boolean see(DeviceName device, Position seen) {
        return await(devices.seen(BOB, device, seen));
    }

    protected static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aPersonsFirstDeviceBeginsAtTheBeginning() {
        assertThat(begin(PHONE)).isEqualTo(at(0));
    }

    @Test
    void aDeviceGoesOnAfterWhatWasSeenOnIt() {
        begin(PHONE);
        begin(TABLET);

        assertThat(see(PHONE, at(3))).isTrue();

        assertThat(begin(PHONE)).isEqualTo(at(3));
        assertThat(begin(TABLET)).isEqualTo(at(0));
    }

    @Test
    void aNewDeviceBeginsAfterWhatWasSeenOnAnyOther() {
        begin(PHONE);
        begin(TABLET);
        see(PHONE, at(3));
        see(TABLET, at(7));

        assertThat(begin(new DeviceName("new"))).isEqualTo(at(7));
    }

    @Test
    void whatIsNewIsKnownFromThenOn() {
        begin(PHONE);
        begin(TABLET);
        begin(new DeviceName("new"));
        see(PHONE, at(9));

        assertThat(begin(new DeviceName("new"))).isEqualTo(at(0));
    }

    @Test
    void aDeviceNeverGoesBack() {
        begin(PHONE);
        see(PHONE, at(5));

        assertThat(see(PHONE, at(4))).isTrue();

        assertThat(begin(PHONE)).isEqualTo(at(5));
    }

    @Test
    void anotherEpochCountsAnew() {
        begin(PHONE);
        see(PHONE, new Position("earlier", 9));

        assertThat(begin(PHONE)).isEqualTo(new Position("earlier", 9));
        assertThat(begin(TABLET)).isEqualTo(at(0));

        see(PHONE, at(2));
        assertThat(begin(PHONE)).isEqualTo(at(2));
    }

    @Test
    void peopleWhoCallTheirDevicesAlikeHaveNothingInCommon() {
        begin(PHONE);
        see(PHONE, at(5));

        assertThat(devices.begin(ChannelName.ofUser("ann"), PHONE, "life")).isEqualTo(at(0));
    }

    @Test
    void aDeviceThatNeverCameIsNotKnown() {
        begin(TABLET);

        assertThat(see(PHONE, at(1))).isFalse();

        assertThat(begin(PHONE)).isEqualTo(at(0));
    }

    @Test
    void ofTooManyTheOneIsForgottenThatIsFurthestBehind() {
        for (var n = 0; n < Devices.MAX_PER_PERSON; n++) {
            begin(new DeviceName("device-" + n));
        }
        for (var n = 0; n < Devices.MAX_PER_PERSON; n++) {
            see(new DeviceName("device-" + n), at(n == 5 ? 1 : 10 + n));
        }

        begin(PHONE);

        assertThat(see(new DeviceName("device-5"), at(2))).isFalse();
        assertThat(IntStream.range(0, Devices.MAX_PER_PERSON).filter(n -> n != 5))
                .allMatch(n -> see(new DeviceName("device-" + n), at(50)));
    }

    @Test
    void ofManyWordsAtOnceTheFurthestCounts() {
        begin(PHONE);
        var stages = IntStream.rangeClosed(1, 1_000)
                .mapToObj(n -> devices.seen(BOB, PHONE, at(n % 2 == 0 ? n : 1_001 - n)))
                .toList();

        assertThat(stages).allMatch(DevicesContract::await);
        assertThat(begin(PHONE)).isEqualTo(at(1_000));
    }
}
