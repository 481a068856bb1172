package dev.herald.board;

import dev.herald.api.Envelope;
import dev.herald.api.Person;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A message as one line of the page.
 *
 * @param senderId empty when the application itself sent it
 * @param senderName how the sender is shown
 * @param partnerId whom the reader shares a private message with: its sender, or its recipient if the reader wrote it; empty
 *     for the application, and in news
 * @param text what is shown, as plain text
 * @param offset its place in the channel; 0 if it has none
 */
public record Line(String senderId, String senderName, String partnerId, String text, Instant at, long offset) {

    /** How the application itself is shown. */
    public static final String APPLICATION_NAME = "Herald";

    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

    static Line of(Envelope message) {
        var from = message.from();
        var senderId = from == null ? "" : from.id();
        var position = message.position();
        return new Line(
                senderId,
                from == null ? APPLICATION_NAME : from.name(),
                message.event().equals("sent") ? orEmpty(message.to()) : senderId,
                textOf(message),
                message.at(),
                position == null ? 0 : position.offset());
    }

    /** {@code msg}, and {@code count} in brackets, if the data has that shape; otherwise the data as JSON. */
    private static String textOf(Envelope message) {
        if (message.data() instanceof JsonObject data && data.get("msg") instanceof JsonString text) {
            return data.get("count") instanceof JsonNumber count
                    ? text.getString() + " (" + count + ")"
                    : text.getString();
        }
        return message.json();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Whether a person wrote it, and not the application. */
    public boolean isFromPerson() {
        return !senderId.isEmpty();
    }

    /** Whether it is from this person. */
    public boolean isFrom(Person person) {
        return senderId.equals(person.id());
    }

    /** The time for the page's script, in ISO 8601. */
    public String timestamp() {
        return at.toString();
    }

    /** The time for readers whose browsers run no script. */
    public String time() {
        return MINUTES.format(at.truncatedTo(ChronoUnit.MINUTES));
    }
}
