package dev.herald.socketio;

import dev.herald.json.JsonGuard;
import dev.herald.json.JsonGuard.MalformedJsonException;
import dev.herald.request.ErrorCode;
import dev.herald.request.RawRequest;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a client that does not recover by its library says in {@code auth.resume}: where it was in which channels. */
final class ResumeRequest {

    private static final JsonProvider JSON = JsonProvider.provider();

    private ResumeRequest() {}

    /** Joins the channels that the client asks for; the subscriptions are not started yet. */
    static List<CompletionStage<Reply>> handle(SocketIoClient client, JsonValue resume) {
        if (!(read(resume) instanceof JsonObject places)) {
            var rejected = new Reply.Rejected(ErrorCode.MALFORMED, "resume is an object of channels");
            return List.of(CompletableFuture.completedStage(rejected));
        }
        return places.entrySet().stream()
                .map(place -> JSON.createObjectBuilder()
                        .add("channel", place.getKey())
                        .add("since", place.getValue())
                        .build())
                .map(join -> client.server().requests().handle(client.member(), new RawRequest(Request.JOIN, join)))
                .toList();
    }

    /** Tells the client what became of one of them, now that it knows that it is connected. */
    static void tell(SocketIoClient client, Reply reply) {
        if (reply instanceof Reply.Joined joined) {
            joined.subscription().start(client::sayJoined);
        } else if (reply instanceof Reply.Rejected rejected) {
            client.complain("resume", rejected);
        }
    }

    /** The Java client has only texts in its {@code auth}: then the text is the object's. */
    private static JsonValue read(JsonValue resume) {
        if (!(resume instanceof JsonString text)) {
            return resume;
        }
        try {
            return EventArguments.parse(JsonGuard.accept(text.getString()));
        } catch (MalformedJsonException e) {
            return JsonValue.NULL;
        }
    }
}
