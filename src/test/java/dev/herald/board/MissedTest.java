package dev.herald.board;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.push.PushMessage;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MissedTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Person ANN = new Person("guest-0123456789abcdef", "Jürgen 😀");
    private static final ChannelName ORDERS = new ChannelName("orders");
    private final ResourceBundle english = Words.inLanguageOf(Locale.ENGLISH);
    private final ResourceBundle german = Words.inLanguageOf(Locale.GERMAN);

    private static JsonObject told(
            @Nullable ChannelName channel, @Nullable String text, ResourceBundle words, boolean showsText) {
        var json = new Missed(ANN, channel, Optional.ofNullable(text)).json(words, showsText, NOON);
        try (var reader = Json.createReader(new StringReader(json))) {
            return reader.readObject();
        }
    }

    @Test
    void saysWhoWroteWhereAndWhat() {
        var ofPrivate = told(null, "名前\n😀", english, true);
        assertThat(ofPrivate.getString("title")).isEqualTo("Jürgen 😀");
        assertThat(ofPrivate.getString("body")).isEqualTo("名前\n😀");
        assertThat(ofPrivate.getString("conversation")).isEqualTo("@guest-0123456789abcdef");
        assertThat(ofPrivate.getJsonNumber("at").longValue()).isEqualTo(NOON.toEpochMilli());

        var ofMention = told(ORDERS, "hello @Eve", german, true);
        assertThat(ofMention.getString("title")).isEqualTo("Jürgen 😀 in #orders");
        assertThat(ofMention.getString("conversation")).isEqualTo("#orders");
    }

    @Test
    void saysInTheReadersLanguageThatThereIsATextWhenTheTextIsNotForThePushService() {
        assertThat(told(null, "secret", english, false).getString("body")).isEqualTo("New private message");
        assertThat(told(null, "secret", german, false).getString("body")).isEqualTo("Neue private Nachricht");
        assertThat(told(ORDERS, "secret", english, false).getString("body")).isEqualTo("You are mentioned");
        assertThat(told(null, null, english, true).getString("body")).isEqualTo("New private message");
        assertThat(told(null, " \n", english, true).getString("body")).isEqualTo("New private message");
    }

    @Test
    void cutsALongTextBetweenTwoCharacters() {
        assertThat(told(null, "😀".repeat(Missed.SHOWN), english, true).getString("body"))
                .isEqualTo("😀".repeat(Missed.SHOWN));
        assertThat(told(null, "😀".repeat(Missed.SHOWN + 1), english, true).getString("body"))
                .isEqualTo("😀".repeat(Missed.SHOWN) + "…");
    }

    @Test
    void fitsIntoAPushMessageHoweverItIsWritten() {
        var from = new Person("\u0001".repeat(Person.MAX_ID), "😀".repeat(Person.MAX_NAME / 2));
        for (var text : new String[] {"\u0001".repeat(10_000), "😀".repeat(5_000), "\u2028".repeat(10_000)}) {
            var json = new Missed(from, null, Optional.of(text)).json(english, true, NOON);
            assertThat(json.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(PushMessage.MAX_BYTES);
        }
    }
}
