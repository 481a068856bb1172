package dev.herald.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.PayaraProcess;
import dev.herald.testing.PostgresServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server whose application places orders in a PostgreSQL is killed again and again between their commits and the log. The log has
 * exactly what the application's database has: each order once, in the order of the commits, none that was rolled back, and all that
 * were acknowledged. {@code -Dkill.outbox.rounds} says how often. The log is in H2, as by default.
 */
@Tag("kill")
@Timeout(value = 75, unit = TimeUnit.MINUTES)
class OutboxKillIT {

    private static final int ROUNDS = Integer.getInteger("kill.outbox.rounds", 4);
    private static final long PATIENCE_SECONDS = 60;

    /** How long the load lasts at the most before a kill. */
    private static final int LOAD_MILLIS = 1_000;

    private static PostgresServer postgres;

    /** What a kill waits for when its time has come. */
    private enum Moment {
        /** A message is on its way to the log, and not there. */
        BEFORE_LOG,
        /** It is in the log, and still in the application's database. */
        AFTER_LOG,
        /** The application has said that an order is placed. */
        ACK,
        ANY
    }

    @TempDir
    Path directory;

    private final Random random = new Random();
    private PayaraProcess server;

    @BeforeAll
    static void startPostgres() {
        postgres = PostgresServer.start(true);
    }

    @AfterAll
    static void stopPostgres() throws IOException {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Test
    void theLogHasExactlyWhatWasCommittedHoweverOftenTheServerIsKilled() throws Exception {
        var met = new EnumMap<Moment, Integer>(Moment.class);
        var database = postgres.createDatabase() + "?user=" + PostgresServer.USER;
        try (var started = start(database)) {
            server = started;
            var buyers = new Buyers(server.port(), database);
            buyers.start();
            for (var round = 0; round < ROUNDS; round++) {
                buyers.awaitOrders();
                Thread.sleep(random.nextInt(LOAD_MILLIS));
                var moment = Moment.values()[round % Moment.values().length];
                kill(moment, buyers);
                met.merge(moment, buyers.countWaiting(), Integer::sum);
                server.startAgain();
            }
            buyers.awaitOrders();
            buyers.end();
            System.out.println("messages met by a kill between commit and log " + met);
            buyers.judge();
        }
        assertThat(met)
                .hasEntrySatisfying(
                        Moment.BEFORE_LOG, count -> assertThat(count).isPositive())
                .hasEntrySatisfying(Moment.AFTER_LOG, count -> assertThat(count).isPositive());
    }

    private PayaraProcess start(String database) throws Exception {
        var log = Path.of(System.getProperty("herald.war")).resolveSibling("server/outbox-kill.log");
        Files.deleteIfExists(log);
        var settings = new ArrayList<>(Buyers.settings(database));
        settings.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "herald.board=false",
                "herald.recovery.max-messages=1000000",
                "herald.datasource.url=" + StoppingDriver.PREFIX + "h2:file:" + directory.resolve("herald")
                        + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE;OPTIMIZE_REUSE_RESULTS=FALSE",
                StoppingDriver.ORDERS + "=" + directory));
        return PayaraProcess.start(war(), log.toFile(), settings.toArray(String[]::new));
    }

    /** The WAR that is released, with a shop and a driver that stands still in it. */
    private Path war() {
        var war = directory.resolve("herald.war");
        Buyers.withTheShop(ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("herald.war"))))
                .addAsLibrary(CommitStop.driver())
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        return war;
    }

    private void kill(Moment moment, Buyers buyers) throws IOException, InterruptedException {
        var killed = new CountDownLatch(1);
        Runnable kill = () -> {
            server.kill();
            killed.countDown();
        };
        switch (moment) {
            case BEFORE_LOG -> new CommitStop(directory).killAt(StoppingDriver.BEFORE, kill);
            case AFTER_LOG -> new CommitStop(directory).killAt(StoppingDriver.AFTER, kill);
            case ACK -> buyers.atNext(kill);
            case ANY -> kill.run();
        }
        assertThat(killed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
}
