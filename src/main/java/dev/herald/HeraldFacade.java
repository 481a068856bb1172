package dev.herald;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Envelope;
import dev.herald.api.Herald;
import dev.herald.api.Person;
import dev.herald.api.Receipt;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.hub.Hub;
import dev.herald.hub.JsonGuard;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The application's door to the hub. */
@ApplicationScoped
public class HeraldFacade implements Herald {

    @Inject
    Hub hub;

    @Override
    public CompletionStage<Receipt> news(JsonValue data) {
        return publish(ChannelName.NEWS, "news", data);
    }

    @Override
    public CompletionStage<Receipt> tell(String personId, JsonValue data) {
        return hub.publish(new Draft(ChannelName.ofUser(personId), "private", null, personId, json(data), null));
    }

    @Override
    public CompletionStage<Receipt> publish(ChannelName channel, String event, JsonValue data) {
        requireFree(event);
        return hub.publish(new Draft(channel, event, null, null, json(data), null));
    }

    @Override
    public boolean send(String connectionId, String event, JsonValue data) {
        requireFree(event);
        return hub.send(connectionId, event, json(data));
    }

    /** What a bean sends reaches the same clients as what a client sends, and so has to be as harmless. */
    private static String json(JsonValue data) {
        var json = data.toString();
        try {
            JsonGuard.check(json);
        } catch (JsonGuard.MalformedJsonException | JsonGuard.HostileJsonException e) {
            throw new IllegalArgumentException("clients cannot take this data: " + e.getMessage(), e);
        }
        return json;
    }

    private static void requireFree(String event) {
        if (!EventName.isValid(event) || EventName.isReserved(event)) {
            throw new IllegalArgumentException("an event's name is 1 to " + EventName.MAX_LENGTH
                    + " characters and not one that Herald or Socket.IO keeps for itself: " + event);
        }
    }

    @Override
    public List<Envelope> latest(ChannelName channel, int limit) {
        return hub.latest(channel, limit);
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
    public List<Connection> connections() {
        return hub.presence().connections();
    }
}
