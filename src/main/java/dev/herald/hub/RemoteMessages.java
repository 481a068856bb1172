package dev.herald.hub;

import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Takes in what other nodes have published, and delivers it to the subscribers here, on the threads that deliver the messages of this
 * node. What is heard may be late, doubled or out of order, and some of it may be missing: messages of the database's log are
 * delivered once and in their order all the same.
 *
 * <p>Threads: any thread may report what it has heard, with any lock held, as that only queues. {@link #lookAtHeads} waits for the
 * database, so its caller holds no lock.
 */
public final class RemoteMessages {

    private static final System.Logger LOG = System.getLogger(RemoteMessages.class.getName());

    /** How many channels are looked at with one question to the log. */
    private static final int HEADS = 500;

    /** Longer than any id of a client's, so that no client can use one. */
    private static final String REMOTE_ID = "remote:".repeat(Draft.MAX_CLIENT_ID / 7 + 1);

    /** How many messages of channels in memory, and commands, may wait to be taken in; further ones are dropped. */
    private static final int WAITING = 10_000;

    /** How many bytes these may have together. */
    static final long WAITING_BYTES = 16L * 1024 * 1024;

    /** How many threads take these in; those of one channel, or of one name, one after another. */
    private static final int THREADS = 2;

    private final Log log;
    private final Channels channels;
    private final Publisher publisher;
    private final Presence presence;
    private final OrderedDispatcher<String, Runnable> waiting;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final LimitedLog dropped = new LimitedLog(LOG);
    private final Map<String, Consumer<List<String>>> commands = new ConcurrentHashMap<>();

    RemoteMessages(Log log, Channels channels, Publisher publisher, Presence presence, Executor executor) {
        this.log = log;
        this.channels = channels;
        this.publisher = publisher;
        this.presence = presence;
        this.waiting = new OrderedDispatcher<>(executor, THREADS, WAITING, (key, what) -> what.run());
    }

    /**
     * A message that another node has published. When too much waits to be delivered it is dropped; one of the database's log is
     * then found by {@link #lookAtHeads}.
     */
    public void heard(Envelope message) {
        var name = Objects.requireNonNull(message.channel(), "another node tells of messages of channels only");
        if (name.isOfConnection()) {
            take("to connections", Delivery.size(message), () -> toConnection(name, message));
        } else if (message.position() == null) {
            publisher.deliverRemote(name, Delivery.size(message), channel -> channel.deliverUnlogged(message));
        } else if (isDurable(name)) {
            publisher.deliverRemote(name, Delivery.size(message), channel -> channel.deliverRemote(message));
        } else {
            take(name.value(), Delivery.size(message), () -> keepToo(name, message));
        }
    }

    private void take(String key, int bytes, Runnable what) {
        if (waitingBytes.addAndGet(bytes) > WAITING_BYTES || waiting.isFull()) {
            waitingBytes.addAndGet(-bytes);
            dropped.log(
                    WARNING,
                    "too much of what other nodes say waits; messages of channels in memory, and commands, are dropped");
            return;
        }
        waiting.add(key, () -> {
            try {
                what.run();
            } finally {
                waitingBytes.addAndGet(-bytes);
            }
        });
    }

    /** As {@link Delivery#size}. */
    private static int size(List<String> arguments) {
        return arguments.stream().mapToInt(String::length).sum();
    }

    /** Nobody is in a connection's room before something is sent there. */
    private void toConnection(ChannelName room, Envelope message) {
        var owner = presence.ownerOf(room);
        if (owner.isEmpty()) {
            return;
        }
        owner.get().join(room);
        if (message.position() == null) {
            publisher.deliverRemote(room, Delivery.size(message), channel -> channel.deliverUnlogged(message));
        } else {
            keepToo(room, message);
        }
    }

    /**
     * Says what is done when another node sends a command; called once for each name, before there are other nodes. The handler is
     * called on a borrowed thread with no lock held, one command of a name after another; what it throws is logged.
     */
    public void on(String command, Consumer<List<String>> handler) {
        commands.put(command, handler);
    }

    /** Another node has sent a command. One that this version does not know is ignored. */
    public void heard(String command, List<String> arguments) {
        var handler = commands.get(command);
        if (handler != null) {
            take("command " + command, size(arguments), () -> handler.accept(arguments));
        }
    }

    private boolean isDurable(ChannelName name) {
        return log.kind(name) == ChannelKind.DURABLE;
    }

    /**
     * A channel in memory has a log on each node, and so offsets of each node's own. The position on the other node is the id by
     * which a repeat is recognised.
     */
    private void keepToo(ChannelName name, Envelope message) {
        if (channels.subscribed(name).isPresent()) {
            var position = Objects.requireNonNull(message.position(), "a message of a log has a position");
            var id = REMOTE_ID + position.epoch() + ":" + position.offset();
            publisher.keepRemote(new Draft(
                    name, message.event(), message.from(), message.to(), message.json(), id, message.except()));
        }
    }

    /** There is a message at this position of the database's log. */
    public void heard(ChannelName name, Position position) {
        var isNews = channels.subscribed(name)
                .filter(channel -> !channel.isDelivered(position))
                .isPresent();
        if (isNews && isDurable(name)) {
            publisher.deliverRemote(name, 0, channel -> channel.deliverUpTo(position));
        }
    }

    /**
     * Compares what was delivered with the heads of the log in all channels of the database that somebody here is subscribed to, and
     * has what is missing delivered.
     *
     * @throws LogUnavailableException when the log cannot be read
     */
    public void lookAtHeads() {
        var names = channels.subscribed().stream().filter(this::isDurable).toList();
        for (var from = 0; from < names.size(); from += HEADS) {
            log.heads(names.subList(from, Math.min(from + HEADS, names.size()))).forEach(this::heard);
        }
    }
}
