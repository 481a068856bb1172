package dev.herald.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchTest {

    static final JsonProvider JSON = JsonProvider.provider();

    /** JSON with ' for ". */
    static JsonValue json(String text) {
        try (var reader = JSON.createReader(new StringReader(text.replace('\'', '"')))) {
            return reader.readValue();
        }
    }

    static Change patch(String operations) {
        return Change.of("patch", json(operations));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}|[{'op':'add','path':'/a','value':1}]|{'a':1}",
                "{'a':1}|[{'op':'add','path':'/a','value':2}]|{'a':2}",
                "{'a':[1,2]}|[{'op':'add','path':'/a/1','value':9}]|{'a':[1,9,2]}",
                "{'a':[1,2]}|[{'op':'add','path':'/a/2','value':9}]|{'a':[1,2,9]}",
                "{'a':[1,2]}|[{'op':'add','path':'/a/-','value':9}]|{'a':[1,2,9]}",
                "{'a':[]}|[{'op':'add','path':'/a/0','value':null}]|{'a':[null]}",
                "{'a':1}|[{'op':'add','path':'','value':[]}]|[]",
                "[]|[{'op':'add','path':'/-','value':'Jürgen'}]|['Jürgen']",
                "{}|[{'op':'add','path':'/','value':1}]|{'':1}",
                "{'a':{'':1}}|[{'op':'remove','path':'/a/'}]|{'a':{}}",
                "{'a/b':1,'m~n':2}|[{'op':'replace','path':'/a~1b','value':3},{'op':'replace','path':'/m~0n','value':4}]|{'a/b':3,'m~n':4}",
                "{'~1':1}|[{'op':'remove','path':'/~01'}]|{}",
                "{'名前':{'😀':1}}|[{'op':'replace','path':'/名前/😀','value':'سلمى'}]|{'名前':{'😀':'سلمى'}}",
                "{'a':1,'b':2}|[{'op':'remove','path':'/a'}]|{'b':2}",
                "{'a':[1,2,3]}|[{'op':'remove','path':'/a/1'}]|{'a':[1,3]}",
                "{'a':null}|[{'op':'replace','path':'/a','value':false}]|{'a':false}",
                "5|[{'op':'replace','path':'','value':{}}]|{}",
                "{'a':{'b':1},'c':{}}|[{'op':'move','from':'/a/b','path':'/c/d'}]|{'a':{},'c':{'d':1}}",
                "{'a':[1,2,3]}|[{'op':'move','from':'/a/0','path':'/a/2'}]|{'a':[2,3,1]}",
                "{'a':1}|[{'op':'move','from':'/a','path':'/a'}]|{'a':1}",
                "{'a':1,'ab':2}|[{'op':'move','from':'/a','path':'/ab'}]|{'ab':1}",
                "{'a':{'b':[1]}}|[{'op':'copy','from':'/a/b','path':'/c'}]|{'a':{'b':[1]},'c':[1]}",
                "{'a':{'b':1}}|[{'op':'copy','from':'/a','path':'/a/c'}]|{'a':{'b':1,'c':{'b':1}}}",
                "{'a':1}|[{'op':'copy','from':'','path':'/b'}]|{'a':1,'b':{'a':1}}",
                "{'a':1.0}|[{'op':'test','path':'/a','value':1}]|{'a':1.0}",
                "{'a':10}|[{'op':'test','path':'/a','value':1e1}]|{'a':10}",
                "{'a':{'b':1,'c':[2]}}|[{'op':'test','path':'/a','value':{'c':[2.0],'b':1}}]|{'a':{'b':1,'c':[2]}}",
                "{'a':null}|[{'op':'test','path':'/a','value':null}]|{'a':null}",
                "{'a':1}|[]|{'a':1}",
                "{'a':1}|[{'op':'remove','path':'/a','more':'is ignored'}]|{}",
                "{'__proto__':1}|[{'op':'replace','path':'/__proto__','value':2}]|{'__proto__':2}",
                "{}|[{'op':'add','path':'/a','value':123456789012345678901234567890.5}]|{'a':123456789012345678901234567890.5}",
            })
    void isDoneAsRfc6902Says(String before, String patch, String after) {
        assertThat(patch(patch).on(json(before))).isEqualTo(json(after));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // The form of the operation.
                "{}|0|[{'op':'spam','path':'/a'}]",
                "{}|0|[{'path':'/a','value':1}]",
                "{}|0|[{'op':null,'path':'/a'}]",
                "{}|0|['add']",
                "{}|0|[{'op':'add','value':1}]",
                "{}|0|[{'op':'add','path':'/a'}]",
                "{'a':1}|0|[{'op':'replace','path':'/a'}]",
                "{'a':1}|0|[{'op':'test','path':'/a'}]",
                "{'a':1}|0|[{'op':'copy','path':'/a'}]",
                "{'a':1}|0|[{'op':'move','path':'/a'}]",
                "{}|0|[{'op':'add','path':5,'value':1}]",
                "{}|1|[{'op':'add','path':'/a','value':1},{'op':'Add','path':'/b','value':1}]",
                // Pointers.
                "{'a':1}|0|[{'op':'remove','path':'a'}]",
                "{'a':1}|0|[{'op':'remove','path':'#/a'}]",
                "{'~':1}|0|[{'op':'remove','path':'/~'}]",
                "{'~2':1}|0|[{'op':'remove','path':'/~2'}]",
                // What is not there.
                "{}|0|[{'op':'remove','path':'/a'}]",
                "{}|0|[{'op':'replace','path':'/a','value':1}]",
                "{}|0|[{'op':'add','path':'/a/b','value':1}]",
                "{'a':1}|0|[{'op':'add','path':'/a/b','value':1}]",
                "{'a':'text'}|0|[{'op':'add','path':'/a/0','value':1}]",
                "{}|0|[{'op':'move','from':'/a','path':'/b'}]",
                "{}|0|[{'op':'copy','from':'/a','path':'/b'}]",
                "5|0|[{'op':'add','path':'/a','value':1}]",
                "{}|2|[{'op':'add','path':'/a','value':1},{'op':'remove','path':'/a'},{'op':'remove','path':'/a'}]",
                // Elements of arrays.
                "[1]|0|[{'op':'add','path':'/2','value':1}]",
                "[1]|0|[{'op':'add','path':'/1e0','value':1}]",
                "[1]|0|[{'op':'add','path':'/+1','value':1}]",
                "[1]|0|[{'op':'add','path':'/-1','value':1}]",
                "[1,2]|0|[{'op':'replace','path':'/01','value':1}]",
                "[1]|0|[{'op':'replace','path':'/1','value':1}]",
                "[1]|0|[{'op':'replace','path':'/ 0','value':1}]",
                "[1]|0|[{'op':'replace','path':'/٠','value':1}]",
                "[1]|0|[{'op':'remove','path':'/99999999999999999999'}]",
                "[1]|0|[{'op':'remove','path':'/4294967296'}]",
                "[1]|0|[{'op':'replace','path':'/a','value':1}]",
                "[1]|0|[{'op':'remove','path':'/-'}]",
                "[1]|0|[{'op':'replace','path':'/-','value':1}]",
                "[1]|0|[{'op':'test','path':'/-','value':1}]",
                "[1]|0|[{'op':'copy','from':'/-','path':'/0'}]",
                "[[1]]|0|[{'op':'add','path':'/-/0','value':1}]",
                "{'a':{}}|0|[{'op':'add','path':'/a/-/b','value':1}]",
                // Tests.
                "{'a':1}|0|[{'op':'test','path':'/a','value':2}]",
                "{'a':1}|0|[{'op':'test','path':'/a','value':'1'}]",
                "{'a':[1,2]}|0|[{'op':'test','path':'/a','value':[2,1]}]",
                "{'a':{'b':1}}|0|[{'op':'test','path':'/a','value':{}}]",
                "{'a':null}|0|[{'op':'test','path':'/b','value':null}]",
                "{}|1|[{'op':'add','path':'/a','value':1},{'op':'test','path':'/a','value':2}]",
                // Into itself, and the whole.
                "{'a':{'b':1}}|0|[{'op':'move','from':'/a','path':'/a/b'}]",
                "{'a':{}}|0|[{'op':'move','from':'/a','path':'/a/b/c'}]",
                "{}|0|[{'op':'move','from':'','path':'/a'}]",
                "{}|0|[{'op':'remove','path':''}]",
            })
    void namesTheOperationThatIsInvalid(String before, int index, String patch) {
        var value = json(before);
        assertThatThrownBy(() -> patch(patch).on(value)).isInstanceOfSatisfying(ChangeException.class, e -> {
            assertThat(e.code()).isEqualTo("invalid");
            assertThat(e.index()).hasValue(index);
            assertThat(e).hasMessageStartingWith("operation " + index + ": ");
        });
        assertThat(value).isEqualTo(json(before));
    }

    @Test
    void isAnArrayOfAtMost1000Operations() {
        assertThatThrownBy(() -> patch("{'op':'add'}")).isInstanceOf(ChangeException.class);
        var most = String.join(",", Collections.nCopies(1_000, "{'op':'add','path':'/a','value':1}"));
        assertThatCode(() -> patch("[" + most + "]")).doesNotThrowAnyException();
        assertThatThrownBy(() -> patch("[" + most + ",{'op':'add','path':'/a','value':1}]"))
                .isInstanceOf(ChangeException.class)
                .hasMessageContaining("at most 1000");
    }

    @Test
    void copiesNoMoreThanADocumentMayHave() {
        var doubling = String.join(",", Collections.nCopies(500, "{'op':'copy','from':'/a','path':'/a/-'}"));
        assertThatThrownBy(() -> patch("[" + doubling + "]").on(json("{'a':['" + "x".repeat(1_000) + "']}")))
                .isInstanceOfSatisfying(
                        ChangeException.class, e -> assertThat(e.index()).isPresent())
                .hasMessageContaining("may copy at most");
    }

    @Test
    void nestsNoDeeperThanClientsCanRead() {
        var nesting = String.join(",", Collections.nCopies(200, "{'op':'copy','from':'/a','path':'/a/b'}"));
        var once = patch("[{'op':'add','path':'/a','value':" + "[".repeat(200) + "]".repeat(200) + "}]")
                .on(json("{}"));
        assertThat(Operation.depth(once)).isEqualTo(201);
        assertThatThrownBy(() -> patch("[{'op':'copy','from':'/a','path':'" + "/a" + "/0".repeat(41) + "'}]")
                        .on(once))
                .isInstanceOf(ChangeException.class)
                .hasMessageContaining("nested deeper than 240");
        assertThat(nesting).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "true|[{'op':'replace','path':'/a/0','value':1}]",
                "true|[{'op':'add','path':'/a/0','value':1}]",
                "true|[{'op':'remove','path':'/a/1/n'}]",
                "true|[{'op':'copy','from':'/a/0','path':'/b'}]",
                "true|[{'op':'test','path':'/a/1','value':{'n':2}},{'op':'remove','path':'/a/0'}]",
                "true|[{'op':'replace','path':'/a/0','value':1},{'op':'test','path':'/a/0','value':1}]",
                "false|[{'op':'add','path':'/a/-','value':1}]",
                "false|[{'op':'replace','path':'/b','value':1}]",
                "false|[{'op':'replace','path':'/o/0','value':1}]",
                "false|[{'op':'test','path':'/a/0','value':7},{'op':'remove','path':'/a/0'}]",
                "false|[{'op':'test','path':'/a/1/n','value':2},{'op':'replace','path':'/a/1/n','value':1}]",
                "false|[{'op':'test','path':'/a','value':[7,{'n':2}]},{'op':'remove','path':'/a/0'}]",
                "false|[{'op':'add','path':'/c','value':{}},{'op':'add','path':'/c/x','value':1}]",
            })
    void knowsWhetherAnElementIsNamedByItsIndexAlone(boolean guesses, String patch) {
        var value = json("{'a':[7,{'n':2}],'b':2,'o':{'0':1}}");
        assertThat(((Patch) patch(patch)).guesses(value)).isEqualTo(guesses);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'a':1}|{'a':2,'b':[1,2,3]}",
                "{'a':[1,2,3,4,5]}|{'a':[1,3,4,6,5]}",
                "{'a':[{'x':1},{'y':2}]}|{'a':[{'y':2},{'x':1}]}",
                "{'a/b':{'~':1}}|{'a/b':{'~':2}}",
                "{'a':1}|5",
                "5|{'a':1}",
                "[1,2]|[2]",
                "{'a':{'b':null}}|{'a':{}}",
            })
    void canBeMadeBetweenAnyTwoValues(String before, String after) {
        assertThat(Change.between(json(before), json(after)).on(json(before))).isEqualTo(json(after));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'a':'b'}|{'a':'c'}|{'a':'c'}",
                "{'a':'b'}|{'b':'c'}|{'a':'b','b':'c'}",
                "{'a':'b','b':'c'}|{'a':null}|{'b':'c'}",
                "{'a':['b']}|{'a':['c','d']}|{'a':['c','d']}",
                "{'a':{'b':'c'}}|{'a':{'b':'d','c':null}}|{'a':{'b':'d'}}",
                "{'a':{'b':1}}|{'a':[1]}|{'a':[1]}",
                "['a','b']|['c']|['c']",
                "{'a':'b'}|null|null",
                "{'e':null}|{'a':1}|{'e':null,'a':1}",
                "[1,2]|{'a':'b','c':null}|{'a':'b'}",
                "{}|{'a':{'bb':{'ccc':null}}}|{'a':{'bb':{}}}",
                "{'a':1}|{}|{'a':1}",
            })
    void isMergedAsRfc7396Says(String before, String merge, String after) {
        assertThat(Change.of("merge", json(merge)).on(json(before))).isEqualTo(json(after));
    }

    private static String numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }

    @Test
    void isMadeBetweenLongArraysWithoutTheirSquare() {
        var before = json("{'a':[" + numbers(40_000) + "]}");
        var after = json("{'a':[" + numbers(40_000) + ",1]}");

        var change = Change.between(before, after);

        assertThat(change.on(before)).isEqualTo(after);
        assertThat(change.json().toString()).hasSizeLessThan(100);
    }

    @Test
    void isTheWholeValueWhenThatIsShorterOrItWouldHaveTooManyOperations() {
        var many = json("{"
                + IntStream.range(0, 1_100).mapToObj(n -> "'m" + n + "':" + n).collect(Collectors.joining(","))
                + "}");

        assertThat(Change.between(json("{}"), many).on(json("{}"))).isEqualTo(many);
        assertThat(Change.between(many, json("{}")).on(many)).isEqualTo(json("{}"));
        assertThat(((Patch) Change.between(many, json("{}"))).operations()).hasSize(1);
    }

    @Test
    void takesNoTimeThatIsOutOfProportion() {
        var value = json("{'a':[" + numbers(100_000) + "]}");
        var add = "{'op':'add','path':'/a/-','value':1}";

        patch("[" + String.join(",", Collections.nCopies(20, add)) + "]").on(value);
        var many = patch("[" + String.join(",", Collections.nCopies(1_000, add)) + "]");
        assertThatThrownBy(() -> many.on(value))
                .isInstanceOfSatisfying(
                        ChangeException.class, e -> assertThat(e.index()).hasValue(49))
                .hasMessageContaining("too many operations on large arrays");
        assertThat(((Patch) many).guesses(value)).isFalse();
    }

    @Test
    void aMergeIsNestedNoDeeperEither() {
        assertThatCode(() -> Change.of("merge", json("{'a':".repeat(240) + "1" + "}".repeat(240))))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Change.of("merge", json("{'a':".repeat(241) + "1" + "}".repeat(241))))
                .isInstanceOf(ChangeException.class)
                .hasMessageContaining("no deeper than 240");
    }
}
