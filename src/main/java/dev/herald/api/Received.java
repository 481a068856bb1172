package dev.herald.api;

import jakarta.json.JsonValue;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A client sent a message, and Herald took it. Observe all of them, or those of one event with {@link On}; those of a namespace
 * other than the main one with {@link Namespace}.
 *
 * <p>A message that goes to a channel is published before it is observed, and its sender is acknowledged by Herald. All others go
 * to the observers alone, and it is theirs to {@linkplain #ack acknowledge} them.
 *
 * @param event for example {@code news}, {@code private}, or any name of the client's
 * @param channel where it is published; {@code null} when it is for the observers alone
 * @param to the person's id of a private message, else {@code null}
 * @param json the data as JSON text, as in an {@link Envelope}
 * @param peer who sent it, to send something back, and for joining and leaving
 * @param answer takes the acknowledgement
 */
public record Received(
        Connection connection,
        String event,
        @Nullable ChannelName channel,
        @Nullable String to,
        String json,
        Peer peer,
        Answer answer)
        implements HeraldEvent {

    /** The data as a JSON value: the first argument if there are several. Parsed anew by each call. */
    public JsonValue data() {
        return Arguments.first(json);
    }

    /**
     * The arguments in their order; none, if the client gave none. Bytes are such as {@link JsonBytes} reads. Parsed anew by each
     * call.
     */
    public List<JsonValue> arguments() {
        return Arguments.read(json);
    }

    /** Whose connection it came by, as the server knows. */
    public Person person() {
        return connection.person();
    }

    /**
     * Calls the client's acknowledgement function with these arguments. Only the first answer counts, whether {@code ack} or
     * {@code refuse}.
     *
     * @return false when the client asked for none, has one already, or gets it from Herald, as for what is published
     */
    public boolean ack(JsonValue... arguments) {
        return answer.give(Arguments.write(List.of(arguments)));
    }

    /**
     * Acknowledges with what becomes of a publication: where it stands ({@code {"channel", "offset", "epoch", "duplicate",
     * "kind"}}), or the error.
     */
    public void ack(CompletionStage<Receipt> publication) {
        var unused = publication.whenComplete((receipt, failure) ->
                answer.give(failure == null ? JsonText.of(receipt) : JsonText.of(RefusedException.of(failure))));
    }

    /**
     * Calls the client's acknowledgement function with {@code {"error": {"code": code, "message": message}}}.
     *
     * @param code for programs, for example {@code not-allowed}
     * @param message a sentence for people
     * @return as for {@link #ack}
     */
    public boolean refuse(String code, String message) {
        return answer.give(JsonText.error(code, message));
    }
}
