package dev.herald.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.Position;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reference finds what would be wrong. */
class SequentialReferenceTest {

    private final List<JsonObject> history = new ArrayList<>(List.of(
            change(1, "a", "'merge':{'n':1}"),
            change(2, "b", "'patch':[{'op':'test','path':'/n','value':1},{'op':'replace','path':'/n','value':2}]"),
            change(3, "c", "'merge':{'n':3}")));

    private static JsonObject change(int version, String id, String what) {
        return PatchTest.json("{'version':" + version + ",'id':'" + id + "'," + what + "}")
                .asJsonObject();
    }

    private static Map<String, Changed> acknowledged(String id, int version) {
        return Map.of(id, new Changed(new Position("life", version), false));
    }

    @Test
    void passesWhatIsRight() {
        var reference = new SequentialReference(history);

        reference.compare(acknowledged("b", 2), List.of("b", "x"));
        assertThat(reference.value()).isEqualTo(PatchTest.json("{'n':3}"));
    }

    @Test
    void findsALostChange() {
        history.remove(1);
        assertThatThrownBy(() -> new SequentialReference(history)).hasMessage("version 3 after 1");
        assertThatThrownBy(() -> new SequentialReference(List.of()).compare(acknowledged("a", 1), List.of()))
                .hasMessageContaining("acknowledged a at 1");
    }

    @Test
    void findsADoubledChange() {
        history.add(change(4, "a", "'merge':{'n':1}"));
        assertThatThrownBy(() -> new SequentialReference(history)).hasMessage("twice: a");
    }

    @Test
    void findsReorderedChanges() {
        history.set(0, change(1, "b", "'patch':[{'op':'test','path':'/n','value':1}]"));
        history.set(1, change(2, "a", "'merge':{'n':1}"));
        assertThatThrownBy(() -> new SequentialReference(history)).isInstanceOf(ChangeException.class);
        assertThatThrownBy(() -> new SequentialReference(history.subList(1, 3))).hasMessage("version 2 after 0");
    }

    @Test
    void findsAnAcknowledgementOfAnotherVersionAndARefusedChange() {
        var reference = new SequentialReference(history);
        assertThatThrownBy(() -> reference.compare(acknowledged("b", 3), List.of()))
                .hasMessageContaining("acknowledged b at 3, but it is at 2");
        assertThatThrownBy(() -> reference.compare(Map.of(), List.of("c"))).hasMessage("refused, but there: c");
    }
}
