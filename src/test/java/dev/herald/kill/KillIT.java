package dev.herald.kill;

import dev.herald.it.PayaraProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** One server with its log in an H2 file, which is also killed just before and after a commit. {@code -Dkill.rounds} says how often. */
class KillIT extends KillRounds {

    private PayaraProcess server;

    @Override
    void start() throws IOException {
        var log = log("kill.log");
        Files.deleteIfExists(log);
        server = PayaraProcess.start(
                warThatStandsStill(),
                log.toFile(),
                "herald.board=false",
                "herald.datasource.url=" + StoppingDriver.PREFIX + "h2:file:" + directory.resolve("herald")
                        + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE",
                "herald.recovery.max-messages=1000000",
                StoppingDriver.ORDERS + "=" + directory);
    }

    /** The WAR that is released, and a driver that stands still in it. */
    private Path warThatStandsStill() {
        var war = directory.resolve("herald.war");
        ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("herald.war")))
                .addAsLibrary(CommitStop.driver())
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        return war;
    }

    @Override
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    int rounds() {
        return Integer.getInteger("kill.rounds", 5);
    }

    @Override
    List<Moment> moments() {
        return List.of(Moment.values());
    }

    @Override
    int port() {
        return server.port();
    }

    @Override
    PayaraProcess victim(Random by) {
        return server;
    }

    @Override
    long pause() {
        return 0;
    }

    @Override
    boolean isOnlyOne() {
        return true;
    }
}
