package dev.herald.cdi;

import dev.herald.api.ChannelName;
import dev.herald.api.Receipt;
import dev.herald.api.ToChannel;
import dev.herald.api.ToConnection;
import dev.herald.api.ToPerson;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.hub.Hub;
import dev.herald.hub.ObjectJson;
import dev.herald.transaction.TransactionalPublisher;
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
        return new OneConnection(hub.peers(), publisher, objects, executor, id);
    }

    /** @param personId whom it is for; {@code null} unless it is private */
    private Draft draft(ChannelName channel, @Nullable String personId, String event, @Nullable Object data) {
        EventName.requireFree(channel, event);
        return new Draft(channel, event, null, personId, objects.arguments(data), null);
    }

    private CompletionStage<Receipt> publish(Draft draft) {
        return ForBeans.stage(publisher.publish(draft), executor);
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
}
