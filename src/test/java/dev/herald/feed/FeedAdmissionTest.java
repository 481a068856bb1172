package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Connected;
import dev.herald.api.Connection;
import jakarta.json.Json;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Attempts to connect to the feed, which the application examines. */
class FeedAdmissionTest extends FeedOverHub {

    private final Queue<Runnable> undecided = new ArrayDeque<>();

    private void examineLater() {
        examination = (attempt, then) -> undecided.add(then);
    }

    private void decide() {
        undecided.remove().run();
    }

    @Test
    void areRefusedWithASentenceAndData() {
        examination = (attempt, then) -> {
            attempt.refuse(
                    "customers only",
                    Json.createObjectBuilder().add("see", "名前").build());
            then.run();
        };

        var ann = open(ANN);

        assertThat(ann.heard())
                .containsExactly(
                        "{\"event\":\"error\",\"code\":\"refused\",\"message\":\"customers only\",\"data\":{\"see\":"
                                + "\"名前\"}}");
        assertThat(ann.closeCode()).isEqualTo(1008);
        assertThat(hub.presence().connections("/")).isEmpty();
        assertThat(observers.events()).isEmpty();
    }

    @Test
    void areToldWithThePersonInTheMainNamespace() {
        examination = (attempt, then) -> {
            assertThat(attempt.person()).isEqualTo(ANN);
            assertThat(attempt.namespace()).isEqualTo(Connection.MAIN);
            assertThat(attempt.auth()).isEmpty();
            attempt.put("tenant", "acme");
            then.run();
        };

        open(ANN);

        var connected = observers.events(Connected.class).get(0);
        assertThat(connected.connection().get("tenant")).contains("acme");
        connected.peer().put("level", Json.createValue(3));
        assertThat(connected.connection().get("level")).contains("3");
        connected.peer().remove("tenant");
        assertThat(connected.peer().get("tenant")).isEmpty();
    }

    @Test
    void holdBackWhatTheClientAsksMeanwhile() {
        examineLater();
        var ann = open(ANN);
        ann.say("{'event':'ping'}");
        ann.say("{'event':'data','channel':'room','id':'1'}");
        assertThat(ann.heard()).isEmpty();

        decide();
        timer.endPauses();

        assertThat(ann.heard().get(0)).contains("connected");
        assertThat(ann.heard())
                .filteredOn(text -> text.contains("pong") || text.contains("ack"))
                .hasSize(2);
        assertThat(ann.heard().toString().indexOf("pong"))
                .isLessThan(ann.heard().toString().indexOf("ack"));
    }

    @Test
    void endWhenTheClientAsksTooMuchMeanwhile() {
        examineLater();
        var ann = open(ANN);
        for (var n = 0; n <= EarlyRequests.MAX_WAITING; n++) {
            ann.say("{'event':'ping'}");
        }

        assertThat(ann.closeCode()).isEqualTo(1008);
        decide();
        assertThat(hub.presence().connections("/")).isEmpty();
    }

    @Test
    void endWithTheirConnection() {
        examineLater();
        var ann = open(ANN);
        ann.connection.closed("closed by the client");

        decide();

        assertThat(ann.heard()).isEmpty();
        assertThat(hub.presence().connections("/")).isEmpty();
        assertThat(observers.events()).isEmpty();
    }
}
