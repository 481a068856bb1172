package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Disconnected;
import dev.herald.api.DocumentChanged;
import dev.herald.api.Envelope;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Joined;
import dev.herald.api.Left;
import dev.herald.api.Namespace;
import dev.herald.api.OfDocument;
import dev.herald.api.On;
import dev.herald.api.Once;
import dev.herald.api.Person;
import dev.herald.api.Published;
import dev.herald.api.Received;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.DefinitionException;
import java.lang.annotation.Annotation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ObserverCatalogueTest {

    private static final Connection MAIN = new Connection("1", new Person("ann", "Ann"));
    private static final Connection SHOP = new Connection("2", new Person("ann", "Ann"), "/shop");

    private final ObserverCatalogue catalogue = new ObserverCatalogue();

    private static FakeObserver of(Class<?> type, Annotation... qualifiers) {
        return FakeObserver.of(type, event -> {}, qualifiers);
    }

    private static Namespace namespace(String name) {
        return new Namespace.Literal(name);
    }

    private static Received received(Connection connection, String event) {
        return new Received(connection, event, null, null, "1", null, Answer.NONE);
    }

    @Test
    void withoutANamespaceAnObserverIsOneOfTheMainNamespace() {
        var method = of(Received.class).foundBy(catalogue);

        assertThat(catalogue.of(received(MAIN, "a"))).isEqualTo(List.of(method));
        assertThat(catalogue.of(received(SHOP, "a"))).isEmpty();
    }

    @Test
    void ofANamespaceAnObserverIsNoneOfAnother() {
        var method = of(Received.class, namespace("/shop")).foundBy(catalogue);

        assertThat(catalogue.of(received(SHOP, "a"))).isEqualTo(List.of(method));
        assertThat(catalogue.of(received(MAIN, "a"))).isEmpty();
    }

    @Test
    void ofAllNamespacesAnObserverIsToldEverything() {
        of(Received.class, namespace("*")).foundBy(catalogue);

        assertThat(catalogue.of(received(SHOP, "a"))).hasSize(1);
        assertThat(catalogue.of(received(MAIN, "a"))).hasSize(1);
    }

    @Test
    void theNameOfTheEventAndTheNamespaceBothCount() {
        of(Received.class, new On.Literal("order"), namespace("/shop")).foundBy(catalogue);

        assertThat(catalogue.of(received(SHOP, "order"))).hasSize(1);
        assertThat(catalogue.of(received(SHOP, "Order"))).isEmpty();
        assertThat(catalogue.of(received(MAIN, "order"))).isEmpty();
    }

    static Stream<HeraldEvent> eventsOfTheShop() {
        var room = ChannelName.ofRoom("/shop", "vip");
        return Stream.of(
                received(SHOP, "a"),
                new Connected(SHOP, true, 1, null),
                new Disconnected(SHOP, "closed", Set.of(room), true),
                new Joined(SHOP, room),
                new Left(SHOP, room));
    }

    @ParameterizedTest
    @MethodSource("eventsOfTheShop")
    void everyEventOfAConnectionHasItsNamespace(HeraldEvent event) {
        of(HeraldEvent.class).foundBy(catalogue);
        var method =
                of(HeraldEvent.class, namespace("/shop"), Any.Literal.INSTANCE).foundBy(catalogue);

        assertThat(catalogue.of(event)).isEqualTo(List.of(method));
    }

    @Test
    void whatIsPublishedIsObservedWhateverTheNamespace() {
        of(Published.class).foundBy(catalogue);
        of(Published.class, namespace("/shop")).foundBy(catalogue);

        assertThat(catalogue.of(
                        new Published(new Envelope(ChannelName.NEWS, null, "a", null, null, Instant.EPOCH, "1"))))
                .hasSize(2);
    }

    @Test
    void namespacesAreThoseThatAreNamed() {
        of(Received.class).foundBy(catalogue);
        of(Received.class, namespace("*")).foundBy(catalogue);
        of(Received.class, namespace("/shop")).foundBy(catalogue);
        of(ConnectionAttempt.class, namespace("/chat")).foundBy(catalogue);

        assertThat(catalogue.namespaces()).containsExactlyInAnyOrder("/shop", "/chat");
    }

    @Test
    void ofAPatternAnObserverIsOneOfEachNamespaceThatFits() {
        var tenants = of(Received.class, namespace("/tenant-*")).foundBy(catalogue);
        var examiner = of(ConnectionAttempt.class, namespace("/tenant-*")).foundBy(catalogue);
        var tenant = new Connection("3", new Person("ann", "Ann"), "/tenant-7");

        assertThat(catalogue.of(received(tenant, "a"))).isEqualTo(List.of(tenants));
        assertThat(catalogue.of(received(SHOP, "a"))).isEmpty();
        assertThat(catalogue.examiners("/tenant-7")).isEqualTo(List.of(examiner));
        assertThat(catalogue.examiners("/tenant")).isEmpty();
        assertThat(catalogue.namespaces()).containsExactly("/tenant-*");
    }

    @Test
    void examinersAreThoseOfTheNamespaceByTheirPriority() {
        var late = of(ConnectionAttempt.class).foundBy(catalogue);
        var early = of(ConnectionAttempt.class, namespace("*")).first().foundBy(catalogue);
        var shop = of(ConnectionAttempt.class, namespace("/shop")).foundBy(catalogue);

        assertThat(catalogue.examiners("/")).isEqualTo(List.of(early, late));
        assertThat(catalogue.examiners("/shop")).isEqualTo(List.of(early, shop));
    }

    static Stream<Arguments> observersThatAreNeverCalled() {
        return Stream.of(
                Arguments.of(of(Received.class, new On.Literal("connect")), "connect"),
                Arguments.of(of(Received.class, new On.Literal("disconnecting"), namespace("*")), "disconnecting"),
                Arguments.of(of(Received.class, new On.Literal("join")), "join"),
                Arguments.of(of(Received.class, new On.Literal("")), ""),
                Arguments.of(of(Received.class, new On.Literal("x".repeat(129)), namespace("/shop")), "xxx"),
                Arguments.of(of(Connected.class, new On.Literal("order")), "order"),
                Arguments.of(of(ConnectionAttempt.class, new On.Literal("order")), "order"));
    }

    @ParameterizedTest
    @MethodSource("observersThatAreNeverCalled")
    void anObserverThatIsNeverCalledFailsTheDeploymentByName(FakeObserver observer, String event) {
        assertThatThrownBy(() -> observer.foundBy(catalogue))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining(FakeObserver.class.getName())
                .hasMessageContaining('"' + event);
    }

    @Test
    void anObserverOfANameThatIsFreeElsewhereIsCalledThere() {
        of(Received.class, new On.Literal("ack"), namespace("/shop")).foundBy(catalogue);
        of(Received.class, new On.Literal("join"), namespace("/shop")).foundBy(catalogue);
        of(HeraldEvent.class, new On.Literal("order")).foundBy(catalogue);

        assertThat(catalogue.of(received(SHOP, "ack"))).hasSize(1);
        assertThat(catalogue.of(received(SHOP, "join"))).hasSize(1);
        assertThat(catalogue.of(received(MAIN, "order"))).hasSize(1);
    }

    @Test
    void otherObserversAreNoneOfHeralds() {
        of(String.class).foundBy(catalogue);
        of(Object.class).foundBy(catalogue);

        assertThat(catalogue.of(received(MAIN, "a"))).isEmpty();
        assertThat(catalogue.examiners("/")).isEmpty();
    }

    private static Once once(String name, String channel) {
        return FakeObserver.proxy(Once.class, (method, arguments) -> switch (method) {
            case "name" -> name;
            case "channel" -> channel;
            case "fromBeginning" -> false;
            case "annotationType" -> Once.class;
            default -> "@Once";
        });
    }

    private static Published published() {
        return new Published(new Envelope(new ChannelName("orders"), null, "created", null, null, Instant.EPOCH, "1"));
    }

    @Test
    void aDurableObserverIsNotToldOnEachNode() {
        var method = of(Published.class).foundBy(catalogue);
        of(Published.class, once("invoices", "orders")).foundBy(catalogue);

        assertThat(catalogue.of(published())).isEqualTo(List.of(method));
    }

    @Test
    void aDurableObserverIsCalledInARequestContext() {
        var told = new ArrayList<Object>();
        FakeObserver.of(Published.class, told::add, once("invoices", "orders.*"))
                .foundBy(catalogue);

        var observers = catalogue.durable(new NoRequestContext());

        assertThat(observers).hasSize(1);
        assertThat(observers.get(0).name()).isEqualTo("invoices");
        assertThat(observers.get(0).channels().fits("orders.1")).isTrue();
        observers.get(0).call().accept(published().message());
        assertThat(told).isEqualTo(List.of(published()));
    }

    static Stream<Arguments> wrongDurableObservers() {
        return Stream.of(
                Arguments.of(Received.class, List.of(once("a", "orders")), "@Once is for observers of Published"),
                Arguments.of(HeraldEvent.class, List.of(once("a", "orders")), "@Once is for observers of Published"),
                Arguments.of(
                        Published.class,
                        List.of(once("a", "orders"), new On.Literal("created")),
                        "has @On, which is for"),
                Arguments.of(Published.class, List.of(once("", "orders")), "needs another name: 1 to 64"),
                Arguments.of(Published.class, List.of(once("名前", "orders")), "needs another name: 1 to 64"),
                Arguments.of(Published.class, List.of(once("a".repeat(65), "orders")), "needs another name: 1 to 64"),
                Arguments.of(Published.class, List.of(once("a", "")), "names no channel"),
                Arguments.of(Published.class, List.of(once("a", "orders %")), "names no channel"));
    }

    @ParameterizedTest
    @MethodSource("wrongDurableObservers")
    void aDurableObserverThatCannotBeFailsTheDeployment(Class<?> type, List<Annotation> qualifiers, String why) {
        assertThatThrownBy(() -> of(type, qualifiers.toArray(Annotation[]::new)).foundBy(catalogue))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining(why);
        assertThat(catalogue.durable(new NoRequestContext())).isEmpty();
    }

    @Test
    void twoDurableObserversOfOneNameFailTheDeployment() {
        of(Published.class, once("invoices", "orders")).foundBy(catalogue);

        assertThatThrownBy(() -> of(Published.class, once("invoices", "others")).foundBy(catalogue))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContainingAll("\"invoices\"", "each needs a name of its own");
    }

    private static OfDocument document(String pattern) {
        return new OfDocument.Literal(pattern);
    }

    @Test
    void changesOfADocumentAreObservedByThoseWhoNameIt() {
        var all = of(DocumentChanged.class).foundBy(catalogue);
        var everything = of(HeraldEvent.class, Any.Literal.INSTANCE).foundBy(catalogue);
        var carts = of(DocumentChanged.class, document("cart-*"), namespace("/shop"))
                .foundBy(catalogue);
        var one = of(HeraldEvent.class, document("cart-7")).foundBy(catalogue);
        of(Published.class).foundBy(catalogue);

        assertThat(catalogue.ofDocument("cart-7")).isEqualTo(List.of(all, everything, carts, one));
        assertThat(catalogue.ofDocument("cart-77")).isEqualTo(List.of(all, everything, carts));
        assertThat(catalogue.ofDocument("acart-7")).isEqualTo(List.of(all, everything));
        assertThat(catalogue.of(received(MAIN, "a"))).isEqualTo(List.of(everything));
    }

    static Stream<Arguments> wrongObserversOfDocuments() {
        return Stream.of(
                Arguments.of(DocumentChanged.class, "", "names no document by @OfDocument(\"\")"),
                Arguments.of(
                        DocumentChanged.class, "Jürgen", "names no document by @OfDocument(\"Jürgen\"): 1 to 128 of"),
                Arguments.of(DocumentChanged.class, "a b", "names no document"),
                Arguments.of(DocumentChanged.class, "*".repeat(129), "names no document"),
                Arguments.of(Published.class, "cart-*", "@OfDocument, which is for observers of DocumentChanged"),
                Arguments.of(ConnectionAttempt.class, "cart-*", "which is for observers of DocumentChanged"));
    }

    @ParameterizedTest
    @MethodSource("wrongObserversOfDocuments")
    void anObserverOfDocumentsThatCannotBeFailsTheDeployment(Class<?> type, String pattern, String why) {
        assertThatThrownBy(() -> of(type, document(pattern)).foundBy(catalogue))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContainingAll(FakeObserver.class.getName(), why);
    }
}
