package dev.herald.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jakarta.json.Json;
import jakarta.json.JsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttributesTest {

    private static Attributes many(int count) {
        var all = Attributes.NONE;
        for (var n = 0; n < count; n++) {
            all = all.with("name-" + n, "1");
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Jürgen", "名前", "سلمى", "😀", "", "a \"quoted\" \\ text\n"})
    void returnWhatWasPut(String text) {
        var attributes = Attributes.NONE.with("name 名", Json.createValue(text).toString());

        assertThat(attributes.text("name 名")).contains(text);
        assertThat(Attributes.of(attributes.toJson())).isEqualTo(attributes);
    }

    @Test
    void tellNumbersAndObjectsAsJson() {
        var attributes = Attributes.NONE.with("level", "3").with("rights", "{\"write\":true}");

        assertThat(attributes.text("level")).contains("3");
        assertThat(attributes.text("rights")).contains("{\"write\":true}");
        assertThat(attributes.value("rights")).containsInstanceOf(jakarta.json.JsonObject.class);
        assertThat(attributes.with("none", "null").value("none")).contains(JsonValue.NULL);
        assertThat(attributes.text("nothing")).isEmpty();
    }

    @Test
    void areReplacedAndRemovedByName() {
        var first = Attributes.NONE.with("tenant", "\"acme\"").with("level", "1");

        assertThat(first.with("level", "2").text("level")).contains("2");
        assertThat(first.with(Attributes.NONE.with("level", "3").with("more", "4"))
                        .json())
                .hasSize(3)
                .containsEntry("level", "3");
        assertThat(first.without("level").without("tenant")).isEqualTo(Attributes.NONE);
        assertThat(first.without("nothing")).isSameAs(first);
    }

    @Test
    void areBounded() {
        assertThat(many(Attributes.MAX_COUNT).json()).hasSize(32);
        assertThatIllegalArgumentException().isThrownBy(() -> many(Attributes.MAX_COUNT + 1));

        var half = "\"" + "é".repeat(1_000) + "\"";
        assertThat(Attributes.NONE.with("a", half).with("b", half).json()).hasSize(2);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Attributes.NONE.with("a", half).with("b", half).with("c", "\"" + "x".repeat(200) + "\""));
    }

    @Test
    void haveNamesAndTextsThatADatabaseCanHold() {
        assertThatIllegalArgumentException().isThrownBy(() -> Attributes.NONE.with("", "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> Attributes.NONE.with("x".repeat(65), "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> Attributes.NONE.with("a", "\"\ud800\""));
    }
}
