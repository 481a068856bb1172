package dev.herald.cdi;

import dev.herald.api.ChannelName;
import dev.herald.api.Receipt;
import dev.herald.api.ToChannel;
import dev.herald.api.ToConnection;
import dev.herald.api.ToPerson;
import dev.herald.api.UnansweredException;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.hub.Hub;
import dev.herald.hub.ObjectJson;
import dev.herald.transaction.TransactionalPublisher;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Sends the application's objects to channels, people and connections.
 *
 * @param executor its threads complete what is returned
 */
record ObjectSenders(Hub hub, TransactionalPublisher publisher, ObjectJson objects, Executor executor) {

    ToChannel channel(ChannelName name) {
        return new Channel(this, name);
    }

    /** @throws IllegalArgumentException when there can be no person with this id */
    ToPerson person(String id) {
        return new OnePerson(this, ChannelName.ofUser(id), id);
    }

    ToConnection connection(String id) {
        return new OneConnection(this, id);
    }

    /** @param personId whom it is for; {@code null} unless it is private */
    private Draft draft(ChannelName channel, @Nullable String personId, String event, @Nullable Object data) {
        EventName.requireFree(channel, event);
        return new Draft(channel, event, null, personId, objects.arguments(data), null);
    }

    private CompletionStage<Receipt> publish(Draft draft) {
        return ForBeans.stage(publisher.publish(draft), executor);
    }

    private boolean sendNow(String connectionId, String event, String json) {
        return hub.peer(connectionId).map(peer -> peer.send(event, json)).orElse(false);
    }

    private record Channel(ObjectSenders senders, ChannelName name) implements ToChannel {

        @Override
        public CompletionStage<Receipt> publish(String event, @Nullable Object data) {
            return senders.publish(senders.draft(name, null, event, data));
        }

        @Override
        public CompletionStage<Receipt> publishVolatile(String event, @Nullable Object data) {
            var draft = senders.draft(name, null, event, data);
            return ForBeans.stage(senders.publisher.deliverUnlogged(draft), senders.executor);
        }
    }

    private record OnePerson(ObjectSenders senders, ChannelName channel, String id) implements ToPerson {

        @Override
        public CompletionStage<Receipt> tell(String event, @Nullable Object data) {
            return senders.publish(senders.draft(channel, id, event, data));
        }
    }

    private record OneConnection(ObjectSenders senders, String id) implements ToConnection {

        @Override
        public CompletionStage<Boolean> send(String event, @Nullable Object... arguments) {
            EventName.requireFree(event, EventName.isReservedBySocketIo(event));
            var json = senders.objects.arguments(arguments);
            return ForBeans.stage(
                    senders.publisher.afterCommit(
                            event.length() + json.length(),
                            () -> CompletableFuture.completedStage(senders.sendNow(id, event, json))),
                    senders.executor);
        }

        @Override
        public <T> CompletionStage<T> ask(
                Duration patience, String event, Class<T> answer, @Nullable Object... arguments) {
            EventName.requireFree(event, EventName.isReservedBySocketIo(event));
            return senders.hub
                    .peer(id)
                    .map(peer -> peer.ask(patience, event, answer, arguments))
                    .orElseGet(() ->
                            CompletableFuture.failedStage(new UnansweredException("there is no such connection")));
        }
    }
}
