package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.AllConnections;
import dev.herald.api.Answers;
import dev.herald.api.Broadcast;
import dev.herald.api.Connection;
import dev.herald.api.ToConnection;
import dev.herald.api.UnansweredException;
import dev.herald.api.UnreachedNode;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Devices;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Neighbours;
import dev.herald.testing.NoObservers;
import dev.herald.testing.OneOtherNode;
import dev.herald.transaction.TransactionalPublisher;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What beans do with the connections of another node. */
class OtherNodesTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final TypedJson JSON = new TypedJson();

    /** What is asked for. */
    public record Price(int cents) {}

    private final Hub there = hub(Neighbours.NONE);
    private final OneOtherNode other = new OneOtherNode(there);
    private final Hub here = hub(other);
    private final Listener ann = new Listener(here, "ann", "/shop").in("tills");
    private final Listener bob = new Listener(there, "bob", "/shop").in("tills");
    private final Listener cem = new Listener(there, "cem", "/shop");

    private static Hub hub(Neighbours neighbours) {
        return new Hub(
                new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100, 1_000_000, 100)),
                new ChannelKinds(List.of(), List.of()),
                Devices.NONE,
                new NoObservers(),
                JSON,
                new HubLimits(100, 10, 100),
                Clock.systemUTC(),
                neighbours,
                Runnable::run);
    }

    private Broadcast shop() {
        return new HubBroadcast(here, new TransactionalPublisher(here, null), JSON, Runnable::run, "/shop");
    }

    private ToConnection connection(String id) {
        return new ObjectSenders(here, new TransactionalPublisher(here, null), JSON, Runnable::run).connection(id);
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @Test
    void theClientsOfBothNodesAreAsked() {
        ann.answer("{\"cents\": 1}");
        bob.answer("{\"cents\": 2}");
        cem.answer("{\"cents\": 3}");
        var answers = done(shop().to("tills").ask(SECOND, "price", Price.class, "tea"));

        assertThat(answers.areComplete()).isTrue();
        assertThat(answers.given())
                .containsExactly(
                        new Answers.Given<>(ann.connection(), new Price(1)),
                        new Answers.Given<>(bob.connection(), new Price(2)));
        assertThat(cem.asked).isEmpty();
    }

    @Test
    void whoAnswersSomethingElseOnTheOtherNodeIsMissing() {
        ann.answer("{\"cents\": 1}");
        bob.answer("{\"cents\": \"名前\"}");
        var answers = done(shop().ask(SECOND, "price", Price.class));

        assertThat(answers.values()).containsExactly(new Price(1));
        assertThat(answers.missing())
                .extracting(Answers.Missing::connection)
                .containsExactly(bob.connection(), cem.connection());
        assertThat(answers.missing().get(0).why()).contains("cents");
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamed() {
        ann.answer("1");
        other.fail("planted");
        var answers = done(shop().ask(SECOND, "price"));

        assertThat(answers.given()).hasSize(1);
        assertThat(answers.missing()).isEmpty();
        assertThat(answers.unreached()).containsExactly(new UnreachedNode("other", "planted"));
        assertThat(answers.areComplete()).isFalse();
    }

    @Test
    void aSingleConnectionIsAskedByItsIdAndByNoOther() {
        ann.answer("1");
        bob.answer("2");
        var id = "1234567890_abcdefghi";
        new Listener(there, id, "/shop").answer("5");
        assertThat(done(shop().to(id).ask(SECOND, "price", Integer.class)).values())
                .containsExactly(5);
        assertThat(done(connection("bob").ask(SECOND, "price", Integer.class))).isEqualTo(2);
        assertThat(done(connection("ann").ask(SECOND, "price", Integer.class))).isEqualTo(1);
        assertThatThrownBy(() -> done(connection("cem").ask(SECOND, "price", Integer.class)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UnansweredException.class)
                .hasMessageContaining("it has no answers");
        assertThatThrownBy(() -> done(connection("nobody").ask(SECOND, "price", Integer.class)))
                .hasCauseInstanceOf(UnansweredException.class)
                .hasMessageContaining("there is no such connection");
    }

    @Test
    void anAnswerOfAnotherKindIsAMistake() {
        bob.answer("{}");
        assertThatThrownBy(() -> done(connection("bob").ask(SECOND, "price", Integer.class)))
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aConnectionOfTheOtherNodeIsSentToMovedAndEnded() {
        assertThat(done(connection("bob").send("offer", new Price(7)))).isTrue();
        assertThat(bob.heard).containsExactly("offer{\"cents\":7}");
        assertThat(done(connection("bob").join("vip"))).isTrue();
        assertThat(done(connection("bob").rooms())).contains("tills", "vip");
        assertThat(done(connection("bob").leave("tills"))).isTrue();
        assertThat(done(connection("bob").connection())).contains(bob.connection());
        assertThat(done(connection("bob").disconnect())).isTrue();
        assertThat(there.peer("bob")).isEmpty();
        assertThat(done(connection("cem").close())).isTrue();
    }

    @Test
    void whereThereIsNoSuchConnectionNothingIsDone() {
        assertThat(done(connection("nobody").send("offer", 1))).isFalse();
        assertThat(done(connection("nobody").join("vip"))).isFalse();
        assertThat(done(connection("nobody").leave("vip"))).isFalse();
        assertThat(done(connection("nobody").rooms())).isEmpty();
        assertThat(done(connection("nobody").connection())).isEmpty();
        assertThat(done(connection("nobody").disconnect())).isFalse();
        assertThat(done(connection("nobody").close())).isFalse();
    }

    @Test
    void whatIsNotKnownToBeDoneFails() {
        other.fail("planted");
        assertThatThrownBy(() -> done(connection("bob").send("offer", 1)))
                .hasCauseInstanceOf(UnansweredException.class)
                .hasMessageContaining("planted");
    }

    @Test
    void theConnectionsOfBothNodesAreListed() {
        assertThat(done(shop().except("cem").connections()))
                .isEqualTo(new AllConnections(List.of(ann.connection(), bob.connection()), List.of()));
        other.fail("planted");
        assertThat(done(shop().connections()))
                .isEqualTo(
                        new AllConnections(List.of(ann.connection()), List.of(new UnreachedNode("other", "planted"))));
    }

    @Test
    void theMainNamespaceIsTheOneWithoutAName() {
        new Listener(there, "dan", Connection.MAIN);
        var main = new HubBroadcast(here, new TransactionalPublisher(here, null), JSON, Runnable::run, "/");
        assertThat(done(main.connections()).open()).extracting(Connection::id).containsExactly("dan");
    }
}
