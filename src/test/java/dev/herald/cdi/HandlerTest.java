package dev.herald.cdi;

import static java.lang.System.Logger.Level.ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Connection;
import dev.herald.api.EventException;
import dev.herald.api.JsonBytes;
import dev.herald.api.Peer;
import dev.herald.api.Person;
import dev.herald.api.Received;
import dev.herald.api.RefusedException;
import dev.herald.api.UnansweredException;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandlerTest {

    private static final Person ANN = new Person("ann", "سلمى");
    private static final Connection CONNECTION = new Connection("c1", ANN, "/shop");
    private static final String INT = "must be an integer from -2147483648 to 2147483647";

    private final TypedJson json = new TypedJson();
    private final List<String> answers = new ArrayList<>();
    private final Shop shop = new Shop();
    private ConstraintCheck constraints = ConstraintCheck.NONE;

    /** What a client orders. */
    public record NewOrder(String article, int count) {}

    /** What it is told. */
    public record OrderAccepted(String by, int price) {}

    /** A client bought what there is no more of. */
    @SuppressWarnings("serial")
    private static final class SoldOut extends EventException {

        SoldOut() {
            super("sold-out", "there is no more of it");
        }
    }

    /** Its methods are the handlers. */
    @SuppressWarnings("unused") // they are called by their names
    private static final class Shop {

        private CompletableFuture<Object> later = new CompletableFuture<>();
        private Exception failure = new SoldOut();

        OrderAccepted order(NewOrder order, Person who) {
            return new OrderAccepted(who.name(), 3 * order.count());
        }

        List<Object> given(Received received, int number, Peer peer, Connection connection, Optional<String> note) {
            return List.of(received.event(), number, peer == null, connection.id(), note.orElse("nothing"));
        }

        String all(String text, boolean yes, double number, @Nullable Integer boxed) {
            return text + yes + number + boxed;
        }

        byte[] bytes(byte[] bytes) {
            return Arrays.copyOf(bytes, bytes.length + 1);
        }

        JsonValue same(JsonValue value) {
            return value;
        }

        Map<String, Integer> map(Map<String, List<Integer>> all) {
            return Map.of("size", all.get("名前").size());
        }

        int[] array() {
            return new int[] {1, 2};
        }

        void nothing(Received received) {
            // It acknowledges with nothing.
        }

        void twice(Received received) {
            received.ack(Json.createValue("a"), Json.createValue("b"));
        }

        Optional<NewOrder> optional(String article) {
            return article.isEmpty() ? Optional.empty() : Optional.of(new NewOrder(article, 1));
        }

        CompletionStage<Object> stage() {
            return later;
        }

        CompletionStage<Void> stageOfNothing() {
            return later.thenRun(() -> {});
        }

        void fails() throws Exception {
            throw failure;
        }

        double notANumber() {
            return Double.NaN;
        }
    }

    private static Method method(String name) {
        return Arrays.stream(Shop.class.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Handler handler(String name) {
        return new Handler(
                new HandlerMethod(Shop.class, method(name), "/shop", name),
                use -> use.with(shop),
                () -> json,
                () -> constraints);
    }

    /** Calls the handler of this name with these arguments, and returns the arguments of its acknowledgement. */
    private List<JsonValue> emit(String name, String... arguments) {
        call(handler(name), arguments);
        return answer();
    }

    private void call(Handler handler, String... arguments) {
        var all = arguments.length == 1 ? arguments[0] : "{\"$args\":[" + String.join(",", arguments) + "]}";
        handler.notify(new Received(CONNECTION, handler.method().event(), null, null, all, null, answers::add));
    }

    private List<JsonValue> answer() {
        assertThat(answers).isNotEmpty();
        return dev.herald.api.Arguments.read(answers.get(0));
    }

    private static JsonValue parsed(String text) {
        try (var reader = Json.createReader(new StringReader(text.replace('\'', '"')))) {
            return reader.readValue();
        }
    }

    private static JsonObject error(List<JsonValue> answer) {
        assertThat(answer).hasSize(1);
        return answer.get(0).asJsonObject().getJsonObject("error");
    }

    @AfterEach
    void close() {
        json.close();
    }

    @Test
    void aRecordComesInAndARecordIsTheAcknowledgement() {
        assertThat(emit("order", "{\"article\":\"Jürgen 😀\",\"count\":2}"))
                .containsExactly(parsed("{'by':'سلمى','price':6}"));
    }

    @Test
    void theEventsOwnPartsAreGivenAnywhereAmongTheArguments() {
        assertThat(emit("given", "7", "\"名前\"")).containsExactly(parsed("['given',7,true,'c1','名前']"));
    }

    @Test
    void whatIsLeftOutIsEmptyAndWhatIsTooMuchIsIgnored() {
        assertThat(emit("given", "7", "null")).containsExactly(parsed("['given',7,true,'c1','nothing']"));
        answers.clear();
        assertThat(emit("given", "7")).containsExactly(parsed("['given',7,true,'c1','nothing']"));
        answers.clear();
        assertThat(emit("given", "7", "\"a\"", "\"more\"", "{}")).containsExactly(parsed("['given',7,true,'c1','a']"));
    }

    @Test
    void singleValuesComeInAsWhatTheyAre() {
        assertThat(emit("all", "\"😀\"", "true", "2.5", "7")).containsExactly(parsed("'😀true2.57'"));
        answers.clear();
        assertThat(emit("all", "\"\"", "false", "1")).containsExactly(parsed("'false1.0null'"));
    }

    @Test
    void aPrimitiveThatIsLeftOutIsInvalid() {
        assertThat(error(emit("all", "\"a\"")))
                .isEqualTo(parsed("{'code':'invalid','message':'number must not be null; yes must not be null',"
                        + "'fields':{'number':'must not be null','yes':'must not be null'}}"));
    }

    @Test
    void bytesComeInAndGoOut() {
        assertThat(emit("bytes", JsonBytes.of(new byte[] {1, -1}).toString())).containsExactly(JsonBytes.of(new byte[] {
            1, -1, 0
        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[1,[2]]", "null", "\"سلمى\"", "1.50", "false"})
    void anyJsonComesInAndGoesOutAsItIs(String value) {
        assertThat(emit("same", value)).containsExactly(parsed(value));
    }

    @Test
    void mapsListsAndArraysAreOneArgument() {
        assertThat(emit("map", "{\"名前\":[1,2,3]}")).containsExactly(parsed("{'size':3}"));
        answers.clear();
        assertThat(emit("array")).containsExactly(parsed("[1,2]"));
    }

    @Test
    void anEmptyOptionalIsNull() {
        assertThat(emit("optional", "\"\"")).containsExactly(JsonValue.NULL);
        answers.clear();
        assertThat(emit("optional", "\"tea\"")).containsExactly(parsed("{'article':'tea','count':1}"));
    }

    @Test
    void voidAcknowledgesWithoutArguments() {
        assertThat(emit("nothing")).isEmpty();
    }

    @Test
    void aHandlerMayAcknowledgeWithSeveralArgumentsItself() {
        assertThat(emit("twice")).containsExactly(parsed("'a'"), parsed("'b'"));
    }

    @Test
    void aStageAcknowledgesWhenItCompletes() {
        call(handler("stage"));
        assertThat(answers).isEmpty();

        shop.later.complete(Optional.of(new NewOrder("tea", 2)));

        assertThat(answer()).containsExactly(parsed("{'article':'tea','count':2}"));
    }

    @Test
    void aStageOfNothingAcknowledgesWithoutArguments() {
        shop.later.complete("ignored");

        assertThat(emit("stageOfNothing")).isEmpty();
    }

    @Test
    void aStageThatFailsIsAcknowledgedAsAnError() {
        call(handler("stage"));

        shop.later.completeExceptionally(new CompletionException(new SoldOut()));

        assertThat(error(answer())).isEqualTo(parsed("{'code':'sold-out','message':'there is no more of it'}"));
    }

    @Test
    void whatAStageGivesAndCannotBeWrittenIsTheServersMistake() {
        call(handler("stage"));

        try (var errors = new ErrorLog(Handler.class)) {
            shop.later.complete("half an emoji \ud83d");

            assertThat(error(answer()).getString("code")).isEqualTo("server-error");
            assertThat(errors.lines()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            order   | 5                                      | order         | must be an object
            order   | {"article":"tea","count":4294967297}   | order.count   | %INT%
            order   | {"article":"tea","count":"2"}          | order.count   | %INT%
            order   | {"article":[],"count":2}               | order.article | must be a text
            map     | {"名前":[1,2.5]}                        | all.名前[1]    | %INT%
            bytes   | "AQID"                                 | bytes         | must be binary data
            """)
    void argumentsThatDoNotFitAreNamed(String handler, String argument, String field, String misfit) {
        var error = error(emit(handler, argument));

        assertThat(error.getString("code")).isEqualTo("invalid");
        assertThat(error.getJsonObject("fields").getString(field)).isEqualTo(misfit.replace("%INT%", INT));
        assertThat(error.getString("message")).startsWith(field + " must be");
    }

    @Test
    void whatAHostileClientMakesWrongIsToldInBounds() {
        var all = new StringBuilder("{\"").append("😀".repeat(10_000)).append("\":[true]");
        for (var n = 0; n < 1_000; n++) {
            all.append(",\"m").append(n).append("\":[true,true]");
        }

        var error = error(emit("map", all.append('}').toString()));

        assertThat(error.getJsonObject("fields")).hasSize(ErrorAnswer.MAX_FIELDS);
        assertThat(error.getString("message").length()).isLessThanOrEqualTo(300);
        assertThat(error.toString().length()).isLessThan(10_000);
    }

    @Test
    void anExceptionWithACodeIsAcknowledgedWithIt() {
        try (var errors = new ErrorLog(Handler.class)) {
            assertThat(error(emit("fails")))
                    .isEqualTo(parsed("{'code':'sold-out','message':'there is no more of it'}"));
            answers.clear();
            shop.failure = new RefusedException(RefusedException.Reason.OVERLOADED, "try later");
            assertThat(error(emit("fails"))).isEqualTo(parsed("{'code':'overloaded','message':'try later'}"));
            answers.clear();
            shop.failure = new UnansweredException("no answer in time");
            assertThat(error(emit("fails"))).isEqualTo(parsed("{'code':'unanswered','message':'no answer in time'}"));
            answers.clear();
            shop.failure = new SecurityException("the details are nobody's business");
            assertThat(error(emit("fails"))).isEqualTo(parsed("{'code':'forbidden','message':'you may not do this'}"));

            assertThat(errors.lines()).isEmpty();
        }
    }

    @Test
    void anyOtherExceptionTellsTheClientNothingAndTheOperatorOneLine() {
        shop.failure = new IllegalStateException("the\nsecret", new java.io.IOException("disk full"));
        try (var errors = new ErrorLog(Handler.class)) {
            assertThat(error(emit("fails")))
                    .isEqualTo(parsed(
                            "{'code':'server-error','message':'the server made a mistake, which is in its log'}"));

            assertThat(errors.lines())
                    .containsExactly("the handler " + Shop.class.getName()
                            + ".fails threw java.lang.IllegalStateException: the secret, caused by java.io.IOException: disk"
                            + " full; connection c1 is told server-error, and the log has the stack trace at DEBUG");
        }
    }

    @Test
    void aThousandFailuresAreOneLine() {
        shop.failure = new IllegalStateException("again");
        var handler = handler("fails");
        try (var errors = new ErrorLog(Handler.class)) {
            for (var n = 0; n < 1_000; n++) {
                call(handler);
            }

            assertThat(answers).hasSize(1_000);
            assertThat(errors.lines()).hasSize(1);
        }
    }

    @Test
    void anAnswerThatIsNoJsonIsTheServersMistake() {
        try (var errors = new ErrorLog(Handler.class)) {
            assertThat(error(emit("notANumber")).getString("code")).isEqualTo("server-error");

            assertThat(errors.lines()).hasSize(1).allMatch(line -> line.contains("Shop.notANumber threw"));
        }
        QuietLog.expect(ERROR, "Generating incomplete JSON");
    }

    @Test
    void constraintsAreCheckedBeforeTheHandlerIsCalled() {
        constraints = new ConstraintCheck() {
            @Override
            public void require(Object bean, Method method, @Nullable Object[] arguments) {
                assertThat(bean).isSameAs(shop);
                assertThat(arguments).containsExactly(new NewOrder("tea", -1), ANN);
                throw new InvalidArgumentsException(Map.of("order.count", "must be greater than 0"));
            }

            @Override
            public Optional<Map<String, String>> violations(Throwable thrown) {
                return Optional.empty();
            }
        };

        assertThat(error(emit("order", "{\"article\":\"tea\",\"count\":-1}")))
                .isEqualTo(parsed("{'code':'invalid','message':'order.count must be greater than 0',"
                        + "'fields':{'order.count':'must be greater than 0'}}"));
    }

    @Test
    void howeverManyConstraintsAreBrokenTheAnswerIsBounded() {
        var broken = new HashMap<String, String>();
        for (var n = 0; n < 1_000; n++) {
            broken.put("order.lines[" + n + "]" + "x".repeat(1_000), "must be 😀 ".repeat(100));
        }
        constraints = new ConstraintCheck() {
            @Override
            public void require(Object bean, Method method, @Nullable Object[] arguments) {
                throw new InvalidArgumentsException(broken);
            }

            @Override
            public Optional<Map<String, String>> violations(Throwable thrown) {
                return Optional.empty();
            }
        };

        var error = error(emit("order", "{}"));

        assertThat(error.getJsonObject("fields")).hasSize(ErrorAnswer.MAX_FIELDS);
        assertThat(error.toString().length()).isLessThan(20_000);
    }

    @Test
    void codesOfErrorsAreChecked() {
        for (var code : List.of("", "Sold-Out", "a b", "a".repeat(65), "名前")) {
            org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                    .isThrownBy(() -> new EventException(code, "…"));
        }
        assertThat(new EventException("a-1".repeat(21), "…").code()).hasSize(63);
    }

    @Test
    void aLongSentenceIsCutButNoCharacterOfIt() {
        shop.failure = new EventException("long", "😀".repeat(1_000));

        var message = error(emit("fails")).getString("message");

        assertThat(message).hasSizeLessThanOrEqualTo(300).endsWith("😀…");
    }
}
