package dev.herald.api;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO client asks to connect to a namespace. Observe it with {@code @Observes} to {@linkplain #refuse refuse} it; when
 * all observers have returned and none refused, it is connected. An observer that throws refuses it, too. A client that
 * recovers its connection is examined again.
 */
public final class ConnectionAttempt {

    private final Person person;
    private final String namespace;
    private final String auth;
    private final AtomicReference<@Nullable Refusal> refusal = new AtomicReference<>();

    /**
     * What the client is told.
     *
     * @param data more for the client's program; {@code null} when there is nothing more
     */
    public record Refusal(String message, @Nullable JsonValue data) {}

    /**
     * An attempt that nobody has refused.
     *
     * @param auth what the client gave as {@code auth}: a JSON object
     */
    public ConnectionAttempt(Person person, String namespace, String auth) {
        this.person = person;
        this.namespace = namespace;
        this.auth = auth;
    }

    /** The person who asks to connect, as the server knows. */
    public Person person() {
        return person;
    }

    /** The namespace to connect to. */
    public String namespace() {
        return namespace;
    }

    /** What the client gave as {@code auth}; parsed anew by each call. */
    public JsonObject auth() {
        return JsonText.read(auth).asJsonObject();
    }

    /** Refuses it: the client gets {@code connect_error} with this message. The first refusal counts. */
    public void refuse(String message) {
        refusal.compareAndSet(null, new Refusal(message, null));
    }

    /** Refuses it; the client finds the data in the {@code data} of its error. */
    public void refuse(String message, JsonValue data) {
        refusal.compareAndSet(null, new Refusal(message, data));
    }

    /** The refusal, if there is one. */
    public Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal.get());
    }
}
