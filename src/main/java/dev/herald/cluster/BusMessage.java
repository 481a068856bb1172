package dev.herald.cluster;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.json.JsonReading;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What nodes tell each other, as text: a line of JSON, and for a whole message its data after it, as they are in the log. So the same
 * bytes reach clients of all nodes.
 */
sealed interface BusMessage {

    /** A whole message of a channel; one without a position is in no log. */
    record Published(Envelope message) implements BusMessage {}

    /** The log has a message at this position. */
    record Look(ChannelName channel, Position position) implements BusMessage {}

    /**
     * Something is to be done, by each node once.
     *
     * @param id random; by it a node knows what it has done already
     */
    record Command(String id, String name, List<String> arguments) implements BusMessage {}

    JsonProvider JSON = JsonProvider.provider();

    /** The text of a message. */
    static String of(Envelope message) {
        var head = JSON.createObjectBuilder()
                .add("channel", channel(message).value())
                .add("event", message.event())
                .add("at", message.at().toEpochMilli());
        add(head, message.position());
        var from = message.from();
        if (from != null) {
            head.add("from", from.id()).add("name", from.name());
        }
        var to = message.to();
        if (to != null) {
            head.add("to", to);
        }
        if (!message.except().isEmpty()) {
            head.add("except", JSON.createArrayBuilder(message.except()));
        }
        return head.build() + "\n" + message.json();
    }

    /** The text that says where a message is. */
    static String look(ChannelName channel, Position position) {
        var head = JSON.createObjectBuilder().add("channel", channel.value());
        add(head, position);
        return head.build().toString();
    }

    /** The text of a command. */
    static String command(Command command) {
        return JSON.createObjectBuilder()
                .add("command", command.name())
                .add("id", command.id())
                .add("arguments", JSON.createArrayBuilder(command.arguments()))
                .build()
                .toString();
    }

    private static void add(JsonObjectBuilder head, @Nullable Position position) {
        if (position != null) {
            head.add("epoch", position.epoch()).add("offset", position.offset());
        }
    }

    /**
     * Reads what another node has told.
     *
     * @throws RuntimeException when it is none of these texts
     */
    static BusMessage read(String text) {
        var end = text.indexOf('\n');
        var head = object(end < 0 ? text : text.substring(0, end));
        if (head.containsKey("command")) {
            return new Command(head.getString("id"), head.getString("command"), strings(head, "arguments"));
        }
        var channel = new ChannelName(head.getString("channel"));
        var position = head.containsKey("epoch") ? Position.of(head) : null;
        if (end < 0) {
            if (position == null) {
                throw new IllegalArgumentException("neither a position nor a message");
            }
            return new Look(channel, position);
        }
        var from = head.containsKey("from") ? new Person(head.getString("from"), head.getString("name")) : null;
        var except = head.containsKey("except") ? Set.copyOf(strings(head, "except")) : Set.<String>of();
        return new Published(new Envelope(
                channel,
                position,
                head.getString("event"),
                from,
                head.getString("to", null),
                Instant.ofEpochMilli(head.getJsonNumber("at").longValueExact()),
                text.substring(end + 1),
                except));
    }

    private static List<String> strings(JsonObject head, String name) {
        return head.getJsonArray(name).getValuesAs(JsonString::getString);
    }

    private static JsonObject object(String text) {
        return JsonReading.read(text).asJsonObject();
    }

    private static ChannelName channel(Envelope message) {
        var channel = message.channel();
        if (channel == null) {
            throw new IllegalArgumentException("a message to one connection is nobody else's");
        }
        return channel;
    }
}
