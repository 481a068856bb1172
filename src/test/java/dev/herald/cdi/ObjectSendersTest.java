package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.UnansweredException;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Devices;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Neighbours;
import dev.herald.testing.NoObservers;
import dev.herald.transaction.TransactionalPublisher;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectSendersTest {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** What the application sends and asks for. */
    public record Order(int number, String article) {}

    private final TypedJson json = new TypedJson();
    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100, 1_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            Devices.NONE,
            new NoObservers(),
            json,
            new HubLimits(100, 10, 100),
            Clock.systemUTC(),
            Neighbours.NONE,
            Runnable::run);
    private final ObjectSenders senders =
            new ObjectSenders(hub, new TransactionalPublisher(hub, null), json, Runnable::run);
    private final Listener ann = new Listener(hub, "ann", Connection.MAIN);
    private final Listener bob = new Listener(hub, "bob", Connection.MAIN);

    @AfterEach
    void close() {
        json.close();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tea", "Jürgen", "名前", "سلمى", "😀"})
    void anObjectReachesAllInItsChannelAndIsInTheLog(String article) {
        ann.member.join(ORDERS);

        var receipt = await(senders.channel(ORDERS).publish("created", new Order(7, article)));

        assertThat(receipt.position().offset()).isEqualTo(1);
        assertThat(ann.heard).containsExactly("created{\"article\":\"" + article + "\",\"number\":7}");
        assertThat(bob.heard).isEmpty();
        assertThat(hub.latest(ORDERS, 10)).extracting(Envelope::event).containsExactly("created");
    }

    @Test
    void whatIsVolatileIsHeardByThoseWhoAreThereAndNotKept() {
        ann.member.join(ORDERS);

        var receipt = await(senders.channel(ORDERS).publishVolatile("moved", new int[] {1, 2}));

        assertThat(receipt.position()).isNull();
        assertThat(receipt.kind()).isEqualTo(ChannelKind.VOLATILE);
        assertThat(ann.heard).containsExactly("moved[1,2]");
        assertThat(hub.latest(ORDERS, 10)).isEmpty();
    }

    @Test
    void aPersonIsToldInPrivateUnderAnyName() {
        await(senders.person("ann").tell(new Order(7, "tea")));
        await(senders.person("ann").tell("shipped", 7));

        assertThat(ann.heard).containsExactly("private{\"article\":\"tea\",\"number\":7}", "shipped7");
        assertThat(bob.heard).isEmpty();
        assertThat(hub.latest(ChannelName.ofUser("ann"), 10))
                .extracting(Envelope::to)
                .containsExactly("ann", "ann");
    }

    @Test
    void aConnectionIsSentSeveralArgumentsAndSaysWhetherItIsThere() {
        assertThat(await(senders.connection("ann").send("offer", "tea", new Order(7, "tea"))))
                .isTrue();
        assertThat(await(senders.connection("nobody").send("offer", 1))).isFalse();

        assertThat(ann.heard).containsExactly("offer{\"$args\":[\"tea\",{\"article\":\"tea\",\"number\":7}]}");
    }

    @Test
    void anAnswerIsReadAsWhatWasAskedFor() {
        ann.answer("{\"article\":\"coffee\",\"number\":8}");

        var answer = await(senders.connection("ann").ask(SECOND, "confirm", Order.class, new Order(7, "tea")));

        assertThat(answer).isEqualTo(new Order(8, "coffee"));
        assertThat(ann.asked).containsExactly("confirm{\"article\":\"tea\",\"number\":7}");
        assertThat(await(ann.member.ask(SECOND, "confirm", Order.class))).isEqualTo(new Order(8, "coffee"));
    }

    @Test
    void anAnswerWithoutArgumentsIsNull() {
        ann.answer("{\"$args\":[]}");

        assertThat(await(ann.member.ask(SECOND, "confirm", Order.class))).isNull();
    }

    @Test
    void anAnswerThatIsNoSuchTypeIsAnArgumentThatIsWrong() {
        ann.answer("\"coffee\"");

        assertThat(ann.member.ask(SECOND, "confirm", Order.class))
                .failsWithin(SECOND)
                .withThrowableThat()
                .withCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whoIsNotThereAnswersNothing() {
        assertThat(senders.connection("nobody").ask(SECOND, "confirm", Order.class))
                .failsWithin(SECOND)
                .withThrowableThat()
                .withCauseInstanceOf(UnansweredException.class);
    }

    @Test
    void whatNoClientCouldReadIsRefusedAtOnce() {
        var orders = senders.channel(ORDERS);

        assertThatIllegalArgumentException().isThrownBy(() -> orders.publish("joined", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> orders.publish("created", "half \ud83d"));
        assertThatIllegalArgumentException().isThrownBy(() -> orders.publishVolatile("connect", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> senders.person(""));
        assertThatThrownBy(() -> senders.connection("nobody").send("connect", 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(hub.latest(ORDERS, 10)).isEmpty();
    }

    @Test
    void nothingIsPublishedToTheChannelOfADocument() {
        var document = senders.channel(ChannelName.ofDocument("cart-7"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> document.publish("created", 1))
                .withMessageContaining("doc:cart-7")
                .withMessageContaining("change the document");
        assertThatIllegalArgumentException().isThrownBy(() -> document.publishVolatile("created", 1));
    }
}
