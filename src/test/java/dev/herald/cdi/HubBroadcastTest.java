package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.Answers;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Receipt;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.testing.NoObservers;
import dev.herald.transaction.TransactionalPublisher;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubBroadcastTest {

    private static final String SHOP = "/shop";
    private static final JsonValue ONE = Json.createValue(1);
    private static final JsonValue TWO = Json.createValue(2);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final TypedJson JSON = new TypedJson();

    /** What is asked for. */
    public record Price(int cents) {}

    private final Hub hub = new Hub(
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100, 1_000_000, 100)),
            new ChannelKinds(List.of(), List.of()),
            new NoObservers(),
            new HubLimits(100, 10, 100),
            Clock.systemUTC(),
            Runnable::run);

    private final Listener inBoth = new Listener(hub, "both", SHOP).in("a", "b");
    private final Listener inA = new Listener(hub, "a-only", SHOP).in("a");
    private final Listener inNone = new Listener(hub, "none", SHOP);
    private final Listener inMain = new Listener(hub, "main", Connection.MAIN).in("a", "b");

    private HubBroadcast shop() {
        return new HubBroadcast(hub, new TransactionalPublisher(hub, null), JSON, Runnable::run, SHOP);
    }

    private static List<Receipt> await(CompletionStage<List<Receipt>> stage) {
        return join(stage);
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @Test
    void withoutRoomsIsForTheWholeNamespaceAndNoOther() {
        var receipts = await(shop().emit("offer", ONE, TWO));

        assertThat(receipts).extracting(Receipt::channel).containsExactly(ChannelName.ofNamespace(SHOP));
        assertThat(List.of(inBoth, inA, inNone))
                .allSatisfy(listener -> assertThat(listener.heard).containsExactly("offer{\"$args\":[1,2]}"));
        assertThat(inMain.heard).isEmpty();
    }

    @Test
    void reachesEachOnceHoweverManyOfItsRoomsTheyAreIn() {
        var receipts = await(shop().to("b").to("a", "b").emit("offer", ONE));

        assertThat(receipts)
                .extracting(Receipt::channel)
                .containsExactly(ChannelName.ofRoom(SHOP, "b"), ChannelName.ofRoom(SHOP, "a"));
        assertThat(inBoth.heard).containsExactly("offer1");
        assertThat(inA.heard).containsExactly("offer1");
        assertThat(inNone.heard).isEmpty();
        assertThat(inMain.heard).isEmpty();
    }

    @Test
    void ofTheMainNamespaceIsForChannelsOfThatName() {
        var receipts =
                await(new HubBroadcast(hub, new TransactionalPublisher(hub, null), JSON, Runnable::run, Connection.MAIN)
                        .to("a", "b")
                        .emit("offer", ONE));

        assertThat(receipts).extracting(receipt -> receipt.channel().value()).containsExactly("a", "b");
        assertThat(inMain.heard).containsExactly("offer1");
        assertThat(inBoth.heard).isEmpty();
    }

    @Test
    void exceptsRoomsAndConnections() {
        await(shop().except("b").emit("1"));
        await(shop().to("a").except("a-only").emit("2"));
        await(new HubBroadcast(hub, new TransactionalPublisher(hub, null), JSON, Runnable::run, Connection.MAIN)
                .except("a")
                .emit("3"));

        assertThat(inBoth.heard).containsExactly("2{\"$args\":[]}");
        assertThat(inA.heard).containsExactly("1{\"$args\":[]}");
        assertThat(inNone.heard).containsExactly("1{\"$args\":[]}");
        assertThat(inMain.heard).isEmpty();
    }

    @Test
    void unloggedIsGoneForThoseWhoAreNotThere() {
        var receipts = await(shop().to("a", "b").unlogged().emit("offer", ONE));

        assertThat(receipts).extracting(Receipt::position).containsExactly(null, null);
        assertThat(inBoth.heard).containsExactly("offer1");
        assertThat(hub.latest(ChannelName.ofRoom(SHOP, "a"), 10)).isEmpty();
    }

    @Test
    void asksEachRecipientOnceAndGathersWhatTheyAnswer() {
        inBoth.answer("3");
        inA.answer("{\"$args\":[4,5]}");
        var answers = join(shop().to("a", "b").ask(SECOND, "price", ONE));

        assertThat(answers.areComplete()).isTrue();
        assertThat(answers.given())
                .containsExactly(
                        new Answers.Given<>(inBoth.connection(), List.of(Json.createValue(3))),
                        new Answers.Given<>(inA.connection(), List.of(Json.createValue(4), Json.createValue(5))));
        assertThat(inBoth.asked).containsExactly("price1");
        assertThat(inNone.asked).isEmpty();
        assertThat(inMain.asked).isEmpty();
    }

    @Test
    void saysWhoHasNotAnsweredAndWhy() {
        inBoth.answer("{\"cents\": 3}");
        inA.answer("{\"cents\": \"سلمى\"}");
        var answers = join(shop().ask(SECOND, "price", Price.class, "名前"));

        assertThat(answers.areComplete()).isFalse();
        assertThat(answers.values()).containsExactly(new Price(3));
        assertThat(answers.missing())
                .extracting(Answers.Missing::connection)
                .containsExactly(inA.connection(), inNone.connection());
        assertThat(answers.missing().get(0).why()).contains("cents");
        assertThat(answers.missing().get(1).why()).contains("no answers");
        assertThat(inBoth.asked).containsExactly("price\"名前\"");
    }

    @Test
    void completesWhenTheLastHasAnswered() {
        inA.answer = new CompletableFuture<>();
        var answers = shop().to("a").except("both").ask(SECOND, "price", Integer.class);

        assertThat(answers.toCompletableFuture()).isNotDone();
        inA.answer.complete("null");
        assertThat(join(answers).given()).containsExactly(new Answers.Given<>(inA.connection(), null));
        assertThat(join(answers).values()).isEmpty();
    }

    @Test
    void asksNobodyWhenNobodyIsThere() {
        assertThat(join(shop().to("c").ask(SECOND, "price")).areComplete()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shop().to("c").ask(SECOND, "connect"))
                .withMessageContaining("connect");
    }

    @Test
    void namesThePeersThatItIsFor() {
        assertThat(shop().peers()).extracting(peer -> peer.connection().id()).containsExactly("both", "a-only", "none");
        assertThat(shop().to("a", "none").except("b").peers())
                .extracting(peer -> peer.connection().id())
                .containsExactly("a-only", "none");
        shop().to("a").peers().forEach(peer -> peer.join("c"));

        assertThat(shop().to("c").peers()).hasSize(2);
    }

    @Test
    void isUnchangedByWhatIsMadeOfIt() {
        var broadcast = shop().to("a");
        broadcast.to("b").except("a-only").unlogged();

        var receipts = await(broadcast.emit("offer", ONE));

        assertThat(receipts)
                .singleElement()
                .satisfies(receipt -> assertThat(receipt.position()).isNotNull());
        assertThat(inA.heard).containsExactly("offer1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "connect", "error", "sent"})
    void hasNoNameThatWouldMisleadClients(String event) {
        var main = new HubBroadcast(hub, new TransactionalPublisher(hub, null), JSON, Runnable::run, "/");

        assertThatIllegalArgumentException().isThrownBy(() -> main.emit(event));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "user:ann", "ns:.2fshop"})
    void isForNoRoomThatThereCannotBe(String room) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HubBroadcast(
                                hub, new TransactionalPublisher(hub, null), JSON, Runnable::run, Connection.MAIN)
                        .to(room));
    }

    @Test
    void nothingIsEmittedToTheRoomOfADocumentNorToTheOthersThen() {
        var main = new HubBroadcast(hub, new TransactionalPublisher(hub, null), JSON, Runnable::run, Connection.MAIN)
                .to("a", "doc:cart-7");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> main.emit("offer", ONE))
                .withMessageContaining("doc:cart-7");
        assertThatIllegalArgumentException().isThrownBy(() -> main.unlogged().emit("offer", ONE));
        assertThat(inMain.heard).isEmpty();
    }
}
