package dev.herald.cdi;

import dev.herald.api.Connection;
import dev.herald.api.ToConnection;
import dev.herald.api.UnansweredException;
import dev.herald.hub.EventName;
import dev.herald.hub.ObjectJson;
import dev.herald.hub.PeerDeed;
import dev.herald.hub.PeerDeed.Verb;
import dev.herald.hub.RemotePeers;
import dev.herald.json.JsonGuard;
import dev.herald.transaction.TransactionalPublisher;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A connection on any node. Any thread may call, holding no lock.
 *
 * @param executor its threads complete what is returned, and read what clients have answered
 */
record OneConnection(
        RemotePeers peers, TransactionalPublisher publisher, ObjectJson objects, Executor executor, String id)
        implements ToConnection {

    @Override
    public CompletionStage<Boolean> send(String event, @Nullable Object... arguments) {
        EventName.requireFree(event, EventName.isReservedBySocketIo(event));
        var json = objects.arguments(arguments);
        return ForBeans.stage(
                publisher.afterCommit(
                        event.length() + json.length(), () -> isTrue(PeerDeed.of(Verb.SEND, event, json))),
                executor);
    }

    @Override
    public <T> CompletionStage<T> ask(Duration patience, String event, Class<T> answer, @Nullable Object... arguments) {
        EventName.requireFree(event, EventName.isReservedBySocketIo(event));
        var json = objects.arguments(arguments);
        JsonGuard.requireHarmless(json);
        var read = new CompletableFuture<T>();
        var unused = now(PeerDeed.ask(patience, event, json)).whenComplete((outcome, failure) -> {
            try {
                if (failure != null) {
                    read.completeExceptionally(failure);
                } else if (outcome.isEmpty()) {
                    read.completeExceptionally(new UnansweredException("there is no such connection"));
                } else {
                    read.complete(objects.first(outcome.get().get(0), answer));
                }
            } catch (RuntimeException e) {
                read.completeExceptionally(e);
            }
        });
        return read;
    }

    @Override
    public CompletionStage<Boolean> join(String room) {
        return ForBeans.stage(isTrue(PeerDeed.of(Verb.JOIN, room)), executor);
    }

    @Override
    public CompletionStage<Boolean> leave(String room) {
        return ForBeans.stage(isTrue(PeerDeed.of(Verb.LEAVE, room)), executor);
    }

    @Override
    public CompletionStage<Set<String>> rooms() {
        return now(PeerDeed.of(Verb.ROOMS)).thenApply(rooms -> new LinkedHashSet<>(rooms.orElse(List.of())));
    }

    @Override
    public CompletionStage<Optional<Connection>> connection() {
        return now(PeerDeed.of(Verb.DESCRIBE)).thenApply(texts -> texts.map(PeerDeed::connection));
    }

    @Override
    public CompletionStage<Boolean> disconnect() {
        return ForBeans.stage(isTrue(PeerDeed.of(Verb.DISCONNECT)), executor);
    }

    @Override
    public CompletionStage<Boolean> close() {
        return ForBeans.stage(isTrue(PeerDeed.of(Verb.CLOSE)), executor);
    }

    private CompletionStage<Boolean> isTrue(PeerDeed deed) {
        return peers.with(id, deed)
                .thenApply(outcome ->
                        outcome.map(texts -> texts.get(0).equals("true")).orElse(false));
    }

    private CompletionStage<Optional<List<String>>> now(PeerDeed deed) {
        return ForBeans.stage(peers.with(id, deed), executor);
    }
}
