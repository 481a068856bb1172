package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one channel's log for the subscriptions that catch up, one page at a time: who comes while a page is being read is told
 * when it is there, and no thread waits for another. Called on the threads of {@link CatchUps}, with no lock held.
 */
final class PageReader {

    private final ChannelName channel;
    private final Log log;
    private final ReplayCache cache;
    private final Consumer<Position> headSeen;

    /** Those to be told of the page that is being read; {@code null} while none is. Guarded by this object's monitor. */
    private @Nullable List<Reader> waiting;

    /** Who wants to read. */
    interface Reader {

        /** A page was read meanwhile: it is time to look again. */
        void retry();

        /** The page that was awaited could not be read. */
        void failed(Throwable cause);
    }

    /** What a reader gets. */
    sealed interface Page {

        /** The next messages; none at the end of the log. */
        record Messages(List<Delivery> deliveries) implements Page {}

        /** The log has forgotten what comes next. */
        record Gap() implements Page {}

        /** Another thread is reading: the reader is told when it is done. */
        record Later() implements Page {}
    }

    /** @param headSeen told the channel's head with each page that was read */
    PageReader(ChannelName channel, Log log, ReplayCache cache, Consumer<Position> headSeen) {
        this.channel = channel;
        this.log = log;
        this.cache = cache;
        this.headSeen = headSeen;
    }

    /**
     * Reads what comes next after the cursor.
     *
     * @throws LogUnavailableException when the log cannot be read
     */
    Page read(Reader reader, Position cursor) {
        var cached = cache.after(channel, cursor);
        if (cached.isPresent()) {
            return new Page.Messages(cached.get());
        }
        synchronized (this) {
            if (waiting != null) {
                waiting.add(reader);
                return new Page.Later();
            }
            waiting = new ArrayList<>(1);
        }
        try {
            var page = readAlone(cursor);
            takeWaiting().forEach(Reader::retry);
            return page;
        } catch (RuntimeException | Error e) {
            takeWaiting().forEach(other -> other.failed(e));
            throw e;
        }
    }

    private Page readAlone(Position cursor) {
        var cached = cache.after(channel, cursor);
        if (cached.isPresent()) {
            return new Page.Messages(cached.get());
        }
        if (!(log.since(channel, cursor, Channel.PAGE) instanceof Replay.Complete complete)) {
            return new Page.Gap();
        }
        headSeen.accept(complete.head());
        var deliveries = complete.messages().stream().map(Delivery::new).toList();
        cache.add(channel, deliveries);
        return new Page.Messages(deliveries);
    }

    private synchronized List<Reader> takeWaiting() {
        var taken = waiting == null ? List.<Reader>of() : waiting;
        waiting = null;
        return taken;
    }
}
