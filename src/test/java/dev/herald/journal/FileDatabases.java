package dev.herald.journal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Databases in files of a directory, each with a log, that a test opens and that are closed after it. */
abstract class FileDatabases {

    @TempDir
    Path directory;

    final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<JdbcConnectionPool> pools = new ArrayList<>();

    JdbcConnectionPool database(String name) {
        var pool = JdbcLogH2FileTest.open(directory.resolve(name));
        pools.add(pool);
        return pool;
    }

    JdbcLog log(DataSource database) {
        return JdbcLogContract.openLog(database, JdbcLogContract.BOUNDS, threads);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        // Who still uses a database would keep its files open.
        Awaitility.await().until(threads::isTerminated);
        pools.forEach(JdbcConnectionPool::dispose);
    }
}
