package dev.herald.api;

import jakarta.json.JsonValue;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A client sent a message, and Herald took it. Observe all of them, or those of one event with {@link On}; those of a namespace
 * other than the main one with {@link Namespace}.
 *
 * <p>A message for a channel is published before it is observed, and Herald acknowledges it. All other messages go to the
 * observers only, and only observers can {@linkplain #ack acknowledge} them.
 *
 * <pre>{@code
 * void answer(@Observes @On("question") Received question) {
 *     if (question.arguments().isEmpty()) {
 *         question.refuse("no-question", "ask something");
 *     } else {
 *         question.ack(Json.createValue("Hello " + question.person().name()), question.data());
 *     }
 * }
 * }</pre>
 *
 * @param event for example {@code news}, {@code private}, or any name of the client's
 * @param channel where it is published; {@code null} when it is for the observers alone
 * @param to the person's id of a private message, else {@code null}
 * @param json the data as JSON text, as in an {@link Envelope}
 * @param peer the client that sent it: to send something back, and to make it join and leave rooms
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

    /** Who sent it. */
    public Person person() {
        return connection.person();
    }

    /** Who sent it, with roles and handshake. */
    public PersonPrincipal principal() {
        return connection.principal();
    }

    /** Whether the sender has a role, as {@link Connection#isInRole}. */
    public boolean isInRole(String role) {
        return connection.isInRole(role);
    }

    /**
     * Calls the client's acknowledgement function with these arguments. Only the first answer counts, whether {@code ack} or
     * {@code refuse}.
     *
     * @return false when the client asked for no acknowledgement, already has one, or gets it from Herald because the message
     *     was published
     */
    public boolean ack(JsonValue... arguments) {
        return answer.give(Arguments.write(List.of(arguments)));
    }

    /**
     * Acknowledges with the outcome of a publication: its position ({@code {"channel", "offset", "epoch", "duplicate",
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
