package dev.herald.socketio;

import dev.herald.hub.Subscription;
import dev.herald.request.Reply;
import dev.herald.socketio.Recoveries.Outcome;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told first, once the hub has admitted it. Called by the thread that lets it in, which holds no lock; what waits
 * for the database, or for a decision, is told by the thread that brings the answer.
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
            var told = resumed.stream()
                    .map(reply -> reply.thenAccept(answer -> ResumeRequest.tell(client, answer)))
                    .map(CompletionStage::toCompletableFuture)
                    .toArray(CompletableFuture[]::new);
            // What it resumes comes first: otherwise it would hear news that it has to hear again.
            var unused = CompletableFuture.allOf(told).thenRun(() -> waiting.forEach(this::start));
        });
    }

    private void start(Subscription subscription) {
        client.server().requests().rooms().admit(client.member(), subscription, () -> {
            subscription.start(started -> started.outcome().since() == null || client.sayJoined(started));
            client.flush();
        });
    }

    /**
     * Tells a client that is back what it has missed, and then that it is connected as before; once it is certain that it may still
     * be in all its channels, and it is kept as it is now.
     *
     * @param isBack called when it is so
     * @param otherwise called when it may not, or cannot be kept, with the outcome and why; it has heard nothing then, and has ended
     */
    void goOn(Runnable isBack, BiConsumer<Outcome, String> otherwise) {
        var waiting = client.member().waiting();
        var channels = waiting.stream().map(Subscription::channel).toList();
        var unused = client.server()
                .requests()
                .rooms()
                .examine(client.member(), channels)
                .thenAccept(refusal -> refusal.ifPresentOrElse(
                        one -> endInstead(Outcome.FORBIDDEN, one.sentence(), otherwise),
                        () -> goOn(waiting, isBack, otherwise)));
    }

    private void endInstead(Outcome outcome, String why, BiConsumer<Outcome, String> otherwise) {
        if (client.end("it begins anew: " + why, false)) {
            otherwise.accept(outcome, why);
        }
    }

    private void goOn(List<Subscription> waiting, Runnable isBack, BiConsumer<Outcome, String> otherwise) {
        client.afterKeeping(failure -> {
            if (failure != null) {
                endInstead(Outcome.UNKNOWN, "it could not be kept", otherwise);
                return;
            }
            isBack.run();
            client.letMissedPass();
            waiting.forEach(subscription -> subscription.start(started -> true));
            client.sayConnected(null);
        });
    }
}
