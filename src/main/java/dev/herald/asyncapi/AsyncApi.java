package dev.herald.asyncapi;

import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The description of an application's events (AsyncAPI 3.0), for whoever may see it. Immutable; any thread may call, holding any lock. */
public final class AsyncApi {

    /** The name of the schema of an acknowledgement that says what went wrong. */
    public static final String ERROR = "Error";

    private static final JsonProvider JSON = JsonProvider.provider();

    private static final String DESCRIPTION =
            "The events that the application takes from clients of Socket.IO, and those that it sends to them. "
                    + "The payload of a message is the event's only argument, or the list of its arguments if it has several; "
                    + "a reply is the client's acknowledgement.";

    private final @Nullable JsonObject parts;

    private AsyncApi(@Nullable JsonObject parts) {
        this.parts = parts;
    }

    /**
     * Where clients find the application.
     *
     * @param host with its port, if it is not the usual one
     * @param path of Socket.IO
     * @param isSecure whether by TLS
     */
    public record Server(String host, String path, boolean isSecure) {}

    /** For an application that shows nothing. */
    public static AsyncApi withheld() {
        return new AsyncApi(null);
    }

    /**
     * Describes events.
     *
     * @param schemas to which those of the messages refer as {@code #/components/schemas/…}, by their names; {@value #ERROR} is none of them
     */
    public static AsyncApi of(List<EventOperation> operations, Map<String, JsonObject> schemas) {
        var outline = new Outline();
        operations.forEach(outline::add);
        var components = JSON.createObjectBuilder(Outline.object(schemas)).add(ERROR, error());
        return new AsyncApi(JSON.createObjectBuilder()
                .add("channels", outline.channels())
                .add("operations", outline.operations())
                .add("components", JSON.createObjectBuilder().add("schemas", components))
                .build());
    }

    private static JsonObject error() {
        var text = JSON.createObjectBuilder().add("type", "string").build();
        var members = JSON.createObjectBuilder()
                .add("code", text)
                .add("message", text)
                .add("fields", JSON.createObjectBuilder().add("type", "object").add("additionalProperties", text));
        var error = JSON.createObjectBuilder()
                .add("type", "object")
                .add("properties", members)
                .add("required", JSON.createArrayBuilder().add("code").add("message"));
        return JSON.createObjectBuilder()
                .add("type", "object")
                .add("properties", JSON.createObjectBuilder().add("error", error))
                .add("required", JSON.createArrayBuilder().add("error"))
                .add("additionalProperties", false)
                .build();
    }

    /**
     * The document for clients of one server; empty when it is not to be shown.
     *
     * @param title of the application
     */
    public Optional<JsonObject> describe(String title, Server server) {
        if (parts == null) {
            return Optional.empty();
        }
        var document = JSON.createObjectBuilder()
                .add("asyncapi", "3.0.0")
                .add(
                        "info",
                        JSON.createObjectBuilder()
                                .add("title", title)
                                .add("version", "1")
                                .add("description", DESCRIPTION))
                .add("defaultContentType", "application/json")
                .add("servers", JSON.createObjectBuilder().add("socketio", socketIo(server)));
        parts.forEach(document::add);
        return Optional.of(document.build());
    }

    private static JsonObject socketIo(Server server) {
        return JSON.createObjectBuilder()
                .add("host", server.host())
                .add("pathname", server.path())
                .add("protocol", server.isSecure() ? "wss" : "ws")
                .add("description", "Socket.IO, protocol 5 over Engine.IO 4, by WebSocket or HTTP long-polling")
                .build();
    }
}
