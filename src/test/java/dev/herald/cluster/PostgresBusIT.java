package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.PostgresServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bus by LISTEN and NOTIFY of a real PostgreSQL. */
class PostgresBusIT extends BusContract {

    private static PostgresServer server;
    private static PostgresAddress address;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.start(false);
        address = new PostgresAddress(server.createDatabase(), PostgresServer.USER, "");
    }

    @AfterAll
    static void stopServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Override
    Carrier carrier() {
        return new PostgresCarrier(address.name(), address);
    }

    @Override
    void cut() throws Exception {
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Herald bus'");
    }

    @Override
    void stop() throws Exception {
        server.stop();
    }

    @Override
    void restart() throws Exception {
        server.restart();
    }

    @Test
    void isDeafWhileTheServerHoldsStill() throws Exception {
        var diary = new BusDiary();
        var bob = listening(diary, "news");

        server.freeze();
        try {
            diary.awaitLine("deaf");
            bob.tell("news", "nobody hears this yet");
        } finally {
            server.thaw();
        }

        diary.awaitLines("hearing", 2);
        telling().tell("news", "hello");
        diary.awaitHeard("news: hello");
    }

    @Test
    void carriesWhatPostgresTakesAtMost() {
        assertThat(carrier().maxBytes()).isEqualTo(7_999);
    }
}
