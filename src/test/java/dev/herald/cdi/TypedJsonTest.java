package dev.herald.cdi;

import static java.lang.System.Logger.Level.ERROR;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.testing.QuietLog;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypedJsonTest {

    /** What applications have. */
    public record Order(String customer, int count, List<String> articles) {}

    /** With bytes in it. */
    @SuppressWarnings("ArrayRecordComponent") // as applications do
    public record Photo(String name, byte[] bytes) {}

    /** The older style. */
    public static final class Bean {

        private String name = "";

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }
    }

    /** That it cannot be written is its own fault. */
    @SuppressWarnings("DoNotCallSuggester") // it is what the test needs
    public static final class Broken {

        public String getName() {
            throw new IllegalStateException("this getter always throws");
        }
    }

    private final TypedJson json = new TypedJson();

    @AfterEach
    void close() {
        json.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Jürgen", "名前", "سلمى", "😀", "\"\\\n"})
    void recordsGoThereAndBack(String name) {
        var order = new Order(name, 3, List.of("tea", name));

        var text = json.text(order);

        assertThat(json.read(Json.createReader(new StringReader(text)).readValue(), Order.class))
                .isEqualTo(order);
    }

    @Test
    void valuesAreWrittenAsJsonDevelopersExpect() {
        assertThat(json.text(null)).isEqualTo("null");
        assertThat(json.text(Optional.empty())).isEqualTo("null");
        assertThat(json.text(Optional.of(7))).isEqualTo("7");
        assertThat(json.text("tea")).isEqualTo("\"tea\"");
        assertThat(json.text(true)).isEqualTo("true");
        assertThat(json.text(List.of(1, 2))).isEqualTo("[1,2]");
        assertThat(json.text(new String[] {"a"})).isEqualTo("[\"a\"]");
        assertThat(json.text(Map.of("a", 1))).isEqualTo("{\"a\":1}");
        assertThat(json.text(Json.createObjectBuilder().addNull("a").build())).isEqualTo("{\"a\":null}");
        var bean = new Bean();
        bean.setName("Ann");
        assertThat(json.text(bean)).isEqualTo("{\"name\":\"Ann\"}");
    }

    @Test
    void bytesAreThoseOfEventsAlsoWithinRecords() {
        var bytes = "😀".getBytes(UTF_8);

        assertThat(json.text(bytes)).isEqualTo("{\"$bytes\":\"8J+YgA==\"}");
        assertThat(json.text(new Photo("a", bytes))).isEqualTo("{\"bytes\":{\"$bytes\":\"8J+YgA==\"},\"name\":\"a\"}");
        var read = json.read(
                Json.createObjectBuilder()
                        .add("name", "a")
                        .add("bytes", Json.createObjectBuilder().add("$bytes", "8J+YgA=="))
                        .build(),
                Photo.class);
        assertThat(read.bytes()).isEqualTo(bytes);
        assertThat(json.read(
                        Json.createObjectBuilder().add("$bytes", "8J+YgA==").build(), byte[].class))
                .isEqualTo(bytes);
    }

    @Test
    void jsonIsReadAsItIsAsked() {
        assertThat(json.read(JsonValue.NULL, Order.class)).isNull();
        assertThat(json.read(JsonValue.NULL, JsonValue.class)).isEqualTo(JsonValue.NULL);
        assertThat(json.read(JsonValue.NULL, byte[].class)).isNull();
        assertThat(json.read(Json.createValue(7), int.class)).isEqualTo(7);
        assertThat(json.read(Json.createValue("x"), String.class)).isEqualTo("x");
        assertThat(json.read(JsonValue.EMPTY_JSON_OBJECT, JsonObject.class)).isEmpty();
    }

    @Test
    void whatIsNoSuchTypeIsAnArgumentThatIsWrong() {
        assertThatIllegalArgumentException().isThrownBy(() -> json.read(Json.createValue(1), JsonObject.class));
        assertThatIllegalArgumentException().isThrownBy(() -> json.read(Json.createValue(1), byte[].class));
        assertThatIllegalArgumentException().isThrownBy(() -> json.read(Json.createValue("x"), int.class));
        assertThatIllegalArgumentException().isThrownBy(() -> json.read(JsonValue.EMPTY_JSON_ARRAY, Order.class));
        assertThatIllegalArgumentException().isThrownBy(() -> json.text(new Broken()));
        QuietLog.expect(ERROR, "Generating incomplete JSON");
    }

    @Test
    void argumentsAreOneTextThatClientsCanRead() {
        assertThat(json.arguments(new Order("ann", 1, List.of())))
                .isEqualTo("{\"articles\":[],\"count\":1,\"customer\":\"ann\"}");
        assertThat(json.arguments("a", 1)).isEqualTo("{\"$args\":[\"a\",1]}");
        assertThat(json.arguments()).isEqualTo("{\"$args\":[]}");
        assertThat(json.arguments(Map.of("$args", List.of(1)))).isEqualTo("{\"$args\":[{\"$args\":[1]}]}");
        assertThatIllegalArgumentException().isThrownBy(() -> json.arguments("half \ud83d"));
    }
}
