package dev.herald.hub;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.concurrent.LimitedLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a channel's past from the log, and stores what was seen of it. Any thread may call, holding no lock, because
 * methods may wait for a database.
 */
final class Archive {

    private static final System.Logger LOG = System.getLogger(Archive.class.getName());

    private final Log log;
    private final ChannelKinds kinds;
    private final Devices devices;
    private final LimitedLog unreadable = new LimitedLog(LOG);

    Archive(Log log, ChannelKinds kinds, Devices devices) {
        this.log = log;
        this.kinds = kinds;
        this.devices = devices;
    }

    /** The latest messages of a channel that are still kept, oldest first. */
    List<Envelope> latest(ChannelName channel, int limit) {
        var messages =
                new ArrayList<>(log.before(channel, Long.MAX_VALUE, limit).messages());
        Collections.reverse(messages);
        return messages;
    }

    /**
     * Reads a page of a channel's past; a volatile channel has none.
     *
     * @param before only messages of lower offsets, at least 1
     * @param limit the most messages, 1 to {@link HistoryPage#MAX_LIMIT}
     * @param isExcepted whether messages that except these connections and channels are left out
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the log cannot be read
     */
    HistoryPage page(ChannelName channel, long before, int limit, Predicate<Set<String>> isExcepted) {
        try {
            return kinds.isKept(channel)
                    ? HistoryPage.read(log, channel, before, limit, isExcepted)
                    : new HistoryPage(channel, List.of(), log.head(channel));
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
    }

    private RefusedException unreadable(RuntimeException cause) {
        unreadable.log(ERROR, "the log cannot be read: who asks for a channel's past is refused", cause);
        return new RefusedException(LOG_UNAVAILABLE, "the log cannot be read now; try again");
    }

    /**
     * Stores that all private messages up to one are seen on a person's device.
     *
     * @param epoch {@code null} for the channel's as it is
     * @return that one; completes after the commit, exceptionally with {@link RefusedException}, or with {@link
     *     UnknownDeviceException} when the device is not known any more
     * @throws NoSuchMessageException when there is no such message
     * @throws RefusedException with {@code LOG_UNAVAILABLE} when the log cannot be read
     */
    CompletionStage<Position> seen(ChannelName own, DeviceName device, long offset, @Nullable String epoch) {
        Position head;
        try {
            head = log.head(own);
        } catch (RuntimeException e) {
            throw unreadable(e);
        }
        if (offset > head.offset() || (epoch != null && !epoch.equals(head.epoch()))) {
            throw new NoSuchMessageException("there is no such message in your private channel");
        }
        var seen = new Position(head.epoch(), offset);
        return devices.seen(own, device, seen).thenApply(isKnown -> {
            if (!isKnown) {
                throw new UnknownDeviceException("this device was forgotten for others; connect anew");
            }
            return seen;
        });
    }
}
