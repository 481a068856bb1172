package dev.herald.cdi;

import dev.herald.api.Action;
import dev.herald.api.Arguments;
import dev.herald.api.Broadcast;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Herald;
import dev.herald.api.Peer;
import dev.herald.api.Person;
import dev.herald.api.Receipt;
import dev.herald.api.SignedOut;
import dev.herald.api.ToChannel;
import dev.herald.api.ToConnection;
import dev.herald.api.ToPerson;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.hub.Hub;
import dev.herald.json.JsonGuard;
import dev.herald.request.Logins;
import dev.herald.request.Requests;
import dev.herald.transaction.TransactionalPublisher;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The application's door to the hub. Any thread may call; no method waits. */
@ApplicationScoped
public class HeraldFacade implements Herald {

    @Inject
    Hub hub;

    @Inject
    TransactionalPublisher publisher;

    @Inject
    TypedJson typedJson;

    @Inject
    Requests requests;

    @Inject
    Event<SignedOut> signedOut;

    @Resource
    ManagedExecutorService executor;

    @Override
    public CompletionStage<Receipt> news(JsonValue data) {
        return publish(ChannelName.NEWS, "news", data);
    }

    @Override
    public CompletionStage<Receipt> tell(String personId, JsonValue data) {
        return publish(new Draft(ChannelName.ofUser(personId), "private", null, personId, json(data), null));
    }

    @Override
    public CompletionStage<Receipt> publish(ChannelName channel, String event, JsonValue data) {
        EventName.requireFree(channel, event);
        return publish(new Draft(channel, event, null, null, json(data), null));
    }

    private CompletionStage<Receipt> publish(Draft draft) {
        return ForBeans.stage(publisher.publish(draft), executor);
    }

    @Override
    public boolean send(String connectionId, String event, JsonValue data) {
        EventName.requireFree(event, EventName.isReservedBySocketIo(event));
        var json = json(data);
        return hub.peer(connectionId).map(peer -> peer.send(event, json)).orElse(false);
    }

    @Override
    public ToChannel channel(ChannelName name) {
        return senders().channel(name);
    }

    @Override
    public ToPerson person(String id) {
        return senders().person(id);
    }

    @Override
    public ToConnection connection(String id) {
        return senders().connection(id);
    }

    private ObjectSenders senders() {
        return new ObjectSenders(hub, publisher, typedJson, executor);
    }

    @Override
    public Optional<Peer> peer(String connectionId) {
        return hub.peer(connectionId).map(Peer.class::cast);
    }

    @Override
    public Broadcast in(String namespace) {
        return new HubBroadcast(hub, publisher, typedJson, executor, namespace);
    }

    private static String json(JsonValue data) {
        var json = Arguments.write(List.of(data));
        JsonGuard.requireHarmless(json);
        return json;
    }

    @Override
    public List<Envelope> latest(ChannelName channel, int limit) {
        return hub.latest(channel, limit);
    }

    @Override
    public void signOut(String personId) {
        requests.logins().signOut(personId, Logins.OVER);
        signedOut.fire(new SignedOut(personId));
    }

    @Override
    public List<Person> people() {
        return hub.presence().people();
    }

    @Override
    public int countPeople() {
        return hub.presence().countPeople();
    }

    @Override
    public boolean isOnline(String personId) {
        return hub.presence().isOnline(personId);
    }

    @Override
    public List<Person> people(ChannelName channel) {
        return hub.presence().people(channel);
    }

    @Override
    public CompletionStage<Boolean> may(String connectionId, Action action, ChannelName channel) {
        return hub.peer(connectionId)
                .filter(member -> member.connection().isMain())
                .map(member -> requests.may(member, action, channel))
                .orElse(CompletableFuture.completedStage(false));
    }

    @Override
    public void revoke(String personId, ChannelName channel) {
        requests.rooms().revoke(personId, channel);
    }

    @Override
    public void revoke(String personId) {
        requests.rooms().revoke(personId, null);
    }

    @Override
    public List<Connection> connections() {
        return connections(Connection.MAIN);
    }

    @Override
    public List<Connection> connections(String namespace) {
        return hub.presence().connections(namespace);
    }
}
