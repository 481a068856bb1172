package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.EventException;
import dev.herald.api.JsonBytes;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.bind.annotation.JsonbDateFormat;
import jakarta.json.bind.annotation.JsonbNumberFormat;
import jakarta.json.bind.annotation.JsonbProperty;
import java.io.StringReader;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFitTest {

    private final TypedJson json = new TypedJson();

    /** What a client may order. */
    public record NewOrder(String article, int count) {}

    /** One with a constructor that checks. */
    public record Checked(String text) {

        public Checked {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("text is empty");
            }
            if (text.equals("sold out")) {
                throw new EventException("sold-out", "there is no more of it");
            }
        }
    }

    /** All bounded numbers. */
    public record Numbers(byte b, short s, int i, long l, float f, double d, Integer boxed) {}

    /** Bytes beside a name. */
    @SuppressWarnings("ArrayRecordComponent") // as an application would write it
    public record Photo(@JsonbProperty("file-name") String name, byte[] data, List<byte[]> more) {}

    /** Types that JSON-B knows. */
    public record Trip(LocalDate day, Optional<String> note, Map<String, List<Integer>> stops) {}

    /** What only JSON-B can read. */
    public record Annotated(
            @JsonbDateFormat("dd.MM.yyyy") LocalDate when,

            @JsonbNumberFormat(value = "#,##0", locale = "de")
            int count) {}

    @SuppressWarnings("unused") // its types are read by reflection
    private static void types(Optional<NewOrder> order, List<NewOrder> orders, Map<String, Integer> counts) {}

    private static Type type(int parameter) {
        return Arrays.stream(JsonFitTest.class.getDeclaredMethods())
                .filter(method -> method.getName().equals("types"))
                .findFirst()
                .orElseThrow()
                .getGenericParameterTypes()[parameter];
    }

    private static JsonValue parsed(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readValue();
        }
    }

    private Object read(String text, Type type) {
        return json.read(parsed(text), type);
    }

    @AfterEach
    void close() {
        json.close();
    }

    @Test
    void readsRecordsByTheContainersJsonB() {
        assertThat(read("{\"article\":\"名前 سلمى 😀\",\"count\":2,\"more\":[]}", NewOrder.class))
                .isEqualTo(new NewOrder("名前 سلمى 😀", 2));
        assertThat(read("{\"day\":\"2026-02-28\",\"stops\":{\"a\":[1,2]}}", Trip.class))
                .isEqualTo(new Trip(LocalDate.of(2026, 2, 28), Optional.empty(), Map.of("a", List.of(1, 2))));
    }

    @Test
    void readsListsAndMapsOfWhatTheirTypesSay() {
        assertThat(read("[{\"article\":\"tea\",\"count\":1}]", type(1))).isEqualTo(List.of(new NewOrder("tea", 1)));
        assertThat(read("{\"tea\":3}", type(2))).isEqualTo(Map.of("tea", 3));
    }

    @Test
    void readsSingleValuesAsWhatTheyAre() {
        assertThat(read("\"Jürgen\"", String.class)).isEqualTo("Jürgen");
        assertThat(read("7", int.class)).isEqualTo(7);
        assertThat(read("1e2", Long.class)).isEqualTo(100L);
        assertThat(read("0.5", double.class)).isEqualTo(0.5);
        assertThat(read("0.5", float.class)).isEqualTo(0.5f);
        assertThat(read("0.10", BigDecimal.class)).isEqualTo(new BigDecimal("0.10"));
        assertThat(read("1e20", BigInteger.class)).isEqualTo(BigInteger.TEN.pow(20));
        assertThat(read("true", boolean.class)).isEqualTo(true);
        assertThat(read("false", Boolean.class)).isEqualTo(false);
        assertThat(read("\"x\"", char.class)).isEqualTo('x');
        assertThat(read("\"2026-02-28\"", LocalDate.class)).isEqualTo(LocalDate.of(2026, 2, 28));
        assertThat(read("{}", JsonObject.class)).isEqualTo(JsonValue.EMPTY_JSON_OBJECT);
        assertThat(read("[1,2]", int[].class)).isEqualTo(new int[] {1, 2});
    }

    @Test
    void readsNothingAsNullAndAsAnEmptyOptional() {
        assertThat(read("null", NewOrder.class)).isNull();
        assertThat(read("null", Integer.class)).isNull();
        assertThat(read("null", type(1))).isNull();
        assertThat(read("null", JsonValue.class)).isEqualTo(JsonValue.NULL);
        assertThat(read("null", type(0))).isEqualTo(Optional.empty());
        assertThat(read("{\"article\":\"tea\",\"count\":1}", type(0))).isEqualTo(Optional.of(new NewOrder("tea", 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"7\"", "true", "4294967297", "2.5", "1e999", "-2147483649", "{}"})
    void refusesWhatIsNoIntInsteadOfMakingItOne(String text) {
        assertThatThrownBy(() -> read(text, int.class)).isInstanceOf(UnfitJsonException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"b\":128}", "{\"s\":32768}", "{\"i\":4294967297}", "{\"i\":2.5}", "{\"l\":9223372036854775808}",
                "{\"f\":1e39}", "{\"d\":1e309}", "{\"boxed\":4294967297}", "{\"i\":\"7\"}", "{\"i\":true}"
            })
    void refusesNumbersOfARecordThatDoNotFit(String text) {
        assertThatThrownBy(() -> read(text, Numbers.class))
                .isInstanceOfSatisfying(
                        UnfitJsonException.class,
                        e -> assertThat(e.misfits()).hasSize(1).allSatisfy((path, misfit) -> {
                            assertThat(text).contains("\"" + path + "\"");
                            assertThat(misfit).matches("must be an? (integer|number) .*");
                        }));
    }

    @Test
    void readsTheLargestNumbersOfARecord() {
        assertThat(read(
                        "{\"b\":-128,\"s\":32767,\"i\":-2147483648,\"l\":9223372036854775807,\"f\":0.5,\"d\":1e308,\"boxed\":null}",
                        Numbers.class))
                .isEqualTo(new Numbers((byte) -128, (short) 32767, -2147483648, Long.MAX_VALUE, 0.5f, 1e308, null));
        assertThatThrownBy(() -> read("[1,4294967297]", int[].class)).isInstanceOf(UnfitJsonException.class);
    }

    private void assertMisfits(String text, Type type, Map<String, String> misfits) {
        assertThatThrownBy(() -> read(text, type))
                .isInstanceOfSatisfying(
                        UnfitJsonException.class, e -> assertThat(e.misfits()).isEqualTo(misfits));
    }

    @Test
    void saysWhatItExpectedInWordsOfTheSendersOnly() {
        assertMisfits("[]", NewOrder.class, Map.of("", "must be an object"));
        assertMisfits("\"tea\"", NewOrder.class, Map.of("", "must be an object"));
        assertMisfits("1", String.class, Map.of("", "must be a text"));
        assertMisfits("1", boolean.class, Map.of("", "must be true or false"));
        assertMisfits("0.5", BigInteger.class, Map.of("", "must be an integer"));
        assertMisfits("[]", JsonObject.class, Map.of("", "must be an object"));
        assertMisfits("{}", JsonArray.class, Map.of("", "must be a list"));
        assertMisfits("[1]", byte[].class, Map.of("", "must be binary data"));
        assertMisfits("\"HUGE\"", ChannelKind.class, Map.of("", "must be one of DURABLE, MEMORY, VOLATILE"));
        assertMisfits("\"yesterday\"", LocalDate.class, Map.of("", "cannot be read as LocalDate"));
    }

    @Test
    void namesEachFieldThatDoesNotFit() {
        assertMisfits(
                "{\"article\":5,\"count\":null}",
                NewOrder.class,
                Map.of("article", "must be a text", "count", "must not be null"));
        assertMisfits("[{\"article\":\"tea\"},{\"article\":true}]", type(1), Map.of("[1].article", "must be a text"));
        assertMisfits("{\"tea\":\"x\"}", type(2), Map.of("tea", "must be an integer from -2147483648 to 2147483647"));
        assertMisfits(
                "{\"stops\":{\"a\":[1,[]]}}",
                Trip.class,
                Map.of("stops.a[1]", "must be an integer from -2147483648 to 2147483647"));
    }

    @Test
    void namesNoMoreFieldsThanItsBound() {
        assertThatThrownBy(() -> read("[" + "true,".repeat(10_000) + "true]", int[].class))
                .isInstanceOfSatisfying(
                        UnfitJsonException.class, e -> assertThat(e.misfits()).hasSize(JsonFit.MAX_MISFITS));
    }

    @Test
    void leavesToJsonBWhatItsAnnotationsSay() {
        assertThat(read("{\"when\":\"28.02.2026\",\"count\":\"1.000\"}", Annotated.class))
                .isEqualTo(new Annotated(LocalDate.of(2026, 2, 28), 1_000));
    }

    @Test
    void tellsWhatAConstructorSays() {
        assertMisfits("{\"text\":\"\"}", Checked.class, Map.of("", "is refused: text is empty"));
        assertMisfits("{}", Checked.class, Map.of("", "cannot be read as Checked"));
        assertThatThrownBy(() -> read("{\"text\":\"sold out\"}", Checked.class))
                .isInstanceOfSatisfying(
                        EventException.class, e -> assertThat(e.code()).isEqualTo("sold-out"));
    }

    @Test
    void takesBytesAtAnyDepthAndNothingElseForThem() {
        var bytes = new byte[] {1, 2, -1};
        var text = JsonBytes.of(bytes).toString();
        assertThat(read(text, byte[].class)).isEqualTo(bytes);

        var photo = (Photo) read("{\"file-name\":\"a\",\"data\":" + text + ",\"more\":[" + text + "]}", Photo.class);

        assertThat(photo.data()).isEqualTo(bytes);
        assertThat(photo.more()).containsExactly(bytes);
        assertThat(parsed(json.text(photo)))
                .isEqualTo(parsed("{\"file-name\":\"a\",\"data\":" + text + ",\"more\":[" + text + "]}"));
        assertThat(json.text(bytes)).isEqualTo(text);
        assertMisfits("{\"data\":[1,2]}", Photo.class, Map.of("data", "must be binary data"));
    }

    @Test
    void aReceiptIsWrittenAsClientsKnowIt() {
        var receipt = new Receipt(new ChannelName("orders"), new Position("epoch", 7), false, ChannelKind.DURABLE);

        assertThat(json.text(receipt)).isEqualTo(receipt.json());
    }
}
