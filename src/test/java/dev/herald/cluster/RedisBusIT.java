package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.RedisServer;
import java.net.URI;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bus by a real Redis or Valkey. */
class RedisBusIT extends BusContract {

    private static RedisServer server;

    @BeforeAll
    static void startServer() {
        server = RedisServer.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    Carrier carrier() {
        return new RedisCarrier(server.address());
    }

    @Override
    void cut() throws Exception {
        server.execute("CLIENT KILL TYPE pubsub");
        server.execute("CLIENT KILL TYPE normal");
    }

    @Override
    void stop() {
        server.stop();
    }

    @Override
    void restart() {
        server.restart();
    }

    @Test
    void hasNothingThatCouldBeFlushed() throws Exception {
        var diary = new BusDiary();
        listening(diary, "news");
        var ann = telling();

        assertThat(server.execute("FLUSHALL")).contains("OK");
        assertThat(server.execute("SCRIPT FLUSH")).contains("OK");
        ann.tell("news", "still here");

        diary.awaitHeard("news: still here");
        assertThat(diary.lines()).containsExactly("hearing");
        assertThat(server.execute("DBSIZE")).startsWith(":0");
    }

    @Test
    void isDeafWhileTheServerHoldsStill() throws Exception {
        var diary = new BusDiary();
        listening(diary, "news");

        server.freeze();
        try {
            diary.awaitLine("deaf");
        } finally {
            server.thaw();
        }

        diary.awaitLines("hearing", 2);
        telling().tell("news", "hello");
        diary.awaitHeard("news: hello");
    }

    @Test
    void refusesWhatIsNoAddress() {
        for (var wrong : new String[] {"http://127.0.0.1:6379", "redis://", "127.0.0.1:6379", "redis"}) {
            Assertions.assertThatThrownBy(() -> new RedisCarrier(URI.create(wrong)))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
