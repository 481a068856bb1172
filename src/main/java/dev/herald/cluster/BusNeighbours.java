package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.concurrent.LimitedLog;
import dev.herald.hub.Bus;
import dev.herald.hub.Hub;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.Neighbours;
import dev.herald.hub.NodeAnswer;
import dev.herald.hub.NodeCall;
import dev.herald.hub.RemoteMessages;
import dev.herald.random.RandomIds;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes behind a {@link Bus}: tells them what is published here, and the hub what they publish. Because the bus may lose
 * things, the heads of the log are looked at {@linkplain #LOOK regularly}, too, and each {@link #LOOK_WHEN_DEAF} while the bus hears
 * nothing. A node that is alone tells nobody and looks at nothing.
 *
 * <p>Threads: any thread may tell, with any lock held, as the bus only queues; the bus calls on its own thread; the heads are looked
 * at by a borrowed thread, one at a time, which holds no lock.
 */
final class BusNeighbours implements Neighbours, Bus.Listener, AutoCloseable {

    /** How often the heads of the log are looked at: the longest delay of a message that the bus has lost. */
    static final Duration LOOK = Duration.ofSeconds(1);

    /** Likewise, while the bus hears nothing. */
    static final Duration LOOK_WHEN_DEAF = Duration.ofMillis(250);

    // No channel can have these names, so no client can join or leave them.

    /** Messages to single connections are told to all nodes, as nobody knows which node has the connection. */
    private static final String TO_CONNECTIONS = "/connections";

    private static final String COMMANDS = "/commands";

    /** Says that a node has written who is there. */
    private static final String PEOPLE = "/people";

    /** Of a command's id, which is 16 characters. */
    private static final int ID_BYTES = 12;

    private static final System.Logger LOG = System.getLogger(BusNeighbours.class.getName());

    private final Bus bus;
    private final People people;
    private final BusCalls calls;
    private final Commands commands;
    private final BooleanSupplier hasOthers;
    private final Predicate<ChannelName> isDurable;
    private final Executor executor;
    private final Future<?> timer;
    private final Lags lags = new Lags(Clock.systemUTC());
    private final LimitedLog unreadable = new LimitedLog(LOG);
    private final LimitedLog tooLarge = new LimitedLog(LOG);
    private final LimitedLog uncarried = new LimitedLog(LOG);
    private final LimitedLog failures = new LimitedLog(LOG);

    /** Who is here and there; both methods only note it, whatever locks are held. */
    interface People {

        /** As {@link Neighbours#changed}. */
        void changed(String place, String personId);

        /** Another node has written who is there. */
        void heard();
    }

    /** What nodes want done by all; both methods may be called with any lock held. */
    interface Commands {

        /** Sees to it that the other nodes do this, whatever the bus loses. */
        void add(BusMessage.Command command);

        /** Whether this node was not told of it before; from now on it was. */
        boolean isNew(BusMessage.Command command);
    }

    /** Whom the messages of others are for; {@code null} before the start. */
    private volatile @Nullable RemoteMessages remote;

    private volatile boolean isDeaf = true;
    private volatile boolean unavailable;
    private volatile long lookedAt = System.nanoTime();

    /** How many looks are wanted since the one that is under way began; 0 when none is. */
    private final AtomicInteger wanted = new AtomicInteger();

    /**
     * Knows the bus, which is not started yet.
     *
     * @param people is told who comes and goes, here and there
     * @param calls go by the same bus
     * @param commands is given what all nodes are to do, and says which of it was done
     * @param hasOthers whether there are other nodes now
     * @param isDurable whether the messages of a channel are in the database
     * @param timer must not wait, and asks the executor for a thread whenever the heads are to be looked at
     */
    BusNeighbours(
            Bus bus,
            People people,
            BusCalls calls,
            Commands commands,
            BooleanSupplier hasOthers,
            Predicate<ChannelName> isDurable,
            ScheduledExecutorService timer,
            Executor executor) {
        this.isDurable = isDurable;
        this.bus = bus;
        this.people = people;
        this.calls = calls;
        this.commands = commands;
        this.hasOthers = hasOthers;
        this.executor = executor;
        this.timer = timer.scheduleAtFixedRate(
                this::tick, LOOK_WHEN_DEAF.toMillis(), LOOK_WHEN_DEAF.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Begins to hear. Called once. */
    void start(Hub hub) {
        remote = hub.remote();
        bus.start(this);
        calls.start(hub.peers()::answer);
        bus.listen(TO_CONNECTIONS);
        bus.listen(PEOPLE);
        bus.listen(COMMANDS);
    }

    // What is told.

    @Override
    public void tell(Envelope message) {
        var channel = message.channel();
        if (channel == null || !hasOthers.getAsBoolean()) {
            return;
        }
        var topic = topic(channel);
        var position = message.position();
        var text = BusMessage.of(message);
        if (fits(topic, text)) {
            tell(topic, text);
        } else if (position != null && isDurable.test(channel)) {
            tell(topic, BusMessage.look(channel, position));
        } else {
            tooLarge.log(
                    WARNING,
                    () -> "a message to " + channel
                            + ", which is in no log that all nodes have, is too large for the bus ("
                            + text.length()
                            + " characters): clients of other nodes do not get it. Use a durable channel for such messages");
        }
    }

    /** Who publishes has no part in what the bus cannot carry, such as a name with half a surrogate pair. */
    private void tell(String topic, String text) {
        try {
            bus.tell(topic, text);
        } catch (IllegalArgumentException e) {
            uncarried.log(
                    WARNING,
                    () -> "a message about " + topic + " cannot be told to the other nodes: " + e.getMessage());
        }
    }

    private boolean fits(String topic, String text) {
        var room = bus.maxBytes() - topic.length();
        return text.length() <= room
                && (text.length() * 3 <= room || text.getBytes(StandardCharsets.UTF_8).length <= room);
    }

    private static String topic(ChannelName channel) {
        return channel.isOfConnection() ? TO_CONNECTIONS : channel.value();
    }

    @Override
    public void listen(ChannelName channel) {
        if (!channel.isOfConnection()) {
            bus.listen(channel.value());
        }
    }

    @Override
    public void ignore(ChannelName channel) {
        if (!channel.isOfConnection()) {
            bus.ignore(channel.value());
        }
    }

    @Override
    public void changed(String place, String personId) {
        people.changed(place, personId);
    }

    /** Says to the other nodes that this one has written who is here. */
    void announcePeople() {
        bus.tell(PEOPLE, "");
    }

    @Override
    public void command(String name, List<String> arguments) {
        var command = new BusMessage.Command(RandomIds.ofBytes(ID_BYTES), name, List.copyOf(arguments));
        commands.add(command);
        if (!hasOthers.getAsBoolean()) {
            return;
        }
        try {
            bus.tell(COMMANDS, BusMessage.command(command));
        } catch (IllegalArgumentException e) {
            LOG.log(
                    WARNING,
                    "the other nodes are not told to " + name + " by the bus, and read it in the database: "
                            + e.getMessage());
        }
    }

    @Override
    public CompletionStage<List<NodeAnswer>> call(NodeCall call) {
        return calls.call(call);
    }

    // What is heard.

    @Override
    public void heard(String topic, String text) {
        var messages = remote;
        if (topic.equals(PEOPLE)) {
            people.heard();
            return;
        }
        if (messages == null) {
            return;
        }
        try {
            if (BusCalls.isAbout(topic)) {
                calls.heard(topic, text);
                return;
            }
            var heard = BusMessage.read(text);
            if (heard instanceof BusMessage.Published published) {
                lags.heard(published.message().at());
                messages.heard(published.message());
            } else if (heard instanceof BusMessage.Look look) {
                messages.heard(look.channel(), look.position());
            } else if (heard instanceof BusMessage.Command command && commands.isNew(command)) {
                messages.heard(command.name(), command.arguments());
            }
        } catch (RuntimeException e) {
            unreadable.log(
                    WARNING,
                    () -> "the bus told something about " + topic
                            + " that no Herald of this version says; it is ignored. Do others use its channels? " + e);
        }
    }

    /** What was told before it was heard may be missing. */
    @Override
    public void listening(String topic) {
        look();
    }

    @Override
    public void deaf() {
        isDeaf = true;
        LOG.log(
                WARNING,
                "the bus between the nodes is not heard; messages of other nodes are looked for in the log each "
                        + LOOK_WHEN_DEAF.toMillis() + " ms until it is");
    }

    @Override
    public void hearing() {
        isDeaf = false;
        LOG.log(INFO, "the bus between the nodes is heard");
        look();
    }

    /** How late others' messages come. */
    Lag lag() {
        return lags.now();
    }

    /** Whether what others tell is heard now. */
    boolean isHearing() {
        return !isDeaf;
    }

    /** Something may have been missed. */
    void lookSoon() {
        look();
    }

    private void tick() {
        calls.tick();
        var pause = isDeaf ? LOOK_WHEN_DEAF : LOOK;
        if (hasOthers.getAsBoolean() && System.nanoTime() - lookedAt >= pause.toNanos()) {
            look();
        }
    }

    /** Has the heads looked at on another thread, after this call. */
    private void look() {
        if (remote != null && hasOthers.getAsBoolean() && wanted.getAndIncrement() == 0) {
            try {
                executor.execute(this::lookUntilNothingIsWanted);
            } catch (RuntimeException | Error e) {
                wanted.set(0);
                LOG.log(DEBUG, "no thread is free to look at the log; it is tried again", e);
            }
        }
    }

    private void lookUntilNothingIsWanted() {
        int seen;
        do {
            seen = wanted.get();
            lookedAt = System.nanoTime();
            lookNow();
        } while (!wanted.compareAndSet(seen, 0));
    }

    private void lookNow() {
        var messages = remote;
        try {
            if (messages != null) {
                messages.lookAtHeads();
            }
            unavailable = false;
        } catch (LogUnavailableException e) {
            if (!unavailable) {
                unavailable = true;
                LOG.log(WARNING, "messages of other nodes cannot be looked for in the log: " + e.getMessage());
            }
        } catch (RuntimeException | Error e) {
            failures.log(ERROR, "messages of other nodes cannot be looked for in the log", e);
        }
    }

    @Override
    public void close() {
        timer.cancel(false);
        bus.close();
    }
}
