package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Two well-behaved Socket.IO clients that have been there all the time: one publishes a number every few milliseconds, the other
 * listens. What they notice of others' attacks is the measure.
 */
public final class Bystander implements AutoCloseable {

    private static final String CHANNEL = "bystanders";
    private static final Pattern TICK = Pattern.compile("42\\[\"tick\",([0-9]+),.*");
    private static final long PAUSE_MILLIS = 20;

    private final RawWebSocket publisher;
    private final RawWebSocket listener;
    private final List<Integer> heard = new ArrayList<>();
    private final ConcurrentMap<Integer, Long> published = new ConcurrentHashMap<>();
    private final AtomicLong slowest = new AtomicLong();
    private volatile int acknowledged;
    private volatile boolean over;
    private volatile IOException failure;
    private volatile boolean paused;

    /** Connects both. */
    public Bystander(int port) throws IOException {
        listener = connect(port);
        listener.say("420[\"join\",\"" + CHANNEL + "\"]");
        listener.readTo("430[");
        publisher = connect(port);
        start("bystander-listener", this::listen);
        start("bystander-acks", this::readAcks);
        start("bystander-publisher", this::publish);
    }

    /** A client that is in the main namespace. */
    public static RawWebSocket connect(int port) throws IOException {
        var client = new RawWebSocket(port, "/socket.io/?EIO=4&transport=websocket");
        client.say("40");
        client.readTo("40{");
        return client;
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void start(String name, Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        if (!over && failure == null) {
                            failure = e;
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private void listen() throws IOException {
        while (!over) {
            var text = listener.hear();
            var tick = TICK.matcher(text);
            if (text.equals("2")) {
                listener.say("3");
            } else if (tick.matches()) {
                var number = Integer.parseInt(tick.group(1));
                slowest.accumulateAndGet(System.nanoTime() - published.remove(number), Math::max);
                synchronized (heard) {
                    heard.add(number);
                }
            }
        }
    }

    private void readAcks() throws IOException {
        while (!over) {
            var text = publisher.hear();
            if (text.equals("2")) {
                publisher.say("3");
            } else if (text.startsWith("43")) {
                acknowledged = Integer.parseInt(text.substring(2, text.indexOf('[')));
            }
        }
    }

    private void publish() throws IOException, InterruptedException {
        for (var n = 1; !over; n++) {
            while (paused) {
                Thread.sleep(PAUSE_MILLIS);
            }
            published.put(n, System.nanoTime());
            publisher.say("42" + n + "[\"tick\"," + n + ",{\"channel\":\"" + CHANNEL + "\"}]");
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** Fails unless everything that was published until now has come, once and in order. */
    public void assertUnharmed() {
        if (failure != null) {
            throw new AssertionError("the bystander lost its connection", failure);
        }
        paused = true;
        try {
            await("all that was published").atMost(Duration.ofSeconds(10)).until(published::isEmpty);
            synchronized (heard) {
                assertThat(heard)
                        .isEqualTo(
                                IntStream.rangeClosed(1, heard.size()).boxed().toList());
            }
            await("all acknowledgements").atMost(Duration.ofSeconds(10)).until(() -> acknowledged == count());
        } finally {
            paused = false;
        }
    }

    /** How many messages have come. */
    public int count() {
        synchronized (heard) {
            return heard.size();
        }
    }

    /** The longest time from publishing to hearing since this was asked last. */
    public Duration slowest() {
        return Duration.ofNanos(slowest.getAndSet(0));
    }

    @Override
    public void close() throws IOException {
        over = true;
        publisher.close();
        listener.close();
    }
}
