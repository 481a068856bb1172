package dev.herald.request;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.hub.DeviceName;
import dev.herald.hub.HistoryPage;
import dev.herald.hub.Subscription;

/** What became of a request. */
public sealed interface Reply {

    /** The message is in its channel. */
    record Published(Receipt receipt) implements Reply {}

    /**
     * The client is in the channel.
     *
     * @param subscription not started: first the client is told how it begins
     */
    record Joined(Subscription subscription) implements Reply {}

    /** The client is in the channel no longer. */
    record Left(ChannelName channel) implements Reply {}

    /** A page of a channel's past. */
    record History(HistoryPage page) implements Reply {}

    /**
     * It is kept what was seen on the client's device.
     *
     * @param channel the client's private one
     * @param upTo the last message that was seen
     */
    record Seen(ChannelName channel, Position upTo) implements Reply {}

    /** The application's observers have the message; they may answer it. */
    record Handed() implements Reply {}

    /**
     * Nothing was done.
     *
     * @param sentence for people
     */
    record Rejected(ErrorCode code, String sentence) implements Reply {

        /** What a client is told that gives a device's name that is none; it goes on without. */
        public static Rejected ofDevice() {
            return new Rejected(ErrorCode.DEVICE_INVALID, DeviceName.RULE);
        }

        /** A page of history does not fit into what waits for the client. */
        public static Rejected ofFullQueue() {
            return new Rejected(
                    ErrorCode.OVERLOADED, "too much waits for you already; ask again when you have read it");
        }
    }
}
