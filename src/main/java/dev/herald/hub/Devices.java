package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How much of a person's private channel has been seen on each of the person's devices. A person is known here by that channel.
 * Thread-safe.
 */
public interface Devices {

    /**
     * How many devices of one person are known. For a further one, the one is forgotten that is furthest behind; for a moment there
     * may be a few more, when several come at once.
     */
    int MAX_PER_PERSON = 32;

    /** Knows no device: each begins anew each time. */
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
     * The last message that was seen on a device. A device that is new is known from now on, and begins where all that comes is seen
     * on none of the person's devices yet: after the last message that was seen on any of them, or at the channel's beginning. May
     * wait for the database, for finite time.
     *
     * @param epoch the channel's, as it is
     * @return of another epoch if nothing of this one was seen on the device, but something of that one
     * @throws LogUnavailableException when the database does not answer
     */
    Position begin(ChannelName channel, DeviceName device, String epoch);

    /**
     * All messages up to this one are seen on a device. Within an epoch a device never goes back. Does not wait.
     *
     * @return completes after the commit; with {@code false} when the device is not known, or has been forgotten for others;
     *     exceptionally with {@link dev.herald.api.RefusedException} and {@code LOG_UNAVAILABLE} when nobody knows
     */
    CompletionStage<Boolean> seen(ChannelName channel, DeviceName device, Position seen);
}
