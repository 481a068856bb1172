package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Herald;
import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import dev.herald.api.Person;
import dev.herald.api.PushTo;
import dev.herald.api.Receipt;
import dev.herald.api.Received;
import dev.herald.asyncapi.AsyncApi;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.bind.annotation.JsonbDateFormat;
import jakarta.json.bind.annotation.JsonbNillable;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.json.bind.annotation.JsonbTransient;
import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.io.StringReader;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The description says what handlers take and answer, and what is pushed. Whether it is AsyncAPI, the official schema says in {@code TypedIT}. */
@SuppressWarnings("unused") // handlers are found by reflection
class ApplicationEventsTest {

    enum Size2 {
        SMALL,
        LARGE
    }

    record NewOrder(
            @NotBlank @Size(max = 40) String article,
            @Positive int count,
            @JsonbProperty("delivered-on") LocalDate day,
            Size2 size,
            NewOrder instead) {}

    static class Checked {

        @NotNull
        @Email
        public String mail;

        @Pattern(regexp = "[a-z]+-\\d")
        public String code;

        @Pattern(regexp = "\\p{Alpha}++")
        public String javaOnly;

        @Pattern(regexp = "a", flags = Pattern.Flag.CASE_INSENSITIVE)
        public String anyCase;

        @Min(5)
        @Max(9)
        public int number;

        @Size(min = 1, groups = Override.class)
        public String later;

        @DecimalMax(value = "2.5", inclusive = false)
        public BigDecimal price;

        @AssertTrue
        public boolean accepted;

        @NotEmpty
        public List<@NotNull @Size(max = 3) String> words;

        @Size(max = 2)
        public Map<String, Integer> counts;

        @JsonbTransient
        public String secret;

        @JsonbDateFormat("dd.MM.yyyy")
        public LocalDate german;

        @JsonbNillable
        public Instant at;

        public byte[] photo;

        private String hidden;

        @NotEmpty
        private String written;

        public void setWritten(String written) {
            this.written = written;
        }
    }

    /** A class of the application may have any name. */
    @SuppressWarnings("JavaLangClash") // on purpose
    record Error(int code) {}

    static class Shop {

        @OnEvent("order")
        NewOrder order(NewOrder order, Person who) {
            return order;
        }

        @OnEvent("check")
        void check(@Valid Checked checked) {}

        @OnEvent("several")
        CompletionStage<Optional<String>> several(@Max(5) int number, byte[] bytes, Optional<String> note) {
            return CompletableFuture.completedFuture(note);
        }

        @OnEvent("any")
        JsonValue any(JsonValue value) {
            return value;
        }

        @OnEvent("error")
        Map<String, Error> error(Error error, List<Error> more) {
            return Map.of();
        }

        @OnEvent("publish")
        CompletionStage<Receipt> publish() {
            return new CompletableFuture<>();
        }

        @OnEvent("answers-itself")
        void answersItself(Received received) {}

        @OnEvent("名前")
        @Namespace("/till")
        @RolesAllowed({"clerk", "**"})
        int[] inTheTill() {
            return new int[0];
        }

        @OnEvent("nobody")
        @Namespace("/tenant-*/x-*")
        @DenyAll
        void nobody() {}

        @OnEvent("where")
        @Namespace(Namespace.ALL)
        CompletionStage<Void> everywhere() {
            return new CompletableFuture<>();
        }
    }

    @PushTo(channel = "orders.{region}.{size}", event = "created")
    record Created(String region, Size2 size, int number) {}

    @PushTo(person = "{customer}", event = "shipped")
    record Shipped(@JsonbProperty("to") String customer) {}

    private final JsonObject description = ApplicationEvents.describe(
                    Arrays.stream(Shop.class.getDeclaredMethods())
                            .filter(method -> method.isAnnotationPresent(OnEvent.class))
                            .map(method -> HandlerMethod.of(
                                    Shop.class,
                                    method,
                                    method.getAnnotation(OnEvent.class),
                                    method.getAnnotation(Namespace.class)))
                            .toList(),
                    List.of(
                            new ObserverCatalogue.Named("/", "order", Shop.class),
                            new ObserverCatalogue.Named("/", "data", Herald.class),
                            new ObserverCatalogue.Named("/", "data", Shop.class)),
                    List.of(
                            PushTarget.of(Created.class, Created.class.getAnnotation(PushTo.class)),
                            PushTarget.of(Shipped.class, Shipped.class.getAnnotation(PushTo.class))))
            .describe("Shop", new AsyncApi.Server("shop.example", "/shop/socket.io/", true))
            .orElseThrow();

    private JsonObject message(String channel, String id) {
        return description
                .getJsonObject("channels")
                .getJsonObject(channel)
                .getJsonObject("messages")
                .getJsonObject(id);
    }

    private JsonObject schema(String name) {
        return description.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
    }

    private static JsonObject json(String text) {
        try (var reader = Json.createReader(new StringReader(text.replace('\'', '"')))) {
            return reader.readObject();
        }
    }

    @Test
    void namesEachEventOnceWithItsNamespaceOrChannel() {
        var named = new TreeSet<String>();
        description.getJsonObject("operations").values().forEach(one -> {
            var operation = one.asJsonObject();
            var message = pointed(operation.getJsonArray("messages").getJsonObject(0));
            named.add(operation.getString("action") + " "
                    + message.getString("name") + " "
                    + pointed(operation.getJsonObject("channel")).getString("address"));
        });

        assertThat(named)
                .containsExactly(
                        "receive answers-itself /",
                        "receive any /",
                        "receive check /",
                        "receive data /",
                        "receive error /",
                        "receive nobody /tenant-{part1}/x-{part2}",
                        "receive order /",
                        "receive publish /",
                        "receive several /",
                        "receive where {namespace}",
                        "receive 名前 /till",
                        "send created orders.{region}.{size}",
                        "send shipped user:{customer}");
        assertThat(description.getJsonObject("operations")).hasSize(named.size());
    }

    @Test
    void saysWhereClientsConnect() {
        assertThat(description.getJsonObject("servers").getJsonObject("socketio"))
                .containsAllEntriesOf(
                        json("{'host': 'shop.example', 'pathname': '/shop/socket.io/', 'protocol': 'wss'}"));
    }

    @Test
    void refersOnlyToWhatIsThere() {
        assertThat(references(description).count()).isGreaterThan(30);
        assertThat(references(description)).allSatisfy(reference -> pointed(reference));
    }

    private static Stream<JsonObject> references(JsonValue value) {
        if (value instanceof JsonArray array) {
            return array.stream().flatMap(ApplicationEventsTest::references);
        } else if (value instanceof JsonObject object) {
            return object.containsKey("$ref")
                    ? Stream.of(object)
                    : object.values().stream().flatMap(ApplicationEventsTest::references);
        }
        return Stream.empty();
    }

    private JsonObject pointed(JsonObject reference) {
        return description.getValue(reference.getString("$ref").substring(1)).asJsonObject();
    }

    @Test
    void saysWhatARecordTakes() {
        assertThat(message("main", "order"))
                .isEqualTo(json("{'name': 'order', 'payload': {'$ref': '#/components/schemas/NewOrder'}"
                        + ", 'x-arguments': ['order']}"));
        assertThat(schema("NewOrder")).isEqualTo(json("""
                {'type': 'object', 'properties': {
                  'article': {'type': 'string', 'minLength': 1, 'pattern': '\\\\S', 'maxLength': 40},
                  'count': {'type': 'integer', 'minimum': -2147483648, 'maximum': 2147483647, 'exclusiveMinimum': 0},
                  'delivered-on': {'type': 'string', 'format': 'date'},
                  'size': {'type': 'string', 'enum': ['SMALL', 'LARGE']},
                  'instead': {'$ref': '#/components/schemas/NewOrder'}},
                 'required': ['article', 'count']}"""));
    }

    @Test
    void saysConstraintsAsFarAsJsonSchemaCan() {
        assertThat(schema("Checked")).isEqualTo(json("""
                {'type': 'object', 'properties': {
                  'mail': {'type': 'string', 'format': 'email'},
                  'code': {'type': 'string', 'pattern': '^(?:[a-z]+-\\\\d)$'},
                  'javaOnly': {'type': 'string'},
                  'anyCase': {'type': 'string'},
                  'number': {'type': 'integer', 'minimum': 5, 'maximum': 9},
                  'later': {'type': 'string'},
                  'price': {'type': 'number', 'exclusiveMaximum': 2.5},
                  'accepted': {'type': 'boolean', 'const': true},
                  'words': {'type': 'array', 'items': {'type': 'string', 'maxLength': 3}, 'minItems': 1},
                  'counts': {'type': 'object', 'maxProperties': 2, 'additionalProperties':
                    {'type': ['integer', 'null'], 'minimum': -2147483648, 'maximum': 2147483647}},
                  'german': {},
                  'at': {'type': ['string', 'null'], 'format': 'date-time'},
                  'photo': {'type': 'string', 'format': 'binary', 'contentMediaType': 'application/octet-stream'},
                  'written': {'type': 'string', 'minLength': 1}},
                 'required': ['mail', 'number', 'accepted', 'words', 'written']}"""));
    }

    @Test
    void severalArgumentsAreAList() {
        assertThat(message("main", "several")).isEqualTo(json("""
                {'name': 'several', 'x-arguments': ['number', 'bytes', 'note'], 'payload': {
                  'type': 'array', 'minItems': 2, 'items': [
                    {'type': 'integer', 'minimum': -2147483648, 'maximum': 5},
                    {'type': 'string', 'format': 'binary', 'contentMediaType': 'application/octet-stream'},
                    {'type': ['string', 'null']}]}}"""));
        assertThat(message("main", "publish")).isEqualTo(json("{'name': 'publish'}"));
    }

    @Test
    void saysWhatIsAcknowledged() {
        var receive = description.getJsonObject("operations").getJsonObject("receive-main-order");
        var replies = receive.getJsonObject("reply").getJsonArray("messages");

        assertThat(pointed(replies.getJsonObject(0)).getJsonObject("payload"))
                .isEqualTo(json("{'anyOf': [{'$ref': '#/components/schemas/NewOrder'}, {'type': 'null'}]}"));
        assertThat(pointed(replies.getJsonObject(1)).getJsonObject("payload"))
                .isEqualTo(json("{'$ref': '#/components/schemas/Error'}"));
        assertThat(message("main", "several-reply").getJsonObject("payload"))
                .isEqualTo(json("{'type': ['string', 'null']}"));
        assertThat(message("main", "check-reply")).isEqualTo(json("{'name': 'check'}"));
        assertThat(message("main", "publish-reply").toString()).contains("#/components/schemas/Acknowledgement");
        for (var anything : List.of("any-reply", "answers-itself-reply")) {
            assertThat(message("main", anything).getJsonObject("payload"))
                    .isEqualTo(json("{'not': {'$ref': '#/components/schemas/Error'}}"));
        }
    }

    @Test
    void aClassOfTheApplicationIsNotTakenForAnother() {
        assertThat(schema("Error").getJsonObject("properties").keySet()).containsExactly("error");
        assertThat(schema("Error-2").getJsonObject("properties").keySet()).containsExactly("code");
        assertThat(message("main", "error").toString()).contains("\"#/components/schemas/Error-2\"");
        assertThat(message("main", "error-reply-2").toString()).contains("\"#/components/schemas/Error-2\"");
        assertThat(message("main", "error-reply").toString()).contains("\"#/components/schemas/Error\"");
    }

    @Test
    void parametersOfChannelsSayWhereTheirValueIs() {
        var channels = description.getJsonObject("channels");

        assertThat(channels.getJsonObject("orders-region-size").getJsonObject("parameters"))
                .isEqualTo(json("""
                {'region': {'location': '$message.payload#/region'},
                 'size': {'location': '$message.payload#/size', 'enum': ['SMALL', 'LARGE']}}"""));
        assertThat(channels.getJsonObject("user-customer").getJsonObject("parameters"))
                .isEqualTo(json("{'customer': {}}"));
    }

    @Test
    void saysWhoMaySend() {
        var operations = description.getJsonObject("operations");

        assertThat(operations.getJsonObject("receive-till").getString("description"))
                .isEqualTo("Only for those in one of the roles: clerk, signed-in.");
        assertThat(operations
                        .getJsonObject("receive-tenant-part1-x-part2-nobody")
                        .getString("description"))
                .isEqualTo("Nobody may send it.");
    }

    @Test
    void anApplicationThatShowsNothingHasNoDescription() {
        assertThat(AsyncApi.withheld().describe("Shop", new AsyncApi.Server("a", "/", false)))
                .isEmpty();
    }

    @Test
    void elementsOfAListMayBeNull() {
        var items = message("main", "error").getJsonObject("payload");

        assertThat(items.getInt("minItems")).isEqualTo(2);
        assertThat(items.getJsonArray("items").getJsonObject(1).getJsonObject("items"))
                .isEqualTo(json("{'anyOf': [{'$ref': '#/components/schemas/Error-2'}, {'type': 'null'}]}"));
    }
}
