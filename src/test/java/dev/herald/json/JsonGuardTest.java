package dev.herald.json;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.herald.json.JsonGuard.MalformedJsonException;
import dev.herald.json.JsonGuard.NotJsonException;
import dev.herald.testing.RandomChanges;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonReaderFactory;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Quotes are apostrophes in the texts of these tests, where that is easier to read. */
@Timeout(30)
class JsonGuardTest {

    private static final String ALPHABET = "{}[]\",:\\u0019eE+-.tfn \n\u0000\ud83d\ude00é";

    private static final int DOCUMENTS = 2_000;
    private static final int MUTATIONS_OF_EACH = 20;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "false",
                "0",
                "-0",
                "7",
                "-12.50",
                "1e5",
                "1E+5",
                "1.0e-005",
                "0.1e999",
                "''",
                "'text'",
                "'\\\\ \\/ \\b \\f \\n \\r \\t \\u0041 \\u00e9 \\u00E9'",
                "'é € 😀 \\ud83d\\ude00 \u007f \u2028'",
                "[]",
                "[ ]",
                "[1]",
                "[1,'a',null,[true],{}]",
                "{}",
                "{ }",
                "{'a':1}",
                "{'':{'':{'':0}}}",
                "{'a':{'a':1},'b':{'a':1}}",
                "{'a':1,'A':1,'\\u0062':1}",
                " \t\r\n{ 'a' : [ 1 , 2 ] , 'b' : 'c' } \t\r\n"
            })
    void passesJsonOfEveryKind(String text) {
        assertThatCode(() -> check(text)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "nul",
                "nulL",
                "True",
                "tru e",
                "NaN",
                "Infinity",
                "undefined",
                "+1",
                "-",
                "- 1",
                ".5",
                "1.",
                "1.e5",
                "1e",
                "1e+",
                "1e+-5",
                "01",
                "-01",
                "0x10",
                "1 2",
                "1_000",
                "١",
                "'",
                "'a",
                "a'",
                "'a\\",
                "'a\\'",
                "'\\x41'",
                "'\\u12'",
                "'\\u12G4'",
                "'\\u00٤1'",
                "'\\U0041'",
                "'a\nb'",
                "'a\tb'",
                "'a\u0001b'",
                "[",
                "]",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "[,]",
                "[1 2]",
                "[1}",
                "{",
                "}",
                "{'a'",
                "{'a':",
                "{'a':}",
                "{'a':1",
                "{'a':1,",
                "{'a':1,}",
                "{,}",
                "{'a' 1}",
                "{'a',1}",
                "{a:1}",
                "{1:1}",
                "{null:1}",
                "{'a':1]",
                "{'a':1 'b':2}",
                "{}{}",
                "[]null",
                "1,2",
                "// comment\n1",
                "/**/1",
                "\ufeff1",
                "\u00a01",
                "\u000b1",
                "\f1",
                "\u00001",
                "1\u0000"
            })
    void refusesWhatIsNoJsonWithASentence(String text) {
        refused(text);
    }

    /** As {@code JSON.parse} does. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':1,'a':1} | {'a':1}",
                "{'a':1,'b':2,'a':3} | {'b':2,'a':3}",
                "{'a':1,'a':2,'a':3,'b':4} | {'a':3,'b':4}",
                "{'a':1,'\\u0061':2} | {'\\u0061':2}",
                "{'\\u0061':1,'a':2} | {'a':2}",
                "{'/':1,'\\/':2} | {'\\/':2}",
                "{'':1,'':2} | {'':2}",
                "{'😀':1,'\\ud83d\\ude00':2} | {'\\ud83d\\ude00':2}",
                "{'名前':'أ','名前':'Jürgen'} | {'名前':'Jürgen'}",
                "[{'x':{'a':1,'a':2}}] | [{'x':{'a':2}}]",
                "[ { 'a' : {'b':1,'b':2} , 'a' : [ {'c':1 , 'c':2} ] } , 3 ] | [ {  'a' : [ { 'c':2} ] } , 3 ]",
                "{'a':{'a':1,'a':{'a':1,'a':2}},'b':'x,','b':'y}'} | {'a':{'a':{'a':2}},'b':'y}'}"
            })
    void keepsTheLastMemberOfEachName(String text, String accepted) {
        assertThat(JsonGuard.accept(text.replace('\'', '"'))).isEqualTo(accepted.replace('\'', '"'));
    }

    @Test
    void returnsTheSameTextWhenThereIsNothingToReplace() {
        var text = "[{\"a\":1,\"b\":{\"a\":1}},{\"a\":2}]";

        assertThat(JsonGuard.accept(text)).isSameAs(text);
    }

    /** A member that is replaced must be JSON as well. */
    @Test
    void refusesAMistakeInAMemberThatIsReplaced() {
        refused("{'a':01,'a':2}");
        beyondBounds("{'a':'\\u0000','a':2}", "a string has the character NUL");
    }

    @Test
    void cutsMembersOfOneNameInTimeInProportionToTheText() {
        var flat = "{" + "\"a\":1,".repeat(200_000) + "\"a\":2}";
        var inner = "[" + "1,".repeat(200_000) + "1]";
        var deep = "{\"a\":0,\"a\":".repeat(JsonGuard.MAX_DEPTH - 1) + inner + "}".repeat(JsonGuard.MAX_DEPTH - 1);

        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (var n = 0; n < 5; n++) {
                assertThat(JsonGuard.accept(flat)).isEqualTo("{\"a\":2}");
                assertThat(JsonGuard.accept(deep)).startsWith("{\"a\":{\"a\":{").endsWith("1]" + "}".repeat(255));
            }
        });
    }

    @Test
    void takesNoMembersOfOneNameFromABean() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> JsonGuard.requireHarmless("{\"a\":1,\"a\":2}"))
                .withMessageContaining("two members of one name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'\ud83d'",
                "'\ude00'",
                "'\ude00\ud83d'",
                "'\ud83d\ud83d\ude00'",
                "'\ud83dx'",
                "'\\ud83d'",
                "'\\ude00'",
                "'\\ude00\\ud83d'",
                "'\\ud83d\\ud83d\\ude00'",
                "'\\ud83d \\ude00'",
                "{'\ud83d':1}",
                "{'\\ude00':1}"
            })
    void refusesHalfASurrogatePairInAnyForm(String text) {
        refused(text);
    }

    @Test
    void passesASurrogatePairOfWhichOneHalfIsEscaped() {
        assertThatCode(() -> check("'" + '\ud83d' + "\\ude00 \\ud83d" + '\ude00' + "'"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'\u0000'", "'\\u0000'", "'a\\u0000b'", "{'\\u0000':1}", "{'a\u0000':1}"})
    void refusesNul(String text) {
        refused(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a' 1} | ':' is expected, at character 5",
                "[1 2] | ']' is expected, at character 3",
                "{'a':1 | '}' is expected, at character 6",
                "nope | a value is expected, at character 0",
                "[1,x] | a value is expected, at character 3",
                "1 1 | nothing may follow the value, at character 2",
                "{1:1} | an object's member begins with its name in quotes, at character 1",
                "[1, | the text ends too early, at character 3"
            })
    void saysWhatIsWrongAndWhere(String text, String sentence) {
        assertThat(refused(text)).isEqualTo("not the JSON we take: " + sentence);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 70, 255, 256})
    void passesNestingUpTo256(int depth) {
        assertThatCode(() -> check("[".repeat(depth) + "]".repeat(depth))).doesNotThrowAnyException();
        assertThatCode(() -> check("{'a':".repeat(depth) + "1" + "}".repeat(depth)))
                .doesNotThrowAnyException();
        assertThatCode(() -> check("[" + "[{}],".repeat(200) + "[".repeat(254) + "]".repeat(255)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {257, 258, 100_000})
    void refusesDeeperNesting(int depth) {
        beyondBounds("[".repeat(depth), "nested deeper than 256");
        beyondBounds("[".repeat(depth) + "]".repeat(depth), "nested deeper than 256");
        beyondBounds("{'a':".repeat(depth), "nested deeper than 256");
        beyondBounds("[{'a':".repeat(depth / 2 + 1), "nested deeper than 256");
    }

    @Test
    void readsNoFurtherThanTheBound() {
        var deep = "[".repeat(10_000_000);

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (var n = 0; n < 2_000; n++) {
                assertThat(passes(deep)).isFalse();
            }
        });
    }

    @Test
    void passesAnyNumberOfMembersAndElements() {
        assertThatCode(() -> check(members(1_001) + "}")).doesNotThrowAnyException();
        assertThatCode(() -> check("[" + members(10_000) + "}," + members(10_000) + "}]"))
                .doesNotThrowAnyException();
        assertThatCode(() -> check("[" + "0,".repeat(10_000) + "0]")).doesNotThrowAnyException();
    }

    @Test
    void passesNumbersOfUpToAThousandCharacters() {
        var tooLong = "a number is longer than 1000 characters";
        assertThatCode(() -> check("9".repeat(120))).doesNotThrowAnyException();
        assertThatCode(() -> check("-" + "9".repeat(999))).doesNotThrowAnyException();
        assertThatCode(() -> check("0." + "9".repeat(998))).doesNotThrowAnyException();
        beyondBounds("9".repeat(1_001), tooLong);
        beyondBounds("-" + "9".repeat(1_000), tooLong);
        beyondBounds("0." + "9".repeat(999), tooLong);
        beyondBounds("[" + "9".repeat(200_000) + "]", tooLong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e1000", "1e-1000", "1E+9999", "1e0001", "1e-00000000009999", "0e0", "{'n':1e000}"})
    void passesExponentsUpTo9999(String text) {
        assertThatCode(() -> check(text)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1e10000", "1e-10000", "1E+10000", "1e010000", "{'n':1e1000000000}", "0e99999999999999999999"})
    void refusesLargerExponents(String text) {
        beyondBounds(text, "a number's exponent is beyond 9999");
    }

    @Test
    void passesNothingThatIsTooMuchForAParser() {
        var parser = Json.createReaderFactory(Map.of());
        for (var text : List.of(
                "[".repeat(256) + "]".repeat(256),
                "{\"a\":".repeat(256) + "1" + "}".repeat(256),
                members(10_000) + "}",
                "-" + "9".repeat(999),
                "0." + "9".repeat(998),
                "1e9999",
                "1e-9999")) {
            check(text);
            parse(parser, text);
        }
    }

    @Test
    void takesNamesOfOneHashInGoodTime() {
        var names = IntStream.range(0, 1_000)
                .mapToObj(n -> "'"
                        + Integer.toBinaryString(1_024 + n).replace("0", "Aa").replace("1", "BB") + "':0")
                .collect(joining(","));

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (var n = 0; n < 100; n++) {
                check("{" + names + "}");
            }
        });
    }

    /** What passes here is safe and means the same for all parsers: at least for this one. */
    @Test
    void passesNothingThatAParserRefuses() {
        var random = new Random(42);
        var parser = Json.createReaderFactory(Map.of());
        var passed = 0;
        for (var n = 0; n < DOCUMENTS; n++) {
            var document = new Generator(random).document();
            assertThatCode(() -> JsonGuard.accept(document)).as(document).doesNotThrowAnyException();
            parse(parser, document);
            for (var m = 0; m < MUTATIONS_OF_EACH; m++) {
                var mutation = RandomChanges.of(document, ALPHABET, 2, random);
                if (passes(mutation)) {
                    parse(parser, mutation);
                    passed++;
                }
            }
        }
        assertThat(passed).isBetween(DOCUMENTS, DOCUMENTS * MUTATIONS_OF_EACH * 9 / 10);
    }

    private static void parse(JsonReaderFactory parser, String text) {
        try (var reader = parser.createReader(new StringReader(text))) {
            reader.readValue();
        } catch (JsonException e) {
            fail("the parser refuses what the guard passed: " + text, e);
        }
    }

    private static boolean passes(String text) {
        try {
            JsonGuard.accept(text);
            return true;
        } catch (MalformedJsonException e) {
            return false;
        }
    }

    private static String refused(String text) {
        var sentence = new String[1];
        assertThatExceptionOfType(MalformedJsonException.class)
                .isThrownBy(() -> check(text))
                .satisfies(e -> {
                    assertThat(e.getMessage()).matches("not the JSON we take: .+, at character [0-9]+");
                    sentence[0] = e.getMessage();
                });
        return sentence[0];
    }

    /** It is JSON, only not such as Herald takes. */
    private static void beyondBounds(String text, String why) {
        assertThat(refused(text)).contains(": " + why + ", at character ");
        assertThatExceptionOfType(MalformedJsonException.class)
                .isThrownBy(() -> check(text))
                .isNotInstanceOf(NotJsonException.class);
    }

    private static void check(String text) {
        JsonGuard.accept(text.indexOf('\'') < 0 ? text : text.replace('\'', '"'));
    }

    /** An object without its end. */
    private static String members(int count) {
        return IntStream.range(0, count).mapToObj(n -> "\"m" + n + "\":" + n).collect(joining(",", "{", ""));
    }

    /** Makes up JSON of all kinds. */
    private static final class Generator {

        private final Random random;
        private int members;

        Generator(Random random) {
            this.random = random;
        }

        String document() {
            return space() + value(0) + space();
        }

        private String value(int depth) {
            return switch (random.nextInt(depth > 6 ? 4 : 6)) {
                case 0 -> random.nextBoolean() ? "true" : "false";
                case 1 -> "null";
                case 2 -> number();
                case 3 -> '"' + characters() + '"';
                case 4 -> list("[", "]", () -> value(depth + 1));
                default ->
                    list(
                            "{",
                            "}",
                            () -> "\"" + characters() + members++ + "\"" + space() + ":" + space() + value(depth + 1));
            };
        }

        private String list(String opening, String closing, Supplier<String> element) {
            return IntStream.range(0, random.nextInt(5))
                    .mapToObj(n -> space() + element.get() + space())
                    .collect(joining(",", opening + space(), closing));
        }

        private String number() {
            var number = (random.nextBoolean() ? "-" : "") + random.nextInt(1_000);
            if (random.nextBoolean()) {
                number += "." + random.nextInt(1_000);
            }
            if (random.nextBoolean()) {
                number += random.nextBoolean() ? "e" : "E+";
                number += random.nextInt(1_000);
            }
            return number;
        }

        private String characters() {
            var pieces = new String[] {
                "a", "Z", " ", "é", "€", "😀", "\\n", "\\\\", "\\\"", "\\/", "\\u00e9", "\\ud83d\\ude00", "\u2028"
            };
            return IntStream.range(0, random.nextInt(6))
                    .mapToObj(n -> pieces[random.nextInt(pieces.length)])
                    .collect(joining());
        }

        private String space() {
            return random.nextInt(4) == 0 ? " \n\t\r".substring(random.nextInt(4)) : "";
        }
    }
}
