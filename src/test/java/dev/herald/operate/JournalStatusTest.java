package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.herald.journal.JdbcLog;
import dev.herald.journal.LogDatabase;
import dev.herald.journal.Threads;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.management.JMX;
import javax.management.ObjectName;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalStatusTest {

    @TempDir
    Path directory;

    @Test
    void showsTheLogAndBacksItUpFromOpenToClose() throws Exception {
        var server = ManagementFactory.getPlatformMBeanServer();
        var pattern = new ObjectName("dev.herald:type=Journal,*");
        var timer = Executors.newSingleThreadScheduledExecutor();
        var pool = JdbcConnectionPool.create(
                "jdbc:h2:file:" + directory.resolve("log") + ";WRITE_DELAY=0", "herald", "herald");
        var threads = new Threads(timer, timer);
        var opening = new LogDatabase.Opening(true, UUID.randomUUID().toString(), Optional.empty());
        try (var database = new LogDatabase(pool, "the log", 4, opening, threads)) {
            var bounds = new JdbcLog.Bounds(1, 1, 1, 1);
            var status = new JournalStatus(
                    "/", database, new JdbcLog(database.sources(), Clock.systemUTC(), threads, bounds));
            status.open();
            var shown = JMX.newMXBeanProxy(
                    server, server.queryNames(pattern, null).iterator().next(), JournalMXBean.class);

            assertThat(shown.getDatabase()).isEqualTo("the log");
            assertThat(shown.isOpen()).isFalse();
            var file = directory.resolve("backup.zip");
            assertThatIOException()
                    .isThrownBy(() -> shown.backup(file.toString()))
                    .withMessageContaining("not open")
                    .withNoCause();
            database.open();
            assertThat(shown.isOpen()).isTrue();
            assertThat(shown.getWaiting()).isZero();
            shown.backup(file.toString());
            assertThat(Files.size(file)).isPositive();

            status.close();
            assertThat(server.queryNames(pattern, null)).isEmpty();
        } finally {
            pool.dispose();
            timer.shutdownNow();
        }
    }
}
