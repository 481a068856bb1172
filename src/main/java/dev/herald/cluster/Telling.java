package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.cluster.Carrier.Said;
import dev.herald.cluster.Parcel.Message;
import dev.herald.concurrent.LimitedLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The half of a bus that tells: a thread of the container says what waits, one batch after another, never two at a time. So the more
 * there is to tell, the more of it goes along with one call of the server. Any thread may call, with any lock held; only {@link #close}
 * waits.
 */
final class Telling {

    private static final System.Logger LOG = System.getLogger(Telling.class.getName());

    private final LimitedLog drops = new LimitedLog(LOG);
    private final BusLine line;
    private final Carrier carrier;
    private final BusPace pace;
    private final Outgoing outgoing;
    private final Errand errand;

    private volatile boolean isPingDue;
    private volatile boolean isClosed;

    // Used by the errand's thread.
    private Carrier.@Nullable Mouth mouth;
    private int failures;
    private long parcels;

    Telling(BusLine line) {
        this.line = line;
        this.carrier = line.carrier();
        this.pace = line.pace();
        this.outgoing = new Outgoing(pace.shelfLife());
        this.errand = line.errand(this::work);
    }

    Outgoing outgoing() {
        return outgoing;
    }

    void tell(Message message, int bytes) {
        if (outgoing.add(message, bytes) > 0) {
            drops.log(
                    WARNING,
                    () -> "messages for other nodes are dropped, as more wait than may: " + carrier.name()
                            + " takes them too slowly or not at all; other nodes read durable ones from the log");
        }
        errand.ask();
    }

    /** Says something to this node itself. */
    void ping() {
        isPingDue = true;
        errand.ask();
    }

    private void work() {
        while (!isClosed && (isPingDue || !outgoing.isEmpty())) {
            if (!line.isNamed()) {
                errand.askAfter(pace.firstPause());
                break;
            }
            var ping = isPingDue;
            isPingDue = false;
            var batch = outgoing.take();
            var things = pack(batch, ping);
            if (!things.isEmpty() && !say(batch, things)) {
                isPingDue |= ping;
                errand.askAfter(pace.pauseAfter(failures));
                break;
            }
        }
        if (isClosed) {
            hangUp();
        }
    }

    /** All of a partition in as few texts as possible; pings first, as they show how long the way takes. */
    private List<Said> pack(List<Outgoing.Waiting> batch, boolean ping) {
        var things = new ArrayList<Said>();
        if (ping) {
            things.add(new Said(line.ownChannel(), ""));
        }
        var open = new LinkedHashMap<Integer, Parcel.Writer>();
        for (var waiting : batch) {
            var partition = Topics.partition(waiting.message().topic());
            var writer = open.get(partition);
            if (writer == null || !writer.fits(waiting.bytes(), carrier.maxBytes())) {
                if (writer != null) {
                    things.add(new Said(line.channel(partition), writer.toString()));
                }
                writer = new Parcel.Writer(line.me(), parcels++);
                open.put(partition, writer);
            }
            writer.add(waiting.message(), waiting.bytes());
        }
        open.forEach((partition, writer) -> things.add(new Said(line.channel(partition), writer.toString())));
        return things;
    }

    /** Tries twice: a connection that is not used for a while may have been cut. Returns false when a pause is needed. */
    private boolean say(List<Outgoing.Waiting> batch, List<Said> things) {
        var isFresh = false;
        try {
            if (mouth == null) {
                mouth = carrier.openMouth();
                isFresh = true;
            }
            mouth.say(things);
            failures = 0;
            outgoing.sent(batch);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.log(DEBUG, "what this node tells the others did not get through", e);
            var wasThere = mouth != null;
            hangUp();
            if (wasThere && !isFresh) {
                return say(batch, things);
            }
            failures++;
            if (wasThere) {
                refused(batch, e);
            } else {
                outgoing.putBack(batch);
            }
            return false;
        }
    }

    /** What a server that has just answered does not take may be what it never takes. */
    private void refused(List<Outgoing.Waiting> batch, Exception cause) {
        outgoing.lost(batch);
        if (!batch.isEmpty()) {
            drops.log(
                    WARNING,
                    () -> batch.size() + " messages for other nodes are dropped, as " + carrier.name()
                            + " did not take them; other nodes read durable ones from the log: " + cause.getMessage());
        }
    }

    private void hangUp() {
        var last = mouth;
        mouth = null;
        if (last != null) {
            last.close();
        }
    }

    /** Tells what waits, if that takes only a moment, and disconnects. */
    void close() {
        outgoing.awaitEmpty(pace.goodbye());
        isClosed = true;
        errand.close();
        outgoing.clear();
        if (errand.awaitIdle(pace.goodbye())) {
            hangUp();
        }
    }
}
