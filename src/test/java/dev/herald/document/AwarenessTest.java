package dev.herald.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Member;
import dev.herald.hub.MemoryLog;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import jakarta.json.JsonObject;
import java.time.Clock;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AwarenessTest {

    private static final ChannelName CHANNEL = ChannelName.ofDocument("d");

    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100, 1_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            new NoObservers(),
            new HubLimits(100, 10, 100),
            Clock.systemUTC(),
            Runnable::run);
    private final FakeTimer timer = new FakeTimer();
    private final Awareness awareness = new Awareness(hub, timer.asExecutor());

    private Member arrive(FakeSubscriber subscriber) {
        var member = hub.connectToNone(subscriber);
        member.join(CHANNEL, null).orElseThrow().start(one -> true);
        return member;
    }

    private static FakeSubscriber subscriber(String id) {
        return new FakeSubscriber(new Connection(id, new Person("p-" + id, "Jürgen \"名前\"")));
    }

    private static List<String> heard(FakeSubscriber subscriber) {
        return subscriber.heard.stream()
                .filter(message -> message.event().equals("doc:people"))
                .map(Envelope::json)
                .toList();
    }

    private static String states(String json) {
        return PatchTest.json(json).asJsonObject().getJsonArray("people").getValuesAs(JsonObject.class).stream()
                .map(one -> one.getString("connection") + "=" + one.get("state"))
                .collect(Collectors.joining(","));
    }

    private void ticks(int many) {
        for (var n = 0; n < many; n++) {
            timer.endPausesSoFar();
        }
    }

    @Test
    void tellsTheLatestStatesTogether() {
        var ann = subscriber("a");
        var annsMember = arrive(ann);
        var bobsMember = arrive(subscriber("b"));

        for (var n = 0; n < 50; n++) {
            awareness.present(annsMember, "d", "{\"n\":" + n + "}");
        }
        awareness.present(bobsMember, "d", "7");
        ticks(1);

        assertThat(heard(ann)).hasSize(1);
        assertThat(states(heard(ann).get(0))).isEqualTo("a={\"n\":49},b=7");
        assertThat(heard(ann).get(0)).contains("\"id\":\"p-a\",\"name\":\"Jürgen \\\"名前\\\"\"");
        ticks(30);
        assertThat(heard(ann)).as("nothing has changed").hasSize(1);
    }

    @Test
    void forgetsWhoTakesItBackAndWhoIsGone() {
        var ann = subscriber("a");
        var annsMember = arrive(ann);
        var bobsMember = arrive(subscriber("b"));
        var cidsMember = arrive(subscriber("c"));
        List.of(annsMember, bobsMember, cidsMember).forEach(one -> awareness.present(one, "d", "1"));

        awareness.present(annsMember, "d", "null");
        bobsMember.disconnect("gone");
        cidsMember.unsubscribe(CHANNEL);
        ticks(11);

        assertThat(states(heard(ann).get(heard(ann).size() - 1))).isEmpty();
        ticks(2);
        assertThat(timer.pauses()).as("nobody does anything").isZero();
    }

    @Test
    void hearsOfOtherNodesAndForgetsThoseThatAreSilent() {
        var ann = subscriber("a");
        arrive(ann);

        hub.remote().heard("doc:presence", List.of("d", "x", "p-x", "X", "{\"far\":true}"));
        ticks(1);
        assertThat(states(heard(ann).get(0))).isEqualTo("x={\"far\":true}");

        ticks(300);
        hub.remote().heard("doc:presence", List.of("d", "x", "p-x", "X", "{\"far\":true}"));
        ticks(300);
        assertThat(awareness.people("d")).contains("far");
        ticks(150);
        assertThat(awareness.people("d")).doesNotContain("far");
    }

    @Test
    void isBounded() {
        var member = arrive(subscriber("a"));
        for (var n = 0; n < Awareness.MAX_ENTRIES; n++) {
            assertThat(awareness.present(member, "d" + n, "1")).isTrue();
        }
        assertThat(awareness.present(member, "one-more", "1")).isFalse();
        assertThat(awareness.present(member, "d0", "2")).isTrue();
        awareness.present(member, "d0", "null");
        assertThat(awareness.present(member, "one-more", "1")).isTrue();
        for (var n = 0; n < 300; n++) {
            hub.remote().heard("doc:presence", List.of("one-more", "x" + n, "p", "P", "1"));
        }
        awareness.present(member, "d1", "null");
        assertThat(awareness.people("one-more").split("\"state\"")).hasSizeLessThan(Awareness.MAX_PEOPLE + 2);
    }
}
