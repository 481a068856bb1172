package dev.herald.hub;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens subscriptions. Opening reads the log, so callers hold no lock; any thread may call that may wait for a database. Closing
 * only computes, and is allowed under a member's lock.
 */
final class Subscriptions {

    private final Channels channels;
    private final Beginnings beginnings;
    private final CatchUps catchUps;

    Subscriptions(Channels channels, Beginnings beginnings, Executor executor) {
        this.channels = channels;
        this.beginnings = beginnings;
        this.catchUps = new CatchUps(executor);
    }

    /**
     * Opens a subscription, which is not started.
     *
     * @param since the last message that the client has; {@code null} to begin at the head
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the log cannot be read
     */
    Subscription open(
            Subscriber subscriber, Predicate<Set<String>> isExcepted, ChannelName name, @Nullable Position since) {
        return open(subscriber, isExcepted, name, () -> beginnings.after(name, since));
    }

    /** As above, in a person's private channel: after what has been seen on a device. */
    Subscription open(Subscriber subscriber, Predicate<Set<String>> isExcepted, ChannelName own, DeviceName device) {
        return open(subscriber, isExcepted, own, () -> beginnings.onDevice(own, device));
    }

    /** The channel is subscribed to before its log is read, so that no message falls between. */
    private Subscription open(
            Subscriber subscriber,
            Predicate<Set<String>> isExcepted,
            ChannelName name,
            Supplier<Beginning> findBeginning) {
        try {
            var channel = channels.subscribe(name);
            try {
                return new Subscription(channel, subscriber, catchUps, findBeginning.get(), isExcepted);
            } catch (RuntimeException | Error e) {
                channels.unsubscribe(name);
                throw e;
            }
        } catch (LogUnavailableException e) {
            throw new RefusedException(LOG_UNAVAILABLE, String.valueOf(e.getMessage()));
        }
    }

    /** Ends a subscription: nothing more of it is queued once this has returned. */
    void close(Subscription subscription) {
        subscription.end();
        channels.unsubscribe(subscription.channel());
    }
}
