package dev.herald.board;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.hub.Log;
import jakarta.json.Json;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Looks backwards through channels for what somebody wants, as the messages are now: by their new texts, not in deleted ones. Used by one
 * thread, for one question; it waits for the database.
 */
final class Finder {

    /** The most messages that are found for one question. */
    static final int MAX_HITS = 50;

    private static final int STEP = 100;

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private final Log log;
    private final Messages messages;
    private final Wanted wanted;
    private final List<Hit> hits = new ArrayList<>();

    /** How many messages were looked at, and their size in characters. */
    private int looked;

    private long size;

    /** Whether something older was not looked at, or was found and is too much. */
    private boolean more;

    /** The offset of the last message that was looked at. */
    private long next;

    private record Hit(Instant at, JsonObject json) {}

    Finder(Log log, Messages messages, Wanted wanted) {
        this.log = log;
        this.messages = messages;
        this.wanted = wanted;
    }

    /**
     * Looks through a channel.
     *
     * @param has which of its messages may be shown
     * @param before only messages of lower offsets, at least 1
     * @param most how many messages are looked at, at most
     */
    void lookIn(ChannelName channel, Predicate<Envelope> has, long before, int most) {
        next = before;
        var found = 0;
        for (var left = most; left > 0; ) {
            var step = new ArrayList<Envelope>();
            if (size < Past.MAX_SIZE) {
                Past.read(log, channel, next, Math.min(left, STEP), step::add);
            } else {
                break;
            }
            if (step.isEmpty()) {
                return;
            }
            var shown = messages.shown(channel, step);
            for (var n = 0; n < step.size() && found < MAX_HITS; n++) {
                var message = step.get(n);
                next = Messages.position(message).offset();
                looked++;
                size += message.json().length();
                if (has.test(message) && message.except().isEmpty() && take(message, shown.get(n))) {
                    found++;
                }
            }
            if (found == MAX_HITS) {
                break;
            }
            left -= step.size();
        }
        more |= next > 1 && !log.before(channel, next, 1).messages().isEmpty();
    }

    private boolean take(Envelope message, JsonObject shown) {
        var snippet = wanted.in(shown.getString("msg", ""));
        snippet.ifPresent(found -> {
            var marks = JSON.createArrayBuilder();
            found.marks()
                    .forEach(mark ->
                            marks.add(JSON.createArrayBuilder().add(mark.from()).add(mark.to())));
            var json = JSON.createObjectBuilder(shown)
                    .remove("msg")
                    .remove("reactions")
                    .add("snippet", found.text())
                    .add("marks", marks);
            Talks.partner(message).ifPresent(partner -> json.remove("channel").add("with", partner));
            hits.add(new Hit(message.at(), json.build()));
        });
        return snippet.isPresent();
    }

    /** What was found, the newest first. */
    JsonObject answer() {
        hits.sort(Comparator.comparing(Hit::at).reversed());
        var list = JSON.createArrayBuilder();
        hits.stream().limit(MAX_HITS).map(Hit::json).forEach(list::add);
        return JSON.createObjectBuilder()
                .add("hits", list)
                .add("looked", looked)
                .add("more", more || hits.size() > MAX_HITS)
                .build();
    }

    /** The offset of the last message that was looked at: the next page is before it. */
    long next() {
        return next;
    }
}
