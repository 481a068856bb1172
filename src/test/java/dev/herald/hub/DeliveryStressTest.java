package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.HistoryChecker.Entry;
import dev.herald.hub.HistoryChecker.Finding;
import dev.herald.hub.HistoryChecker.Heard;
import dev.herald.hub.HistoryChecker.ToldLoss;
import dev.herald.testing.ObserverDiary;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many publish while many readers come, go, come back, and read slowly; then what each reader heard over all its connections is
 * held against what was published.
 */
class DeliveryStressTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ROOM = new ChannelName("room");
    private static final List<ChannelName> CHANNELS = List.of(NEWS, ROOM);

    /** Volatile: nobody counts what comes here, but it must not come after the end. */
    private static final ChannelName TYPING = new ChannelName("typing");

    private static final int PUBLISHERS = 8;
    private static final int MESSAGES = 10_000;
    private static final int READERS = 100;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private Hub hub;
    private Log log;
    private final List<Reader> readers = new ArrayList<>();
    private final Map<ChannelName, Map<Long, String>> published =
            Map.of(NEWS, new ConcurrentHashMap<>(), ROOM, new ConcurrentHashMap<>());

    /** Connections of slow readers with something to read. */
    private final BlockingQueue<Optional<Life>> toRead = new LinkedBlockingQueue<>();

    private final AtomicInteger lives = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger fallsBehind = new AtomicInteger();
    private final AtomicInteger lossesTold = new AtomicInteger();
    private final AtomicInteger flushes = new AtomicInteger();
    private final AtomicInteger offersAfterTheEnd = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyReaderHearsEachMessageOnceAndInOrder(long seed) throws Exception {
        run(seed, 2 * MESSAGES, 2 * MESSAGES);

        assertThat(findings()).isEmpty();
        assertThat(offersAfterTheEnd).as("offers after the end").hasValue(0);
        assertThat(lossesTold).as("losses told").hasValue(0);
        assertThat(lives).as("connections").hasValueGreaterThan(2 * READERS);
        assertThat(refusals).as("refused offers").hasPositiveValue();
        assertThat(fallsBehind).as("readers that fell behind").hasPositiveValue();
        assertNobodyIsRemembered();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noReaderMissesAMessageWithoutBeingTold(long seed) throws Exception {
        run(seed, 200, 150);

        assertThat(findings()).isEmpty();
        assertThat(offersAfterTheEnd).as("offers after the end").hasValue(0);
        assertThat(lossesTold).as("losses told").hasPositiveValue();
        assertNobodyIsRemembered();
    }

    private void run(long seed, int kept, int replayed) throws Exception {
        log = new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(kept, Long.MAX_VALUE, 1_000));
        hub = new Hub(
                log,
                new ChannelKinds(List.of("typing"), List.of()),
                new ObserverDiary(),
                new HubLimits(READERS + 1, 2, replayed),
                Clock.systemUTC(),
                threads);
        for (var n = 0; n < READERS; n++) {
            readers.add(new Reader(n));
        }
        var sleeper = readers.get(0);
        sleeper.begin();
        var published = new AtomicBoolean();
        var slowReading = threads.submit(() -> readSlowly(new Random(seed)));
        var moving = threads.submit(() -> {
            var random = new Random(seed + 1);
            while (!published.get()) {
                anyReader(random).move(random);
            }
            return true;
        });
        var publishing = IntStream.range(0, PUBLISHERS)
                .mapToObj(publisher -> threads.submit(() -> publish(publisher, new Random(seed + 2 + publisher))))
                .toList();
        sleeper.awaitFallingBehind();
        for (var one : publishing) {
            one.get(60, SECONDS);
        }
        published.set(true);
        moving.get(60, SECONDS);
        letAllReadToTheEnd(slowReading);
        toRead.add(Optional.empty());
        slowReading.get(60, SECONDS);
    }

    private boolean publish(int publisher, Random random) {
        for (var n = 0; n < MESSAGES / PUBLISHERS; n++) {
            publish(NEWS, publisher + "-" + n);
            if (n % 4 == 0) {
                publish(ROOM, publisher + ":" + n);
            }
            if (n % 4 == 2) {
                await(hub.publish(new Draft(TYPING, "event", null, null, "" + n, null)));
            }
            if (n % 4 == 1) {
                anyReader(random).move(random);
            }
        }
        return true;
    }

    private void publish(ChannelName channel, String text) {
        var receipt = await(hub.publish(new Draft(channel, "event", null, null, text, null)));
        assertThat(published.get(channel).put(receipt.position().offset(), text))
                .isNull();
    }

    private Reader anyReader(Random random) {
        return readers.get(random.nextInt(readers.size()));
    }

    /** Reads a little of each connection in turn, and nothing at first: meanwhile the sleeper falls behind. */
    private boolean readSlowly(Random random) throws InterruptedException {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> published.get(NEWS).size() >= 500);
        for (var life = toRead.take(); life.isPresent(); life = toRead.take()) {
            life.get().readSome(1 + random.nextInt(100));
        }
        return true;
    }

    private void letAllReadToTheEnd(Future<?> slowReading) throws Exception {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> readers.stream().map(Reader::goesToTheEnd).reduce(true, Boolean::logicalAnd)
                            || slowReading.isDone());
        } catch (ConditionTimeoutException e) {
            System.err.println("not all readers came to the end; the findings tell who did not");
        }
    }

    private Map<String, List<Finding>> findings() {
        var findings = new LinkedHashMap<String, List<Finding>>();
        for (var channel : CHANNELS) {
            var head = log.head(channel);
            var texts = LongStream.rangeClosed(1, head.offset())
                    .mapToObj(published.get(channel)::get)
                    .toList();
            var checker = new HistoryChecker(channel, head.epoch(), texts);
            for (var reader : readers) {
                var found = checker.check(reader.heard.get(channel).entries());
                if (!found.isEmpty()) {
                    findings.put("reader " + reader.number + " in " + channel, found);
                }
            }
        }
        return findings;
    }

    /** Once all readers have gone, a message reaches the one who stays, and no channel knows any of their connections. */
    private void assertNobodyIsRemembered() {
        var staying = new TestClient(new Person("staying", "Staying")).connect(hub);
        staying.join(ROOM);
        readers.forEach(Reader::disconnect);
        assertThat(hub.presence().connections("/")).containsExactly(staying.connection());
        var before = flushes.get();

        CHANNELS.forEach(channel -> publish(channel, "the last"));

        assertThat(staying.texts()).hasSize(2);
        assertThat(flushes).as("flushes of connections that have ended").hasValue(before);
    }

    /** All that a reader experienced in a channel, and where that leaves it. */
    private static final class History {

        private final List<Entry> entries = new ArrayList<>();
        private Position position;

        History(Position beginning) {
            position = beginning;
        }

        synchronized void hear(Envelope message) {
            entries.add(new Heard(message));
            position = message.position();
        }

        /** Forgets what came after a position, as it will come again. */
        synchronized void rewind(Position to) {
            while (!entries.isEmpty()
                    && entries.get(entries.size() - 1) instanceof Heard heard
                    && heard.message().position().offset() > to.offset()) {
                entries.remove(entries.size() - 1);
            }
            position = to;
        }

        synchronized void hearOfLoss(Position head) {
            entries.add(new ToldLoss(head));
            position = head;
        }

        synchronized Position position() {
            return position;
        }

        synchronized List<Entry> entries() {
            return List.copyOf(entries);
        }
    }

    /** Somebody who reads both channels, over many connections. */
    private final class Reader {

        final int number;
        final boolean slow;
        final Map<ChannelName, History> heard =
                Map.of(NEWS, new History(log.head(NEWS)), ROOM, new History(log.head(ROOM)));

        /** One moves the reader at a time. */
        private final ReentrantLock turn = new ReentrantLock();

        private Life life;

        Reader(int number) {
            this.number = number;
            this.slow = number % 3 == 0;
        }

        /** Connects and is live, as nothing has been published; nobody else moves this reader for now. */
        void begin() {
            turn.lock();
            move(0);
        }

        /** Waits until more has come than its queue takes, on any machine, and lets others move this reader. */
        void awaitFallingBehind() {
            try {
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(life::hasEnded);
            } finally {
                turn.unlock();
            }
        }

        /** Does something, unless it is being moved already. */
        void move(Random random) {
            if (turn.tryLock()) {
                try {
                    move(random.nextInt(10));
                } finally {
                    turn.unlock();
                }
            }
        }

        private void move(int choice) {
            if (life == null || life.hasEnded()) {
                life = new Life(this, number % 10 == 0 ? 16 : 256);
                life.connect();
                life.join(NEWS);
                if (choice < 5) {
                    life.join(ROOM);
                }
                if (choice % 2 == 0) {
                    life.startAll();
                }
                return;
            }
            switch (choice) {
                case 0, 1 -> life.disconnect();
                case 2 -> life.join(NEWS);
                case 3 -> life.join(ROOM);
                case 4 -> life.leave(ROOM);
                default -> life.startAll();
            }
        }

        void disconnect() {
            turn.lock();
            try {
                life.disconnect();
            } finally {
                turn.unlock();
            }
        }

        /** Sees to it that it is connected and everything is started; true when it has heard all. */
        boolean goesToTheEnd() {
            turn.lock();
            try {
                if (life == null || life.hasEnded()) {
                    move(0);
                }
                if (!life.isIn(ROOM)) {
                    life.join(ROOM);
                }
                life.startAll();
                return CHANNELS.stream()
                        .allMatch(channel -> heard.get(channel).position().equals(log.head(channel)));
            } finally {
                turn.unlock();
            }
        }
    }

    /** One connection of a reader, with a bounded queue. What waits there when it ends is lost with it. */
    private final class Life implements Subscriber {

        private final Reader reader;
        private final int capacity;
        private final Connection connection;
        private volatile Member member;

        // Guarded by the reader's turn.
        private final Map<ChannelName, Runnable> toStart = new LinkedHashMap<>();
        private final Set<ChannelName> joined = new HashSet<>();

        // Guarded by this object's monitor.
        private final Deque<Envelope> queue = new ArrayDeque<>();
        private boolean refused;
        private boolean scheduled;
        private boolean ended;

        Life(Reader reader, int capacity) {
            this.reader = reader;
            this.capacity = capacity;
            this.connection = new Connection(
                    "connection-" + lives.incrementAndGet(), new Person("reader-" + reader.number, "Reader"));
        }

        void connect() {
            member = hub.connect(this);
            member.join(TYPING, null).ifPresent(subscription -> subscription.start(started -> true));
        }

        /** Joins after the last message that was heard; what waits in the queue will come again. */
        void join(ChannelName channel) {
            var history = reader.heard.get(channel);
            var since = history.position();
            member.join(channel, since).ifPresent(subscription -> {
                joined.add(channel);
                toStart.put(channel, () -> subscription.start(started -> begin(started.outcome(), channel, since)));
            });
        }

        private synchronized boolean begin(Subscription.Outcome start, ChannelName channel, Position since) {
            if (ended) {
                return true;
            }
            var history = reader.heard.get(channel);
            queue.removeIf(message -> channel.equals(message.channel()));
            history.rewind(since);
            if (!start.recovered()) {
                assertThat(start.reason()).isIn(Replay.Reason.TRIMMED, Replay.Reason.LIMIT);
                lossesTold.incrementAndGet();
                history.hearOfLoss(start.head());
            }
            return true;
        }

        void startAll() {
            var starts = List.copyOf(toStart.values());
            toStart.clear();
            starts.forEach(Runnable::run);
            read(0);
        }

        void leave(ChannelName channel) {
            toStart.remove(channel);
            joined.remove(channel);
            member.leave(channel);
            synchronized (this) {
                queue.removeIf(message -> channel.equals(message.channel()));
            }
            read(0);
        }

        boolean isIn(ChannelName channel) {
            return joined.contains(channel);
        }

        void disconnect() {
            member.disconnect("closed");
            synchronized (this) {
                ended = true;
                queue.clear();
            }
        }

        synchronized boolean hasEnded() {
            return ended;
        }

        @Override
        public void end(boolean transportToo) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Connection connection() {
            return connection;
        }

        @Override
        public boolean offer(Delivery delivery) {
            return offer(delivery, capacity);
        }

        @Override
        public boolean replay(Delivery delivery) {
            return offer(delivery, capacity * 3 / 4);
        }

        private synchronized boolean offer(Delivery delivery, int room) {
            if (ended) {
                offersAfterTheEnd.incrementAndGet();
                return true;
            }
            if (queue.size() >= room) {
                refused = true;
                refusals.incrementAndGet();
                return false;
            }
            queue.add(delivery.message());
            return true;
        }

        @Override
        public void flush() {
            flushes.incrementAndGet();
            if (!reader.slow) {
                read(Integer.MAX_VALUE);
                return;
            }
            synchronized (this) {
                if (scheduled || queue.isEmpty()) {
                    return;
                }
                scheduled = true;
            }
            toRead.add(Optional.of(this));
        }

        /** Reads so many messages, and waits for its next turn. */
        void readSome(int count) {
            synchronized (this) {
                scheduled = false;
            }
            read(count);
            flush();
        }

        /** Reads so many messages, and says so if there is room again. */
        private void read(int count) {
            boolean resume;
            synchronized (this) {
                for (var n = 0; n < count && !queue.isEmpty(); n++) {
                    var message = queue.remove();
                    if (message.position() != null) {
                        reader.heard.get(message.channel()).hear(message);
                    }
                }
                resume = refused && queue.size() <= capacity / 2;
                refused = refused && !resume;
            }
            if (resume) {
                member.resume();
            }
        }

        @Override
        public void fellBehind() {
            fallsBehind.incrementAndGet();
            disconnect();
        }
    }
}
