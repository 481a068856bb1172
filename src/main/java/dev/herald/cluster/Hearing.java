package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.cluster.Carrier.Said;
import dev.herald.concurrent.LimitedLog;
import dev.herald.hub.Bus.Listener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The half of a bus that hears. A thread of the container waits at the connection for what others say, from the start to the end. It
 * believes that it hears only when what this node says to itself has come back: some proxies accept a listener and then pass nothing on.
 *
 * <p>Any thread may call, with any lock held; only {@link #close} waits.
 */
final class Hearing {

    private static final System.Logger LOG = System.getLogger(Hearing.class.getName());

    private final LimitedLog failures = new LimitedLog(LOG);
    private final BusLine line;
    private final Carrier carrier;
    private final BusPace pace;
    private final Topics topics;
    private final Runnable ping;
    private final Listener listener;
    private final Errand errand;

    private final AtomicLong heard = new AtomicLong();
    private volatile boolean isHearing;
    private volatile boolean isClosed;
    /** Also closed by the thread that ends all. */
    private volatile Carrier.@Nullable Ear current;

    // Used by the errand's thread.
    private int attempts;
    private boolean hasComplained;
    private long heardMyselfAt;

    /** Not connected yet; what this node says to itself is asked for by {@code ping}. */
    Hearing(BusLine line, Topics topics, Runnable ping, Listener listener) {
        this.line = line;
        this.carrier = line.carrier();
        this.pace = line.pace();
        this.topics = topics;
        this.ping = ping;
        this.listener = listener;
        this.errand = line.errand(this::work);
    }

    void start() {
        errand.ask();
    }

    boolean isHearing() {
        return isHearing;
    }

    long heard() {
        return heard.get();
    }

    private void work() {
        if (isClosed) {
            return;
        }
        if (!line.isNamed()) {
            errand.askAfter(pace.firstPause());
            return;
        }
        try (var ear = carrier.openEar()) {
            current = ear;
            listen(ear);
        } catch (IOException | RuntimeException | Error e) {
            lost(e);
        } finally {
            current = null;
        }
        if (!isClosed) {
            attempts++;
            errand.askAfter(pace.pauseAfter(attempts));
        }
    }

    private void listen(Carrier.Ear ear) throws IOException {
        var asked = topics.begin();
        var channels = channels(asked);
        channels.add(line.ownChannel());
        ear.listen(channels, List.of());
        heardMyselfAt = System.nanoTime();
        ping.run();
        while (!isClosed) {
            for (var said : ear.await()) {
                accept(said, ear, asked);
            }
            follow(ear, asked);
            if (System.nanoTime() - heardMyselfAt > pace.patience().toNanos()) {
                throw new IOException("what this node says to itself does not come back for "
                        + pace.patience().toSeconds()
                        + " s (a pooler or proxy in between may pass nothing on to those who listen; if so, name the"
                        + " server itself)");
            }
        }
    }

    private List<String> channels(Collection<Integer> partitions) {
        var channels = new ArrayList<String>();
        partitions.forEach(partition -> channels.add(line.channel(partition)));
        return channels;
    }

    private void accept(Said said, Carrier.Ear ear, Set<Integer> asked) throws IOException {
        if (isClosed) {
            return;
        }
        if (said.channel().equals(line.ownChannel())) {
            heardMyselfAt = System.nanoTime();
            if (!isHearing) {
                // What came meanwhile is part of what is heard from now on.
                follow(ear, asked);
                found();
            }
            return;
        }
        try {
            var parcel = Parcel.read(said.text());
            if (!parcel.sender().equals(line.me())) {
                parcel.messages().stream()
                        .filter(message -> topics.contains(message.topic()))
                        .forEach(message -> tell(() -> {
                            heard.incrementAndGet();
                            listener.heard(message.topic(), message.text());
                        }));
            }
        } catch (IllegalArgumentException e) {
            failures.log(
                    WARNING,
                    () -> "something else than a node of this version says things on the channel " + said.channel()
                            + " of " + carrier.name() + "; it is ignored: " + e.getMessage());
        }
    }

    /** Asks the server for what is wanted meanwhile. */
    private void follow(Carrier.Ear ear, Set<Integer> asked) throws IOException {
        var change = topics.change(asked);
        if (!change.more().isEmpty() || !change.noMore().isEmpty()) {
            ear.listen(channels(change.more()), channels(change.noMore()));
        }
        if (isHearing) {
            change.fresh().stream().filter(topics::contains).forEach(topic -> tell(() -> listener.listening(topic)));
        }
    }

    private void found() {
        LOG.log(INFO, () -> "other nodes are heard by " + carrier.name());
        hasComplained = false;
        attempts = 0;
        isHearing = true;
        tell(listener::hearing);
    }

    private void lost(Throwable cause) {
        if (isClosed) {
            LOG.log(DEBUG, "the bus was closed while it heard", cause);
            return;
        }
        if (!hasComplained) {
            hasComplained = true;
            LOG.log(
                    WARNING,
                    "other nodes are not heard by " + carrier.name()
                            + "; what they publish comes from the log, up to a second later, and the connection is tried"
                            + " again until it works: " + cause.getMessage());
        }
        if (isHearing) {
            isHearing = false;
            tell(listener::deaf);
        }
    }

    private void tell(Runnable call) {
        if (isClosed) {
            return;
        }
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            failures.log(
                    ERROR, "what a node has heard of another one was not handled; the next is heard all the same", e);
        }
    }

    /** Disconnects. */
    void close() {
        isClosed = true;
        errand.close();
        var last = current;
        if (last != null) {
            last.close();
        }
        errand.awaitIdle(pace.goodbye());
        isHearing = false;
    }
}
