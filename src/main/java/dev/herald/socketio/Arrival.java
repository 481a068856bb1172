package dev.herald.socketio;

import dev.herald.request.Reply;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told first, once the hub has admitted it. Called by the thread that lets it in, which holds no lock; what waits
 * for the database is told by the thread that brings the answer.
 */
final class Arrival {

    private final SocketIoClient client;

    Arrival(SocketIoClient client) {
        this.client = client;
    }

    /**
     * Tells a new client that it is connected, once it is kept, and then what happens from now on. One that cannot be kept is not
     * told by what it may come back.
     *
     * @param auth what it said of itself: its {@code device}, and in {@code resume} where it asks to go on
     * @param unkeptPid told to a client that is not kept; {@code null} for none
     */
    void begin(JsonObject auth, @Nullable String unkeptPid) {
        var isMain = client.connection().isMain();
        var isOfDevices = isMain && auth.containsKey("device");
        var resumed = isMain && auth.containsKey("resume")
                ? ResumeRequest.handle(client, auth.getOrDefault("resume", JsonValue.NULL))
                : List.<CompletionStage<Reply>>of();
        var waiting = client.member().waiting();
        client.afterKeeping(failure -> {
            if (failure != null) {
                client.giveUpReturn();
            }
            client.sayConnected(unkeptPid);
            if (isOfDevices && client.device().isEmpty()) {
                client.complain("device", Reply.Rejected.ofDevice());
            }
            resumed.forEach(reply -> {
                var unused = reply.thenAccept(answer -> ResumeRequest.tell(client, answer));
            });
            waiting.forEach(subscription ->
                    subscription.start(started -> started.outcome().since() == null || client.sayJoined(started)));
        });
    }

    /**
     * Tells a client that is back what it has missed, and then that it is connected as before; once it is kept as it is now.
     *
     * @param isBack called when it is so
     * @param otherwise called when it cannot be kept; it has heard nothing then, and has ended
     */
    void goOn(Runnable isBack, Runnable otherwise) {
        var waiting = client.member().waiting();
        client.afterKeeping(failure -> {
            if (failure != null) {
                if (client.end("it could not be kept", false)) {
                    otherwise.run();
                }
                return;
            }
            isBack.run();
            client.letMissedPass();
            waiting.forEach(subscription -> subscription.start(started -> true));
            client.sayConnected(null);
        });
    }
}
