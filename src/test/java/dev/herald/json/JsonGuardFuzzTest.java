package dev.herald.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.herald.json.JsonGuard.MalformedJsonException;
import dev.herald.testing.Allocation;
import dev.herald.testing.RandomInputs;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever text a client sends for JSON. */
class JsonGuardFuzzTest {

    private static final JsonProvider JSON = JsonProvider.provider();
    private static final String NULL = "null";

    @FuzzTest
    void isRefusedOrMeansTheSameToTheParser(byte[] input) {
        var text = new String(input, UTF_8);
        var accepted = new String[1];
        Allocation.isInProportion(text.length(), 100, () -> accepted[0] = accept(text));
        if (accepted[0] != null) {
            var meaning = new PlainReader(accepted[0]).value();
            assertThat(plain(parsed(text))).isEqualTo(meaning);
            assertThat(accept(accepted[0])).isSameAs(accepted[0]);
            assertThat(depth(meaning)).isLessThanOrEqualTo(JsonGuard.MAX_DEPTH);
        }
        passesWhatIsSafe(text);
    }

    @Test
    @Timeout(60)
    void holdsForRandomInputs() {
        var words = List.of(
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                "\"",
                "\\",
                "\"a\":",
                "{\"a\":",
                "[[",
                "true",
                "false",
                "null",
                "0",
                "-",
                ".5",
                "e9",
                "E-999",
                "1e1000",
                " ",
                "\n",
                "\\u0000",
                "\\ud83d",
                "\\ude00",
                "\\u0061",
                "\u0000",
                "\u00e9",
                "\ud83d\ude00",
                "\ufeff",
                "\u2028");
        RandomInputs.tryOut(JsonGuardFuzzTest.class, words, this::isRefusedOrMeansTheSameToTheParser);
    }

    private static @Nullable String accept(String text) {
        try {
            return JsonGuard.accept(text);
        } catch (MalformedJsonException e) {
            assertThat(e.getMessage()).isNotBlank().isASCII();
            return null;
        }
    }

    /** The text as a string in an array of JSON is harmless, unless it has NUL in it. */
    private static void passesWhatIsSafe(String text) {
        var quoted = JSON.createArrayBuilder().add(text).build().toString();
        assertThat(accept(quoted) != null).as(quoted).isEqualTo(text.indexOf('\u0000') < 0);
    }

    private static JsonValue parsed(String text) {
        try (var reader = JSON.createReader(new StringReader(text))) {
            return reader.readValue();
        } catch (JsonException e) {
            throw new AssertionError("the parser refuses what the guard passed", e);
        }
    }

    private static Object plain(JsonValue value) {
        if (value instanceof JsonObject object) {
            var members = new LinkedHashMap<String, Object>();
            object.forEach((name, member) -> members.put(name, plain(member)));
            return members;
        } else if (value instanceof JsonArray array) {
            return array.stream().map(JsonGuardFuzzTest::plain).toList();
        } else if (value instanceof JsonString string) {
            return '"' + string.getString();
        } else if (value instanceof JsonNumber number) {
            return number.bigDecimalValue();
        }
        return value.toString();
    }

    private static int depth(Object meaning) {
        if (meaning instanceof Map<?, ?> members) {
            return 1
                    + members.values().stream()
                            .mapToInt(JsonGuardFuzzTest::depth)
                            .max()
                            .orElse(0);
        } else if (meaning instanceof List<?> elements) {
            return 1
                    + elements.stream().mapToInt(JsonGuardFuzzTest::depth).max().orElse(0);
        }
        return 0;
    }

    /** Reads good JSON, by nothing but the text. What it makes is what {@link #plain} makes of the parser's. */
    private static final class PlainReader {

        private final String text;
        private int at;

        PlainReader(String text) {
            this.text = text;
        }

        Object value() {
            return switch (peek()) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> '"' + string();
                default -> word();
            };
        }

        private Map<String, Object> object() {
            var members = new LinkedHashMap<String, Object>();
            at++;
            while (peek() != '}') {
                if (peek() == ',') {
                    at++;
                }
                peek();
                var name = string();
                assertThat(peek()).isEqualTo(':');
                at++;
                assertThat(members.put(name, value()))
                        .as("two members of one name")
                        .isNull();
            }
            at++;
            return members;
        }

        private List<Object> array() {
            var elements = new ArrayList<>();
            at++;
            while (peek() != ']') {
                if (peek() == ',') {
                    at++;
                }
                elements.add(value());
            }
            at++;
            return elements;
        }

        private String string() {
            var string = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                if (text.charAt(at) != '\\') {
                    string.append(text.charAt(at));
                } else if (text.charAt(++at) == 'u') {
                    string.append((char) Integer.parseInt(text, at + 1, at + 5, 16));
                    at += 4;
                } else {
                    var escape = "\"\\/bfnrt".indexOf(text.charAt(at));
                    string.append("\"\\/\b\f\n\r\t".charAt(escape));
                }
            }
            at++;
            assertThat(new String(string.toString().getBytes(UTF_8), UTF_8)).isEqualTo(string.toString());
            assertThat(string.indexOf("\u0000")).isNegative();
            return string.toString();
        }

        private Object word() {
            var start = at;
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            var word = text.substring(start, at);
            if (word.equals("true") || word.equals("false") || word.equals(NULL)) {
                return word;
            }
            assertThat(word).hasSizeLessThanOrEqualTo(JsonGuard.MAX_NUMBER);
            return new BigDecimal(word);
        }

        private char peek() {
            while (" \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return text.charAt(at);
        }
    }
}
