package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.herald.api.ChannelName;
import dev.herald.api.DocumentChange;
import dev.herald.api.DocumentSource;
import dev.herald.api.DocumentValidator;
import dev.herald.api.DocumentValue;
import dev.herald.api.DocumentVersion;
import dev.herald.api.Envelope;
import dev.herald.api.EventException;
import dev.herald.api.Person;
import dev.herald.api.RefusedException;
import dev.herald.document.Change;
import dev.herald.document.ChangeException;
import dev.herald.document.DocumentSettings;
import dev.herald.document.Documents;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Snapshots;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.NoObservers;
import dev.herald.transaction.FakeTransactions;
import dev.herald.transaction.TransactionalPublisher;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BeanDocumentsTest {

    private static final Person ANN = new Person("ann", "Ann");

    /** Of the first channel of a log that is called so. */
    private static final String EPOCH = "life.0";

    private static final String CONTAINER = "container";

    /** What an application keeps in a document; another part of it, or a page, keeps more there. */
    public record Cart(List<String> articles, Owner owner) {

        public Cart {
            articles = articles == null ? List.of() : List.copyOf(articles);
        }

        Cart with(String article) {
            var all = new ArrayList<>(articles);
            all.add(article);
            return new Cart(all, owner);
        }
    }

    /** A part of it. */
    public record Owner(String name) {}

    /** One that changes itself. */
    public static final class Counter {

        private int count;

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
        }
    }

    private static final Snapshots NO_SNAPSHOTS = new Snapshots() {

        @Override
        public Optional<Snapshot> latest(String name) {
            return Optional.empty();
        }

        @Override
        public void keep(String name, Snapshot snapshot) {
            // The log has all changes.
        }
    };

    /** Where documents are worked at. */
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final ExecutorService container = Executors.newCachedThreadPool(work -> new Thread(work, CONTAINER));
    private final MemoryLog log =
            new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 10_000_000, 100));
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of(), List.of()),
            new NoObservers(),
            new HubLimits(100, 10, 100),
            Clock.systemUTC(),
            Runnable::run);
    private final FakeTransactions transactions = new FakeTransactions();
    private final List<DocumentChange> asked = new ArrayList<>();
    private final BeanDocuments documents = new BeanDocuments();
    private DocumentValidator validator = DocumentChange::after;
    private DocumentSource source = name -> Optional.empty();

    @BeforeEach
    void open() {
        var rules = new BeanRules(
                change -> {
                    asked.add(change);
                    return validator.validate(change);
                },
                name -> source.create(name),
                new NoRequestContext());
        documents.documents = new Documents(
                hub, log, NO_SNAPSHOTS, rules, DocumentSettings.DEFAULT.withMaxSize(1_000), Clock.systemUTC(), threads);
        documents.publisher = new TransactionalPublisher(hub, transactions);
        documents.typedJson = new TypedJson();
        documents.executor = FakeObserver.proxy(ManagedExecutorService.class, (name, arguments) -> {
            container.execute((Runnable) arguments[0]);
            return null;
        });
    }

    @AfterEach
    void close() throws Exception {
        documents.typedJson.close();
        documents.documents.close();
        threads.shutdown();
        container.shutdown();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(container.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    private static JsonValue json(String text) {
        return Json.createReader(new StringReader(text.replace('\'', '"'))).readValue();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Throwable failure(CompletionStage<?> stage) {
        try {
            return new AssertionError(
                    "it has not failed: " + stage.toCompletableFuture().get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Exception e) {
            return e;
        }
    }

    private JsonValue value(String name) {
        return await(documents.value(name));
    }

    private static JsonValue with(JsonValue value, String member, int number) {
        return Json.createObjectBuilder((JsonObject) value).add(member, number).build();
    }

    @Test
    void aDocumentIsThereAsSoonAsItIsNamed() {
        var cart = await(documents.open("cart-7"));

        assertThat(cart)
                .extracting(DocumentValue::name, DocumentValue::version, DocumentValue::value)
                .containsExactly("cart-7", 0L, JsonValue.EMPTY_JSON_OBJECT);
        assertThat(asked).isEmpty();
        assertThat(hub.latest(ChannelName.ofDocument("cart-7"), 10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Jürgen", "名前", "سلمى", "😀"})
    void eachChangeIsTheNextVersionByTheApplication(String name) {
        var merge = Json.createObjectBuilder().add("name", name).build();

        assertThat(await(documents.merge("cart-7", merge))).isEqualTo(new DocumentVersion("cart-7", 1, EPOCH));
        assertThat(await(documents.change("cart-7", cart -> with(cart, "count", 2)))
                        .version())
                .isEqualTo(2);

        assertThat(await(documents.open("cart-7")))
                .isEqualTo(new DocumentValue("cart-7", 2, EPOCH, with(merge, "count", 2)));
        assertThat(hub.latest(ChannelName.ofDocument("cart-7"), 10))
                .extracting(Envelope::event, Envelope::from)
                .hasSize(2)
                .containsOnly(tuple("doc:changed", null));
    }

    @Test
    void whatIsEqualChangesNothing() {
        await(documents.merge("cart-7", json("{'a':1}")));

        assertThat(await(documents.change("cart-7", cart -> json("{'a':1}"))).version())
                .isEqualTo(1);
        assertThat(hub.latest(ChannelName.ofDocument("cart-7"), 10)).hasSize(1);
    }

    @Test
    void stagesCompleteOnTheContainersThreads() {
        var go = new CompletableFuture<Void>();
        var blocked = documents.change("cart-7", cart -> {
            go.join();
            return cart;
        });
        var names = Stream.of(
                        blocked,
                        documents.open("cart-7"),
                        documents.value("cart-7"),
                        documents.merge("cart-7", json("{'a':1}")),
                        documents.of("cart-7", Cart.class).value(),
                        documents.of("cart-7", Cart.class).change(cart -> cart.with("tea")))
                .map(stage -> stage.thenApply(done -> Thread.currentThread().getName()))
                .toList();

        go.complete(null);

        assertThat(names).allSatisfy(name -> assertThat(await(name)).isEqualTo(CONTAINER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "Jürgen", "a/b"})
    void whatIsNoNameIsSaidAtOnce(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> documents.open(name));
        assertThatIllegalArgumentException().isThrownBy(() -> documents.value(name));
        assertThatIllegalArgumentException().isThrownBy(() -> documents.change(name, value -> value));
        assertThatIllegalArgumentException().isThrownBy(() -> documents.merge(name, JsonValue.EMPTY_JSON_OBJECT));
        assertThatIllegalArgumentException().isThrownBy(() -> documents.of(name, Cart.class));
    }

    @Test
    void whatNoClientCouldReadIsNoChange() {
        var half = Json.createValue("half \ud83d");

        assertThatIllegalArgumentException().isThrownBy(() -> documents.merge("cart-7", half));
        assertThat(failure(documents.change("cart-7", cart -> half))).isInstanceOf(IllegalArgumentException.class);
        assertThat(failure(documents.change("cart-7", cart -> null))).isInstanceOf(NullPointerException.class);
        assertThat(await(documents.open("cart-7")).version()).isZero();
    }

    @Test
    void aFunctionThatThrowsFailsItsOwnChange() {
        var thrown = new IllegalStateException("no more tea");
        var failing = documents.change("cart-7", cart -> {
            throw thrown;
        });
        var other = documents.merge("cart-7", json("{'a':1}"));

        assertThat(failure(failing)).isSameAs(thrown);
        assertThat(await(other).version()).isEqualTo(1);
    }

    @Test
    void whatIsTooLargeIsRefused() {
        var large = Json.createObjectBuilder().add("a", "x".repeat(1_000)).build();

        assertThat(failure(documents.merge("cart-7", large)))
                .isInstanceOfSatisfying(
                        EventException.class, e -> assertThat(e.code()).isEqualTo("too-large"))
                .hasMessage("the document would have more than 1000 characters");
    }

    @Test
    void theValidatorMayRefuseWithACodeAndASentence() {
        await(documents.merge("cart-7", json("{'a':1}")));
        validator = change -> {
            throw new EventException("cart-full", "名前: a cart has room for 1 thing");
        };

        assertThat(failure(documents.merge("cart-7", json("{'a':2}"))))
                .isInstanceOfSatisfying(
                        EventException.class, e -> assertThat(e.code()).isEqualTo("cart-full"))
                .hasMessage("名前: a cart has room for 1 thing");
        assertThat(await(documents.open("cart-7"))).isEqualTo(new DocumentValue("cart-7", 1, EPOCH, json("{'a':1}")));
    }

    @Test
    void theValidatorIsToldWhoWantsWhatAndMayCompleteIt() {
        validator = change -> change.name().equals("cart-7")
                ? with(change.after(), "count", change.after().asJsonObject().getInt("a") * 2)
                : change.after();

        await(documents.documents.change("cart-7", ANN, null, "id-1", new Change.Merge(json("{'a':1}"))));
        await(documents.merge("cart-7", json("{'a':3}")));
        await(documents.merge("other", json("{'a':3}")));

        assertThat(asked)
                .containsExactly(
                        new DocumentChange("cart-7", 0, ANN, json("{}"), json("{'a':1}")),
                        new DocumentChange("cart-7", 1, null, json("{'a':1,'count':2}"), json("{'a':3,'count':2}")),
                        new DocumentChange("other", 0, null, json("{}"), json("{'a':3}")));
        assertThat(value("cart-7")).isEqualTo(json("{'a':3,'count':6}"));
        assertThat(value("other")).isEqualTo(json("{'a':3}"));
    }

    /** What an application's validator, or its source, may do wrong. */
    private static <T> List<Function<Object, @Nullable T>> mistakes(T harmful) {
        return List.of(
                asked -> {
                    throw new IllegalStateException("a secret");
                },
                asked -> {
                    throw new LinkageError("a secret");
                },
                asked -> null,
                asked -> harmful);
    }

    @Test
    void aValidatorThatFailsIsOneLineAndNoChange() {
        for (var mistake : mistakes((JsonValue) Json.createValue("half \ud83d"))) {
            validator = mistake::apply;
            try (var errors = new ErrorLog(BeanRules.class)) {
                var asClient = documents.documents.change("cart-7", ANN, null, null, new Change.Merge(json("{'a':1}")));

                assertThat(failure(asClient))
                        .isInstanceOfSatisfying(
                                RejectedException.class,
                                e -> assertThat(e.reply().code()).isEqualTo(ErrorCode.APPLICATION_ERROR));
                assertThat(failure(documents.merge("cart-7", json("{'a':1}"))))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the server made a mistake, which is in its log");
                assertThat(errors.lines()).singleElement().asString().startsWith("document cart-7 is not changed: ");
            }
        }
        assertThat(await(documents.open("cart-7")).version()).isZero();
    }

    @Test
    void theSourceGivesTheFirstValueOnce() {
        source = name -> name.equals("cart-7") ? Optional.of(json("{'a':1}")) : Optional.empty();

        assertThat(await(documents.open("cart-7"))).isEqualTo(new DocumentValue("cart-7", 1, EPOCH, json("{'a':1}")));
        source = name -> Optional.of(json("{'a':2}"));
        assertThat(await(documents.merge("cart-7", json("{'b':1}"))).version()).isEqualTo(2);
        assertThat(value("cart-7")).isEqualTo(json("{'a':1,'b':1}"));
        assertThat(asked).hasSize(1);
    }

    @Test
    void aSourceThatFailsFailsTheOpening() {
        for (var mistake : mistakes(Optional.of((JsonValue) Json.createValue("half \ud83d")))) {
            source = mistake::apply;
            try (var errors = new ErrorLog(BeanRules.class)) {
                assertThat(failure(documents.open("cart-7"))).isInstanceOf(IllegalStateException.class);
                assertThat(failure(documents.merge("cart-7", json("{}")))).isInstanceOf(IllegalStateException.class);
                assertThat(errors.lines()).singleElement().asString().startsWith("document cart-7 is not opened: ");
            }
        }
        source = name -> {
            throw new EventException("no-such-cart", "there is no cart " + name);
        };

        assertThat(failure(documents.documents.open("cart-7", null)))
                .isInstanceOfSatisfying(
                        ChangeException.class, e -> assertThat(e.code()).isEqualTo("no-such-cart"));
        assertThat(failure(documents.value("cart-7"))).hasMessage("there is no cart cart-7");
    }

    @Test
    void anObjectOfAClassIsReadAndChanged() {
        var cart = documents.of("cart-7", Cart.class);
        assertThat(cart.name()).isEqualTo("cart-7");
        assertThat(await(cart.value())).isEqualTo(new Cart(List.of(), null));

        assertThat(await(cart.change(now -> now.with("名前"))).version()).isEqualTo(1);
        assertThat(await(cart.change(now -> now)).version()).isEqualTo(1);

        assertThat(value("cart-7")).isEqualTo(json("{'articles':['名前']}"));
        assertThat(await(cart.value())).isEqualTo(new Cart(List.of("名前"), null));
    }

    @Test
    void whatTheClassDoesNotKnowStays() {
        await(documents.merge("cart-7", json("{'owner':{'name':'Ann','age':7},'topic':'tea','articles':['a']}")));
        var cart = documents.of("cart-7", Cart.class);

        await(cart.change(now -> new Cart(List.of("b"), new Owner("سلمى"))));
        assertThat(value("cart-7")).isEqualTo(json("{'owner':{'name':'سلمى','age':7},'topic':'tea','articles':['b']}"));

        await(cart.change(now -> new Cart(List.of(), null)));
        assertThat(value("cart-7")).isEqualTo(json("{'topic':'tea','articles':[]}"));
    }

    @Test
    void anObjectMayChangeItself() {
        await(documents.merge("counter", json("{'topic':'tea'}")));
        var counter = documents.of("counter", Counter.class);

        for (var n = 0; n < 2; n++) {
            await(counter.change(now -> {
                now.setCount(now.getCount() + 1);
                return now;
            }));
        }

        assertThat(value("counter")).isEqualTo(json("{'count':2,'topic':'tea'}"));
    }

    @Test
    void manyWhoChangeOneObjectLoseNothing() throws Exception {
        var counter = documents.of("counter", Counter.class);
        var changes = new ArrayList<CompletionStage<DocumentVersion>>();
        for (var n = 0; n < 200; n++) {
            changes.add(counter.change(now -> {
                now.setCount(now.getCount() + 1);
                return now;
            }));
        }

        changes.forEach(BeanDocumentsTest::await);

        assertThat(await(counter.value()).getCount()).isEqualTo(200);
        assertThat(changes)
                .extracting(change -> await(change).version())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void whatIsNoSuchObjectIsSaid() {
        await(documents.merge("cart-7", json("{'articles':'tea'}")));
        await(documents.change("list", value -> json("[1]")));
        await(documents.change("nothing", value -> JsonValue.NULL));

        for (var name : List.of("cart-7", "list", "nothing")) {
            var cart = documents.of(name, Cart.class);
            assertThat(failure(cart.value())).isInstanceOf(IllegalArgumentException.class);
            assertThat(failure(cart.change(now -> now))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(await(documents.of("list", JsonValue.class).value())).isEqualTo(json("[1]"));
        await(documents.of("list", int[].class).change(numbers -> new int[] {numbers[0], 2}));
        assertThat(value("list")).isEqualTo(json("[1,2]"));
    }

    @Test
    void insideATransactionAChangeIsMadeAfterTheCommit() {
        transactions.begin();
        var first = documents.merge("cart-7", json("{'a':1}"));
        var second = documents.change("cart-7", cart -> with(cart, "b", 2));
        var third = documents.of("cart-7", Cart.class).change(cart -> cart.with("tea"));
        assertThat(value("cart-7")).isEqualTo(json("{}"));
        assertThat(List.of(first, second, third))
                .noneMatch(stage -> stage.toCompletableFuture().isDone());

        transactions.commit();

        assertThat(List.of(
                        await(first).version(),
                        await(second).version(),
                        await(third).version()))
                .containsExactly(1L, 2L, 3L);
        assertThat(value("cart-7")).isEqualTo(json("{'a':1,'b':2,'articles':['tea']}"));
    }

    @Test
    void afterARollbackNothingIsChanged() {
        transactions.begin();
        var stages = List.of(
                documents.merge("cart-7", json("{'a':1}")),
                documents.change("cart-7", cart -> with(cart, "b", 2)),
                documents.of("cart-7", Cart.class).change(cart -> cart.with("tea")));
        transactions.rollBack();

        assertThat(stages)
                .extracting(BeanDocumentsTest::failure)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(
                                RefusedException.class,
                                e -> assertThat(e.reason()).isEqualTo(RefusedException.Reason.ROLLED_BACK)));
        assertThat(value("cart-7")).isEqualTo(json("{}"));
        assertThat(asked).isEmpty();
    }

    @Test
    void oneTransactionTakesOnlySoMuch() {
        transactions.begin();
        var large = Json.createObjectBuilder(Map.of("a", "x".repeat(9 * 1024 * 1024)))
                .build();
        var unused = documents.merge("cart-7", large);

        assertThatThrownBy(() -> documents.merge("cart-7", large)).isInstanceOf(IllegalStateException.class);
        transactions.rollBack();
    }
}
