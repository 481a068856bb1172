package dev.herald.api;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client asks to connect: to a namespace of Socket.IO, to the feed, or to the events by HTTP. Observe it with
 * {@code @Observes} to {@linkplain #refuse refuse} it, or to {@linkplain #put keep} something with its connection; when all
 * observers have returned and none refused, it is connected. An observer that throws refuses it, too. A client that recovers
 * its connection is examined again. Any thread may call, with any lock held: it only notes.
 *
 * <pre>{@code
 * void examine(@Observes @Namespace("/shop") ConnectionAttempt attempt) {
 *     if (attempt.auth().getString("shop", "").isEmpty()) {
 *         attempt.refuse("say which shop");
 *     } else {
 *         attempt.put("shop", attempt.auth().getString("shop"));
 *     }
 * }
 * }</pre>
 */
public final class ConnectionAttempt {

    private volatile PersonPrincipal principal;
    private final String namespace;
    private volatile Attributes attributes;
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
     * @param principal who asks, with its handshake
     */
    public ConnectionAttempt(PersonPrincipal principal, String namespace) {
        this.principal = principal;
        this.namespace = namespace;
        this.attributes = principal.login().attributes();
    }

    /** The person who asks to connect, as the server knows. */
    public Person person() {
        return principal().person();
    }

    /** Who asks to connect, with its roles. */
    public PersonPrincipal principal() {
        return principal;
    }

    /**
     * Says who asks to connect: another person than the one that the first request has shown, proved by other means. An {@link
     * Authenticator} need not do so. The identity's attributes are {@linkplain #put kept}.
     */
    public synchronized void identify(Identity identity) {
        principal = principal.as(identity);
        attributes = attributes.with(identity.attributes());
    }

    /** The namespace to connect to; {@link Connection#MAIN} for everything that is not Socket.IO. */
    public String namespace() {
        return namespace;
    }

    /** What the connection's first request said, and the client's {@code auth}. */
    public Handshake handshake() {
        return principal().handshake();
    }

    /** What a client of Socket.IO gave as {@code auth}, else an empty object; parsed anew by each call. */
    public JsonObject auth() {
        return handshake().auth();
    }

    /**
     * Keeps a value with the connection, if it comes about: {@link Connection#get} returns it. It stays when the client recovers its
     * connection, also by another server that has the same database. A later value of the same name replaces it.
     *
     * @throws IllegalArgumentException when there are more than {@value Attributes#MAX_COUNT} values then, or more than {@value
     *     Attributes#MAX_BYTES} bytes, or the name is not 1 to {@value Attributes#MAX_NAME} characters
     */
    public synchronized void put(String name, JsonValue value) {
        attributes = attributes.with(name, value.toString());
    }

    /** As {@link #put(String, JsonValue)}. */
    public void put(String name, String value) {
        put(name, JsonText.string(value));
    }

    /** What is to be kept with the connection. */
    public Attributes attributes() {
        return attributes;
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
