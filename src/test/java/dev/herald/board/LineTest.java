package dev.herald.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"msg\":\"Hello\"} | Hello",
                "{\"msg\":\"One more\",\"count\":3} | One more (3)",
                "{\"msg\":\"One more\",\"count\":\"3\"} | One more",
                "{\"msg\":\"<script>alert(1)</script> #{7*7}\"} | <script>alert(1)</script> #{7*7}",
                "{\"msg\":{\"html\":\"<b>\"}} | {\"msg\":{\"html\":\"<b>\"}}",
                "{\"text\":\"Hello\"} | {\"text\":\"Hello\"}",
                "[1,2] | [1,2]",
                "\"Hello\" | \"Hello\"",
                "null | null",
            })
    void showsTheMessageOrElseTheJson(String json, String text) {
        assertThat(Line.of(news(json)).text()).isEqualTo(text);
    }

    @Test
    void tellsTheTimeToScriptsAndToPeople() {
        var line = Line.of(news("null"));

        assertThat(line.timestamp()).isEqualTo("2026-01-01T12:00:30Z");
        assertThat(line.time()).isEqualTo("2026-01-01 12:00 UTC");
    }

    @Test
    void isFromItsSender() {
        var ann = new Person("ann", "Ann");
        var line = Line.of(news("null"));

        assertThat(line.isFromPerson()).isTrue();
        assertThat(line.isFrom(ann)).isTrue();
        assertThat(line.isFrom(new Person("bob", "Ann"))).isFalse();
    }

    private static Envelope news(String json) {
        var position = new Position("e", 1);
        return new Envelope(ChannelName.NEWS, position, "news", new Person("ann", "Ann"), null, FakeHerald.NOON, json);
    }
}
