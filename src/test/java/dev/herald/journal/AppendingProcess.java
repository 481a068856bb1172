package dev.herald.journal;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.hub.Draft;
import dev.herald.hub.Replay;
import dev.herald.testing.RealTimer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/**
 * A process that appends to the log and says how many messages there are: first those that it finds, then, again and again, those
 * that are acknowledged.
 */
final class AppendingProcess {

    private static final ChannelName CHANNEL = new ChannelName("channel");
    private static final int PAGE = 128;
    private static final int MAX_TOGETHER = 40;

    private AppendingProcess() {}

    /**
     * Appends.
     *
     * @param arguments the database's URL, and how often it appends before it ends in order; "-1" to go on until it is killed
     */
    public static void main(String... arguments) throws Exception {
        var threads = Executors.newCachedThreadPool();
        var pool = ConnectionPool.open(new DatabaseSettings(arguments[0], "herald", "herald", null, 4));
        Schema.prepare(pool, UUID.randomUUID().toString());
        var log = new JdbcLog(
                new DataSources(pool),
                Clock.systemUTC(),
                new Threads(threads, RealTimer.SHARED),
                JdbcLogContract.BOUNDS);
        var count = count(log);
        System.out.println(count);
        var random = new Random();
        for (var times = Integer.parseInt(arguments[1]); times != 0; times--) {
            var stages = new ArrayList<CompletableFuture<?>>();
            for (var n = random.nextInt(MAX_TOGETHER); n >= 0; n--) {
                var json = "\"" + "x".repeat(random.nextInt(400)) + "\"";
                stages.add(log.append(new Draft(CHANNEL, "said", null, null, json, null))
                        .toCompletableFuture());
            }
            stages.forEach(CompletableFuture::join);
            count += stages.size();
            System.out.println(count);
        }
        threads.shutdownNow();
        ConnectionPool.close(pool);
    }

    /** Reads all of them. */
    private static long count(JdbcLog log) {
        var count = 0L;
        for (var head = log.head(CHANNEL); count < head.offset(); ) {
            var since = new Position(head.epoch(), count);
            if (!(log.since(CHANNEL, since, PAGE) instanceof Replay.Complete complete)
                    || complete.messages().isEmpty()) {
                throw new AssertionError("messages are missing after " + since);
            }
            count += complete.messages().size();
        }
        return count;
    }
}
