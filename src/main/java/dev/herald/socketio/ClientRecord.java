package dev.herald.socketio;

import static jakarta.json.JsonValue.EMPTY_JSON_OBJECT;
import static java.lang.System.Logger.Level.INFO;

import dev.herald.api.Attributes;
import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionState;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.Position;
import dev.herald.json.JsonReading;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a later life of the server must know about a client. How far the client is, the client itself says by its offset. The
 * record changes only when the client joins and leaves channels.
 *
 * @param isProven whether its person was
 * @param attributes what the application keeps with its connection
 * @param begins the channels that it is in, each with the place before the first message that it was to get there
 * @param numbers of these channels
 */
record ClientRecord(
        Connection connection,
        boolean isProven,
        Attributes attributes,
        Map<ChannelName, Position> begins,
        RecoveryOffsets.Numbers numbers) {

    private static final System.Logger LOG = System.getLogger(ClientRecord.class.getName());
    private static final JsonProvider JSON = JsonProvider.provider();

    /** Must be increased when earlier versions of Herald cannot read the text. */
    private static final int VERSION = 1;

    ClientRecord {
        if (!begins.keySet().equals(numbers.ofChannels().keySet())) {
            throw new IllegalArgumentException("each channel has a begin and a number");
        }
    }

    /**
     * As JSON: {@code {"version", "sid", "namespace", "person": [id, name], "proven", "next", "channels": [[name, number, epoch,
     * offset]], "attributes": {name: value}}}, without attributes when there are none.
     */
    String text() {
        var channels = JSON.createArrayBuilder();
        begins.forEach((channel, begin) -> channels.add(JSON.createArrayBuilder()
                .add(channel.value())
                .add(Objects.requireNonNull(numbers.ofChannels().get(channel)))
                .add(begin.epoch())
                .add(begin.offset())));
        var person = connection.person();
        var record = JSON.createObjectBuilder()
                .add("version", VERSION)
                .add("sid", connection.id())
                .add("namespace", connection.namespace())
                .add("person", JSON.createArrayBuilder().add(person.id()).add(person.name()))
                .add("proven", isProven)
                .add("next", numbers.next())
                .add("channels", channels);
        return (attributes.json().isEmpty() ? record : record.add("attributes", attributes.toJson()))
                .build()
                .toString();
    }

    /** Reads what {@link #text} has written; empty when another version of Herald has, which this one does not understand. */
    static Optional<ClientRecord> read(String text) {
        try {
            var json = JsonReading.read(text).asJsonObject();
            if (json.getInt("version") == VERSION) {
                return Optional.of(read(json));
            }
            LOG.log(INFO, "a client was kept by another version of Herald, and is not known to this one");
        } catch (RuntimeException e) {
            // Whatever is wrong with it, the client begins anew.
            LOG.log(INFO, "a client that was kept cannot be read", e);
        }
        return Optional.empty();
    }

    private static ClientRecord read(JsonObject json) {
        var begins = new LinkedHashMap<ChannelName, Position>();
        var numbers = new LinkedHashMap<ChannelName, Long>();
        for (var channel : json.getJsonArray("channels").getValuesAs(JsonArray.class)) {
            var name = new ChannelName(channel.getString(0));
            numbers.put(name, channel.getJsonNumber(1).longValueExact());
            begins.put(
                    name,
                    new Position(channel.getString(2), channel.getJsonNumber(3).longValueExact()));
        }
        var person = json.getJsonArray("person");
        var owner = new Person(person.getString(0), person.getString(1));
        var isProven = json.getBoolean("proven");
        var attributes =
                Attributes.of(json.containsKey("attributes") ? json.getJsonObject("attributes") : EMPTY_JSON_OBJECT);
        var state = new ConnectionState(new PersonPrincipal(owner, isProven), attributes);
        return new ClientRecord(
                new Connection(json.getString("sid"), owner, json.getString("namespace"), state),
                isProven,
                attributes,
                begins,
                new RecoveryOffsets.Numbers(json.getJsonNumber("next").longValueExact(), numbers));
    }
}
