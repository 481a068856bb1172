package dev.herald.cdi;

import dev.herald.api.AllConnections;
import dev.herald.api.Answers;
import dev.herald.api.Arguments;
import dev.herald.api.Broadcast;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Peer;
import dev.herald.api.Receipt;
import dev.herald.hub.Audience;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import dev.herald.hub.ObjectJson;
import dev.herald.json.JsonGuard;
import dev.herald.transaction.TransactionalPublisher;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An event for the channels of rooms; who is in several of them gets it once, by the first one. Immutable. */
final class HubBroadcast implements Broadcast {

    private final Hub hub;
    private final TransactionalPublisher publisher;
    private final ObjectJson objects;
    private final Executor executor;
    private final String namespace;
    private final Set<ChannelName> channels;
    private final Set<String> except;
    private final boolean isLogged;

    /** For all of a namespace; receipts are completed on the executor's threads. */
    HubBroadcast(Hub hub, TransactionalPublisher publisher, ObjectJson objects, Executor executor, String namespace) {
        this(hub, publisher, objects, executor, namespace, Set.of(), Set.of(), true);
    }

    private HubBroadcast(
            Hub hub,
            TransactionalPublisher publisher,
            ObjectJson objects,
            Executor executor,
            String namespace,
            Set<ChannelName> channels,
            Set<String> except,
            boolean isLogged) {
        this.hub = hub;
        this.publisher = publisher;
        this.objects = objects;
        this.executor = executor;
        this.namespace = namespace;
        this.channels = channels;
        this.except = except;
        this.isLogged = isLogged;
    }

    @Override
    public Broadcast to(String... roomsOrConnectionIds) {
        var all = new LinkedHashSet<>(channels);
        for (var room : roomsOrConnectionIds) {
            all.addAll(hub.channelsOf(namespace, room));
        }
        return new HubBroadcast(hub, publisher, objects, executor, namespace, all, except, isLogged);
    }

    @Override
    public Broadcast except(String... roomsOrConnectionIds) {
        var all = new HashSet<>(except);
        for (var name : roomsOrConnectionIds) {
            all.add(name);
            if (!namespace.equals(Connection.MAIN)) {
                all.add(ChannelName.ofRoom(namespace, name).value());
            }
        }
        return new HubBroadcast(hub, publisher, objects, executor, namespace, channels, all, isLogged);
    }

    @Override
    public Broadcast unlogged() {
        return new HubBroadcast(hub, publisher, objects, executor, namespace, channels, except, false);
    }

    @Override
    public CompletionStage<List<Receipt>> emit(String event, JsonValue... arguments) {
        EventName.requireFree(ChannelName.ofNamespace(namespace), event);
        channels.forEach(channel -> EventName.requireFree(channel, event));
        var json = Arguments.write(List.of(arguments));
        JsonGuard.requireHarmless(json);
        var receipts = new ArrayList<CompletableFuture<Receipt>>();
        var excepted = new HashSet<>(except);
        for (var channel : channels.isEmpty() ? Set.of(ChannelName.ofNamespace(namespace)) : channels) {
            receipts.add(publish(new Draft(channel, event, null, null, json, null, excepted)));
            excepted.add(channel.value());
        }
        return ForBeans.stage(allOf(receipts), executor);
    }

    @Override
    public CompletionStage<Answers<List<JsonValue>>> ask(Duration patience, String event, JsonValue... arguments) {
        var json = Arguments.write(List.of(arguments));
        JsonGuard.requireHarmless(json);
        return ask(patience, event, json, Arguments::read);
    }

    @Override
    public <T> CompletionStage<Answers<T>> ask(
            Duration patience, String event, Class<T> answer, @Nullable Object... arguments) {
        return ask(patience, event, objects.arguments(arguments), json -> objects.first(json, answer));
    }

    private <T> CompletionStage<Answers<T>> ask(
            Duration patience, String event, String json, Function<String, @Nullable T> read) {
        EventName.requireFree(ChannelName.ofNamespace(namespace), event);
        var asked = members().stream()
                .map(member -> RoundOfAnswers.ask(member, event, json, patience, read))
                .toList();
        var elsewhere = hub.peers().ask(audience(), event, json, patience);
        return ForBeans.stage(RoundOfAnswers.of(asked), executor)
                .thenCombineAsync(elsewhere, (here, there) -> RoundOfAnswers.and(here, there, read), executor);
    }

    @Override
    public CompletionStage<AllConnections> connections() {
        return ForBeans.stage(hub.peers().list(audience()), executor);
    }

    private Audience audience() {
        return new Audience(namespace, channels, except);
    }

    @Override
    public List<Peer> peers() {
        return List.copyOf(members());
    }

    private List<Member> members() {
        return hub.peers().here(audience());
    }

    private CompletableFuture<Receipt> publish(Draft draft) {
        return (isLogged ? publisher.publish(draft) : publisher.deliverUnlogged(draft)).toCompletableFuture();
    }

    private static CompletionStage<List<Receipt>> allOf(Collection<CompletableFuture<Receipt>> receipts) {
        return CompletableFuture.allOf(receipts.toArray(CompletableFuture[]::new))
                .thenApply(
                        done -> receipts.stream().map(CompletableFuture::join).toList());
    }
}
