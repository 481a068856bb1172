package dev.herald.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.hub.Appended;
import dev.herald.hub.Draft;
import dev.herald.hub.Replay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.zip.ZipInputStream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

/** A backup, and what becomes of clients when it comes back. */
class BackupTest extends FileDatabases {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final Person ANN = new Person("ann", "Ann");

    @Test
    void isCompleteAndConsistentWhileMessagesArePublished() throws Exception {
        var pool = database("log");
        Schema.prepare(pool, "life");
        var log = log(pool);
        var acknowledged = new AtomicInteger();
        var done = new AtomicBoolean();
        var publishers = CompletableFuture.runAsync(
                () -> {
                    for (var n = 0; !done.get(); n++) {
                        var batch = new ArrayList<CompletionStage<Appended>>();
                        for (var i = 0; i < 5; i++) {
                            batch.add(log.append(draft(n % 2 == 0 ? NEWS : ORDERS, "text", null)));
                        }
                        batch.forEach(BackupTest::await);
                        acknowledged.addAndGet(batch.size());
                    }
                },
                threads);

        for (var n = 1; n <= 2; n++) {
            var file = directory.resolve("backup-" + n + ".zip");
            var before = waitForMore(acknowledged);
            Backup.write(pool, file.toString());

            var restored = log(database(unzip(file, "restored-" + n)));
            var news = gapless(restored, NEWS);
            var orders = gapless(restored, ORDERS);
            assertThat(news + orders).isGreaterThanOrEqualTo(before);
        }
        done.set(true);
        publishers.get(30, TimeUnit.SECONDS);
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void comesBackWithANewEpochAndAllThatItHas() throws Exception {
        var pool = database("log");
        Schema.prepare(pool, "life");
        var log = log(pool);
        var kept = await(log.append(draft(NEWS, "kept", "id-1"))).message();
        var file = directory.resolve("backup.zip");
        Backup.write(pool, file.toString());
        await(log.append(draft(NEWS, "lost", "id-2")));
        await(log.append(draft(ORDERS, "lost", null)));
        var seen = log.head(NEWS);

        var old = database(unzip(file, "restored"));
        Schema.prepare(old, "unused");
        assertThat(Schema.renew(old, "second life", "monday")).isTrue();
        var restored = log(old);

        assertThat(restored.since(NEWS, seen, 100))
                .isEqualTo(new Replay.Gap(Replay.Reason.EPOCH, new Position("second life", 1)));
        assertThat(restored.head(ORDERS)).isEqualTo(new Position("second life", 0));
        var repeat = await(restored.append(draft(NEWS, "kept", "id-1")));
        assertThat(repeat.duplicate()).isTrue();
        assertThat(repeat.message().json()).isEqualTo(kept.json());
        assertThat(repeat.message().position()).isEqualTo(new Position("second life", 1));
        assertThat(await(restored.append(draft(NEWS, "lost", "id-2"))).message().position())
                .isEqualTo(new Position("second life", 2));

        assertThat(Schema.renew(old, "third life", "monday"))
                .as("the setting may stay")
                .isFalse();
        assertThat(log(old).head(NEWS)).isEqualTo(new Position("second life", 2));
        assertThat(Schema.renew(old, "third life", "tuesday")).isTrue();
        assertThat(log(old).head(NEWS)).isEqualTo(new Position("third life", 2));
    }

    @Test
    void tellsWhoIsAheadEvenWithoutANewEpoch() throws Exception {
        var pool = database("log");
        Schema.prepare(pool, "life");
        var log = log(pool);
        await(log.append(draft(NEWS, "kept", null)));
        var file = directory.resolve("backup.zip");
        Backup.write(pool, file.toString());
        await(log.append(draft(NEWS, "lost", null)));

        var restored = log(database(unzip(file, "restored")));

        assertThat(restored.since(NEWS, log.head(NEWS), 100))
                .isEqualTo(new Replay.Gap(Replay.Reason.AHEAD, new Position("life", 1)));
    }

    @Test
    void replacesNoFileAndNeedsOneOnTheServersDisk() throws Exception {
        var pool = database("log");
        Schema.prepare(pool, "life");
        var there = Files.createFile(directory.resolve("there.zip"));

        assertThatIOException()
                .isThrownBy(() -> Backup.write(pool, there.toString()))
                .withMessageContaining("is there already");
        assertThatIOException()
                .isThrownBy(() -> Backup.write(pool, "backup.zip"))
                .withMessageContaining("absolute");
        assertThatIOException()
                .isThrownBy(() -> Backup.write(
                        pool, directory.resolve("none").resolve("backup.zip").toString()))
                .withMessageContaining("no directory");
        assertThatIOException()
                .isThrownBy(() -> Backup.write(
                        JdbcConnectionPool.create("jdbc:h2:mem:", "", ""),
                        directory.resolve("memory.zip").toString()))
                .withMessageContaining("did not write")
                .withNoCause();
        assertThat(there).isEmptyFile();
        assertThat(directory).isDirectoryNotContaining("glob:**memory*");
    }

    private static int waitForMore(AtomicInteger acknowledged) {
        var before = acknowledged.get();
        org.awaitility.Awaitility.await().until(() -> acknowledged.get() > before + 100);
        return acknowledged.get();
    }

    private static long gapless(JdbcLog log, ChannelName channel) {
        var head = log.head(channel);
        var replay = log.since(channel, new Position(head.epoch(), 0), 1_000_000);
        assertThat(replay).isInstanceOf(Replay.Complete.class);
        assertThat(((Replay.Complete) replay).messages())
                .extracting((Envelope message) ->
                        Objects.requireNonNull(message.position()).offset())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, head.offset()).boxed().toList());
        return head.offset();
    }

    /** Where a backup is unpacked, as the operator does it. */
    private String unzip(Path file, String name) throws IOException {
        var target = Files.createDirectory(directory.resolve(name));
        try (var zip = new ZipInputStream(Files.newInputStream(file))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.copy(zip, target.resolve(entry.getName()));
            }
        }
        return name + "/log";
    }

    private static Draft draft(ChannelName channel, String json, String clientId) {
        return new Draft(channel, "event", ANN, null, json, clientId);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
