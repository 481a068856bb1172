package dev.herald.api;

import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client wants to send a message, and is permitted to. Observe it to {@linkplain #refuse refuse} it; when all observers have
 * returned and none refused, it is published, or given to the observers of {@link Received}. An observer that throws refuses it,
 * too. {@link On} and {@link Namespace} narrow an observer as they do for {@link Received}:
 *
 * <pre>{@code
 * void check(@Observes @Namespace("/shop") MessageAttempt attempt) {
 *     if (isClosed() && !attempt.event().equals("question")) {
 *         attempt.refuse("closed", "the shop is closed");
 *     }
 * }
 * }</pre>
 *
 * <p>Messages come here by every protocol; what is sent by HTTP counts as in the main namespace. Requests to join, to leave or
 * to read do not come here: {@link ChannelPolicy} decides on those. Observers may wait, and any thread may {@link #refuse},
 * with any lock held: it only notes. The messages of one connection are examined one at a time, and are done in their order.
 */
public final class MessageAttempt {

    private final PersonPrincipal visitor;
    private final @Nullable Connection connection;
    private final String event;
    private final @Nullable ChannelName channel;
    private final String json;
    private final AtomicReference<@Nullable Refusal> refusal = new AtomicReference<>();

    /**
     * What the client is told.
     *
     * @param code for programs
     * @param message a sentence for people
     */
    public record Refusal(String code, String message) {}

    /**
     * An attempt that nobody has refused.
     *
     * @param connection {@code null} for a single HTTP request
     * @param channel where it is to be published; {@code null} when it is for the application alone
     * @param json the data as JSON text, as in an {@link Envelope}
     */
    public MessageAttempt(
            PersonPrincipal visitor,
            @Nullable Connection connection,
            String event,
            @Nullable ChannelName channel,
            String json) {
        this.visitor = visitor;
        this.connection = connection;
        this.event = event;
        this.channel = channel;
        this.json = json;
    }

    /** Who sends it, with roles and address. */
    public PersonPrincipal visitor() {
        return visitor;
    }

    /** The person who sends it. */
    public Person person() {
        return visitor.person();
    }

    /** The connection that it came by; empty for a single HTTP request. */
    public Optional<Connection> connection() {
        return Optional.ofNullable(connection);
    }

    /** The namespace of Socket.IO. */
    public String namespace() {
        return connection == null ? Connection.MAIN : connection.namespace();
    }

    /** The event's name, as the client gave it. */
    public String event() {
        return event;
    }

    /** The channel where it is to be published; empty when it is for the application alone. */
    public Optional<ChannelName> channel() {
        return Optional.ofNullable(channel);
    }

    /** The data: the first argument if there are several. Parsed anew by each call. */
    public JsonValue data() {
        return Arguments.first(json);
    }

    /** The arguments in their order. Parsed anew by each call. */
    public List<JsonValue> arguments() {
        return Arguments.read(json);
    }

    /**
     * Refuses it: the client gets {@code {"error": {"code": code, "message": message}}}. The first refusal counts.
     *
     * @param code for programs, for example {@code closed}
     * @param message a sentence for people
     */
    public void refuse(String code, String message) {
        refusal.compareAndSet(null, new Refusal(code, message));
    }

    /** The refusal, if there is one. */
    public Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal.get());
    }
}
