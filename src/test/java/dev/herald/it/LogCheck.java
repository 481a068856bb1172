package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.time.Duration;
import java.util.Map;
import java.util.stream.LongStream;

/** Compares what {@link Publisher}s were told with what is there. */
public final class LogCheck {

    private LogCheck() {}

    /**
     * Fails unless someone who was not there reads what was acknowledged, each once and at its offset, and nothing else.
     *
     * @param acknowledged by offset
     */
    public static void assertInTheLog(String feed, String channel, Map<Long, String> acknowledged) throws Exception {
        try (var reader = FeedClient.open(feed, Map.of()).settle()) {
            var epoch = reader.await("joined").getString("epoch");
            reader.send("{\"event\":\"join\",\"channel\":\"" + channel + "\",\"since\":{\"epoch\":\"" + epoch
                    + "\",\"offset\":0}}");
            assertAllSeen(reader, channel, acknowledged);
        }
    }

    /** Fails unless this client has heard all of it so, or does within 20 s. */
    public static void assertAllSeen(FeedClient client, String channel, Map<Long, String> acknowledged) {
        var last = (long) acknowledged.size();
        await("all has come")
                .atMost(Duration.ofSeconds(20))
                .until(() -> client.messages("number", channel).stream().anyMatch(it -> offset(it) >= last));
        var seen = client.messages("number", channel);
        assertThat(seen.stream().map(LogCheck::offset).toList())
                .isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
        for (var message : seen) {
            assertThat(((JsonString) message.get("data")).getString()).isEqualTo(acknowledged.get(offset(message)));
        }
    }

    private static long offset(JsonObject message) {
        return message.getJsonNumber("offset").longValue();
    }
}
