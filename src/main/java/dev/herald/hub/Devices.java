package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Stores how much of a person's private channel has been seen on each of the person's devices. The channel stands for the
 * person. Thread-safe.
 */
public interface Devices {

    /**
     * How many devices of one person are known. When there is one more, the device that is furthest behind is forgotten. When
     * several come at once, there may be a few more for a moment.
     */
    int MAX_PER_PERSON = 32;

    /** Stores nothing: each device is new each time. */
    Devices NONE = new Devices() {

        @Override
        public Position begin(ChannelName channel, DeviceName device, String epoch) {
            return new Position(epoch, 0);
        }

        @Override
        public CompletionStage<Boolean> seen(ChannelName channel, DeviceName device, Position seen) {
            return CompletableFuture.completedStage(false);
        }
    };

    /**
     * The last message that was seen on a device. A new device is stored, and begins after the last message that was seen on
     * any of the person's devices, or at the channel's beginning. May wait a limited time for the database.
     *
     * @param epoch the channel's, as it is
     * @return a position of another epoch if something of that epoch was seen on the device, but nothing of this one
     * @throws LogUnavailableException when the database does not answer
     */
    Position begin(ChannelName channel, DeviceName device, String epoch);

    /**
     * Stores that all messages up to this one are seen on a device. Within an epoch a device never moves back. Does not wait.
     *
     * @return completes after the commit; with {@code false} when the device is not known, or has been forgotten for others;
     *     exceptionally with {@link dev.herald.api.RefusedException} and {@code LOG_UNAVAILABLE} when it is not certain
     */
    CompletionStage<Boolean> seen(ChannelName channel, DeviceName device, Position seen);
}
