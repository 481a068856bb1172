package dev.herald.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.api.Position;
import dev.herald.it.PayaraProcess;
import dev.herald.kill.History.Acked;
import dev.herald.kill.History.Event;
import dev.herald.kill.History.Joined;
import dev.herald.kill.History.Killed;
import dev.herald.kill.History.Logged;
import dev.herald.kill.History.Received;
import dev.herald.kill.History.Restarted;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers under load are killed again and again, and nothing that they acknowledged or sent is lost, doubled or changed. What was
 * heard is in the test's output as numbers, with the seed, which {@code -Dkill.seed} chooses.
 */
@Tag("kill")
@Timeout(value = 2, unit = TimeUnit.HOURS) // for a soak; what each round waits for has a limit of its own
abstract class KillRounds {

    /** Of so many rounds, one has an orderly end, too. */
    private static final int ROUNDS_IN_ORDER = 5;

    private static final int PUBLISHERS = 4;
    private static final List<String> CHANNELS = List.of("kill-1", "kill-2", "kill-3", "kill-4");
    private static final List<String> FEED_SUBSCRIBERS = List.of("feed-1", "feed-2", "feed-3", "feed-cut");
    /** Those of {@code kill.mjs}. */
    private static final List<String> SOCKETIO_SUBSCRIBERS =
            List.of("socketio-websocket", "socketio-polling", "socketio-default", "socketio-cut");

    /** How many messages the one that cuts itself off hears until it does, on an average. */
    private static final int CUT_EVERY = 300;

    /** How long the load lasts at the most before a kill. */
    private static final int LOAD_MILLIS = 1_500;

    /** How many findings are shown; one mistake can cause thousands. */
    private static final int MAX_SHOWN = 20;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration QUIET = Duration.ofMillis(200);

    /** What a kill waits for when its time has come. */
    enum Moment {
        ANY,
        BEFORE_COMMIT,
        AFTER_COMMIT,
        ACK,
        PUSH
    }

    @TempDir
    Path directory;

    private final History history = new History();
    private final long seed = Long.getLong("kill.seed", System.nanoTime() % 1_000_000);
    private final Random random = new Random(seed);
    private SocketIoSubscribers socketIo;
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<FeedSubscriber> subscribers = new ArrayList<>();

    /** Starts the servers, whose logs begin with this name; {@link #stop} ends them. */
    abstract void start() throws Exception;

    abstract void stop() throws IOException;

    /** How often a server is killed. */
    abstract int rounds();

    /** When it is killed, by turns. */
    abstract List<Moment> moments();

    /** Where clients connect, on 127.0.0.1. */
    abstract int port();

    /** The one that is killed next. */
    abstract PayaraProcess victim(Random by);

    /** After each message of a publisher, in milliseconds. */
    abstract long pause();

    /** Whether nobody hears anything while it is dead. */
    abstract boolean isOnlyOne();

    @Test
    void nothingIsLostDoubledOrChangedWhenServersAreKilledUnderLoad() throws Exception {
        System.out.println("seed " + seed + ", rounds " + rounds());
        try {
            start();
            runAll();
        } finally {
            stop();
        }
        judge();
    }

    private void runAll() throws Exception {
        var url = "http://127.0.0.1:" + port() + "/";
        try (var listening = new SocketIoSubscribers(url, history, CHANNELS, seed)) {
            socketIo = listening;
            startLoad();
            awaitLoad(0);
            for (var round = 0; round < rounds(); round++) {
                Thread.sleep(random.nextInt(LOAD_MILLIS));
                var victim = victim(random);
                kill(victim, moments().get(round % moments().size()));
                var before = history.size();
                victim.restart();
                awaitLoad(before);
                if (round % ROUNDS_IN_ORDER == 0) {
                    restartInOrder(victim);
                }
            }
            endLoad();
            socketIo.assertUnharmed();
            readLogs();
        }
    }

    /** What an orderly end leaves must bear the next kill as well. */
    private void restartInOrder(PayaraProcess server) throws IOException {
        var before = history.size();
        history.add(new Killed());
        server.close();
        history.add(new Restarted());
        server.restart();
        awaitLoad(before);
    }

    static Path log(String name) {
        return Path.of(System.getProperty("herald.war")).resolveSibling("server/" + name);
    }

    private void startLoad() {
        for (var name : FEED_SUBSCRIBERS) {
            var cutEvery = name.equals("feed-cut") ? CUT_EVERY : 0;
            subscribers.add(
                    new FeedSubscriber(name, port(), history, CHANNELS, cutEvery, new Random(random.nextLong())));
        }
        IntStream.rangeClosed(1, PUBLISHERS)
                .mapToObj(n -> new Publisher("publisher-" + n, port(), history, CHANNELS, pause()))
                .forEach(publishers::add);
        Stream.concat(subscribers.stream(), publishers.stream()).forEach(Actor::start);
    }

    /** Waits until the server acknowledges the messages of each publisher and all subscribers receive some. */
    private void awaitLoad(int from) {
        await("everybody is at work").atMost(PATIENCE).untilAsserted(() -> {
            Stream.concat(subscribers.stream(), publishers.stream()).forEach(Actor::assertUnharmed);
            socketIo.assertUnharmed();
            assertThat(atWork(from)).containsAll(everybody());
        });
    }

    private Set<String> atWork(int from) {
        Set<String> working = new HashSet<>();
        for (var event : history.after(from)) {
            if (event instanceof Acked acked) {
                working.add(acked.publisher());
            } else if (event instanceof Received received) {
                working.add(received.subscriber());
            }
        }
        return working;
    }

    private List<String> everybody() {
        var actors = Stream.concat(subscribers.stream(), publishers.stream()).map(actor -> actor.name);
        return Stream.concat(actors, SOCKETIO_SUBSCRIBERS.stream()).toList();
    }

    /** Kills a server at such a moment; returns when all that it had sent is noted. */
    private void kill(PayaraProcess server, Moment moment) throws IOException, InterruptedException {
        var killed = new CountDownLatch(1);
        Runnable kill = () -> {
            history.add(new Killed());
            server.kill();
            killed.countDown();
        };
        switch (moment) {
            case ANY -> kill.run();
            case BEFORE_COMMIT -> new CommitStop(directory).killAt(StoppingDriver.BEFORE, kill);
            case AFTER_COMMIT -> new CommitStop(directory).killAt(StoppingDriver.AFTER, kill);
            case ACK -> {
                // So that the message has not reached everybody for certain.
                subscribers.get(0).sendAway();
                history.atNext(Acked.class::isInstance, kill);
            }
            case PUSH -> history.atNext(Received.class::isInstance, kill);
        }
        assertThat(killed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the kill at " + moment)
                .isTrue();
        if (isOnlyOne()) {
            awaitSilence();
        }
        history.add(new Restarted());
        subscribers.get(0).letBack();
    }

    private void awaitSilence() {
        var size = new AtomicInteger();
        await("all that was sent is noted").during(QUIET).atMost(PATIENCE).until(() -> {
            var now = history.size();
            return size.getAndSet(now) == now;
        });
    }

    /** Ends the publishers, and then the subscribers when they have received everything or had the time to. */
    private void endLoad() throws InterruptedException {
        publishers.forEach(Actor::stop);
        for (var publisher : publishers) {
            publisher.join();
        }
        try {
            await("all have everything").atMost(PATIENCE).until(this::haveEverything);
        } catch (ConditionTimeoutException e) {
            System.out.println("not all have everything; the checker says what is missing");
        }
        subscribers.forEach(Actor::end);
        for (var subscriber : subscribers) {
            subscriber.join();
        }
    }

    private boolean haveEverything() {
        var heads = new HashMap<String, Long>();
        var reached = new HashMap<List<String>, Long>();
        for (var event : history.all()) {
            if (event instanceof Acked acked) {
                heads.merge(acked.channel(), acked.position().offset(), Math::max);
            } else if (event instanceof Received received) {
                reached.put(
                        List.of(received.channel(), received.subscriber()),
                        received.position().offset());
            }
        }
        return Stream.concat(FEED_SUBSCRIBERS.stream(), SOCKETIO_SUBSCRIBERS.stream())
                .allMatch(subscriber -> heads.entrySet().stream()
                        .allMatch(head ->
                                reached.getOrDefault(List.of(head.getKey(), subscriber), 0L) >= head.getValue()));
    }

    private void readLogs() throws InterruptedException {
        var socket = FeedSocket.connect(port(), "reader").orElseThrow();
        for (var channel : CHANNELS) {
            socket.join(channel, null);
            var joined = hear(socket, "joined", channel);
            var head = joined.getJsonNumber("head").longValue();
            socket.join(channel, new Position(joined.getString("epoch"), 0));
            assertThat(hear(socket, "joined", channel).getBoolean("recovered")).isTrue();
            for (var offset = 0L; offset < head; ) {
                var message = hear(socket, "said", channel);
                var position = Position.of(message);
                history.add(new Logged(channel, position, message.getString("data")));
                offset = position.offset();
            }
        }
        socket.cut();
    }

    static JsonObject hear(FeedSocket socket, String event, String channel) throws InterruptedException {
        while (true) {
            var message = socket.hear().orElseThrow();
            if (event.equals(message.getString("event")) && channel.equals(message.getString("channel", null))) {
                return message;
            }
        }
    }

    private void judge() throws IOException {
        var events = history.all();
        var findings = Checker.check(events);
        var counts = new HashMap<Checker.Fault, Integer>();
        findings.forEach(finding -> counts.merge(finding.fault(), 1, Integer::sum));
        var points = CrashPoints.count(events);
        System.out.println("acknowledged " + count(events, Acked.class::isInstance) + ", received "
                + count(events, Received.class::isInstance) + ", in the log " + count(events, Logged.class::isInstance)
                + ", resumed " + count(events, event -> event instanceof Joined joined && joined.since() != null));
        System.out.println("messages that were met by a kill " + points);
        System.out.println("findings " + counts);
        Files.write(
                log(getClass().getSimpleName() + "-history.txt"),
                events.stream().map(Event::toString).toList());

        assertThat(findings.stream().limit(MAX_SHOWN)).as(counts.toString()).isEmpty();
        assertThat(events)
                .as("the log keeps everything, so nobody is told of a loss")
                .noneMatch(event -> event instanceof Joined joined && joined.since() != null && !joined.recovered());
        assertThat(events)
                .as("stock clients go on by their private ids, without a word to the channels")
                .noneMatch(event -> event instanceof Joined joined
                        && SOCKETIO_SUBSCRIBERS.contains(joined.subscriber())
                        && joined.since() != null
                        && joined.head() != null);
        if (isOnlyOne()) {
            assertThat(points).allSatisfy((point, hits) -> assertThat(hits).isPositive());
        }
    }

    private static long count(List<Event> events, Predicate<Event> which) {
        return events.stream().filter(which).count();
    }
}
