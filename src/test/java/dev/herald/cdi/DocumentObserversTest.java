package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.DocumentChanged;
import dev.herald.api.DocumentChanged.Kind;
import dev.herald.api.Envelope;
import dev.herald.api.JsonBytes;
import dev.herald.api.OfDocument;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.Published;
import dev.herald.testing.ErrorLog;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How observers are told of changes of documents. */
@Timeout(60)
class DocumentObserversTest {

    private static final Person ANN = new Person("ann", "Jürgen 名前");
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00.123Z");

    private final ObserverCatalogue catalogue = new ObserverCatalogue();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CdiObservers observers = new CdiObservers(threads, 4, 10_000, catalogue, new NoRequestContext());
    private final List<DocumentChanged> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private void observe(String documents) {
        FakeObserver.of(
                        DocumentChanged.class,
                        event -> seen.add((DocumentChanged) event),
                        new OfDocument.Literal(documents))
                .foundBy(catalogue);
    }

    /** Tells of a message, the last one, and waits until it is observed. */
    private void tell(String document, long version, Person by, String event, String json) {
        observers.tell(new Published(new Envelope(
                ChannelName.ofDocument(document),
                new Position("life", version),
                event,
                by,
                null,
                Instant.EPOCH,
                json.replace('\'', '"'))));
        observers.close();
    }

    private static String message(String change) {
        return "{'name':'cart-7','version':3,'epoch':'life','at':'" + AT + "'," + change + "}";
    }

    private static JsonValue json(String text) {
        return Json.createReader(new StringReader(text.replace('\'', '"'))).readValue();
    }

    @Test
    void theyAreToldWhoHasChangedWhat() {
        observe("cart-*");

        tell("cart-7", 3, ANN, "doc:changed", message("'id':'c1','merge':{'a':{'$$bytes':'AA=='}}"));

        assertThat(seen)
                .containsExactly(new DocumentChanged(
                        "cart-7",
                        3,
                        "life",
                        ANN,
                        AT,
                        "c1",
                        Kind.MERGE,
                        json("{'a':{'" + JsonBytes.MARK + "':'AA=='}}")));
        assertThat(Kind.MERGE.label()).isEqualTo("merge");
    }

    @Test
    void theApplicationsOwnChangesHaveNoAuthorAndNoId() {
        observe("*");

        tell("cart-7", 1, null, "doc:changed", message("'patch':[{'op':'remove','path':'/a'}]"));

        assertThat(seen)
                .containsExactly(new DocumentChanged(
                        "cart-7", 1, "life", null, AT, null, Kind.PATCH, json("[{'op':'remove','path':'/a'}]")));
    }

    @Test
    void theyAreToldOnlyOfTheirDocumentsAndOnlyOfChanges() {
        observe("cart-7");

        tell("cart-77", 1, ANN, "doc:changed", message("'merge':{}"));
        assertThat(seen).isEmpty();
    }

    @Test
    void whatIsNoChangeIsNotTold() {
        observe("cart-7");

        tell("cart-7", 1, ANN, "doc:presence", "{'a':1}");
        assertThat(seen).isEmpty();
    }

    @Test
    void theyAreToldInTheOrderOfTheVersionsAlsoAfterOneThatThrows() {
        FakeObserver.of(DocumentChanged.class, event -> {
                    throw new IllegalStateException("no");
                })
                .foundBy(catalogue);
        observe("*");

        try (var errors = new ErrorLog(CdiObservers.class)) {
            LongStream.rangeClosed(1, 100)
                    .forEach(version -> observers.tell(new Published(new Envelope(
                            ChannelName.ofDocument("cart-7"),
                            new Position("life", version),
                            "doc:changed",
                            null,
                            null,
                            AT,
                            message("'merge':{}").replace('\'', '"')))));
            observers.close();

            assertThat(errors.lines())
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).contains("DocumentChanged", "IllegalStateException"));
        }
        assertThat(seen)
                .extracting(DocumentChanged::version)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 100).boxed().toList());
    }

    @Test
    void whoObservesMessagesIsToldOfTheMessage() {
        var published = new CopyOnWriteArrayList<Published>();
        FakeObserver.of(Published.class, event -> published.add((Published) event))
                .foundBy(catalogue);

        tell("cart-7", 1, ANN, "doc:changed", message("'merge':{}"));

        assertThat(published).hasSize(1);
        assertThat(seen).isEmpty();
    }
}
