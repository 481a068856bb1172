package dev.herald.board;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Received;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * A message that somebody was not there to see.
 *
 * @param channel where it was said; {@code null} when it is private
 * @param text what was said; empty when it is of no known form
 */
record Missed(Person from, @Nullable ChannelName channel, Optional<String> text) {

    /** The longest text that is pushed, in code points: devices show no more, and it fits into a push message however it is written. */
    static final int SHOWN = 200;

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    static Missed of(Received message) {
        var channel = message.to() == null ? Objects.requireNonNull(message.channel(), "it is published") : null;
        return new Missed(message.person(), channel, Text.of(message.data()));
    }

    /** The conversation's id, as pages have it. */
    String conversation() {
        return channel == null ? "@" + from.id() : "#" + channel.value();
    }

    /**
     * What the page's service worker shows, as JSON.
     *
     * @param words in the language of who sees it
     * @param showsText whether the text is said
     */
    String json(ResourceBundle words, boolean showsText, Instant at) {
        var form = channel == null ? "notify.private" : "notify.mention";
        var title = words.getString(form + ".title").replace("{name}", from.name());
        var body = text.filter(said -> showsText && !said.isBlank())
                .map(Missed::shortened)
                .orElseGet(() -> words.getString(form + ".body"));
        return JSON.createObjectBuilder()
                .add("conversation", conversation())
                .add("title", channel == null ? title : title.replace("{channel}", channel.value()))
                .add("body", body)
                .add("at", at.toEpochMilli())
                .build()
                .toString();
    }

    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= SHOWN
                ? text
                : text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "…";
    }
}
