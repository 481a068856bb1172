package dev.herald.board;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.Joined;
import dev.herald.api.On;
import dev.herald.api.Person;
import dev.herald.api.Received;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Tells everyone when somebody comes or goes, welcomes the newcomer, keeps the list of people on the pages right, and does for the
 * tutorials' pages what their servers do. Switched
 * off by {@code herald.board=false}.
 *
 * <p>The count in the last news is the number of people who are there, however many came and went at the same time: what the
 * hub knows is asked for and told under one lock. It is compared with the event, too, as events of different connections are
 * observed in any order: nobody is told to be gone who is back already. The last change of the hub is thus always told, and
 * told last.
 */
@ApplicationScoped
public class Board {

    /** Whoever joins is sent the event {@code people} and then, for each change, {@code online} or {@code offline}. */
    public static final ChannelName PEOPLE = new ChannelName("people");

    /** The most people in a list; their number is not bounded by it. */
    static final int LISTED_PEOPLE = 200;

    private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

    private static final System.Logger LOG = System.getLogger(Board.class.getName());

    @Inject
    Herald herald;

    boolean enabled = true;

    @PostConstruct
    void configure() {
        enabled = ConfigProvider.getConfig()
                .getOptionalValue("herald.board", Boolean.class)
                .orElse(true);
    }

    void welcome(@Observes Connected connected) {
        if (!enabled) {
            return;
        }
        var connection = connected.connection();
        synchronized (this) {
            if (connected.first() && herald.isOnline(connection.person().id())) {
                announce("One more person is online", "online", connection);
            }
            herald.send(
                    connection.id(),
                    "private",
                    message("Welcome you are the " + connected.people() + " person here")
                            .build());
        }
    }

    void sayGoodbye(@Observes Disconnected disconnected) {
        if (!enabled || !disconnected.last()) {
            return;
        }
        var connection = disconnected.connection();
        synchronized (this) {
            if (!herald.isOnline(connection.person().id())) {
                announce("Someone went home", "offline", connection);
            }
        }
    }

    void listPeople(@Observes Joined joined) {
        if (!enabled || !joined.channel().equals(PEOPLE)) {
            return;
        }
        synchronized (this) {
            var people = herald.people();
            var snapshot =
                    JSON.createObjectBuilder().add("count", people.size()).add("people", list(people));
            herald.send(joined.connection().id(), "people", snapshot.build());
        }
    }

    /** As in the tutorials: what one page sends as {@code data}, all the others get. */
    void share(@Observes @On("data") Received data) {
        if (enabled && data.channel() == null) {
            var others = herald.in(Connection.MAIN).except(data.connection().id());
            data.ack(others.emit("data", data.arguments().toArray(JsonValue[]::new))
                    .thenApply(receipts -> receipts.get(0)));
        }
    }

    /** As in the tutorials: what a page says to nobody in particular, the server takes note of. */
    void hear(@Observes @On("private") Received message) {
        if (enabled && message.to() == null) {
            LOG.log(DEBUG, () -> message.person().id() + " says " + message.json());
            message.ack();
        }
    }

    /** The lock is held: news and changes of the list go out in the order of their counts. */
    private void announce(String text, String change, Connection connection) {
        var count = herald.countPeople();
        herald.news(message(text).add("count", count).build());
        herald.publish(
                PEOPLE,
                change,
                describe(connection.person()).add("count", count).build());
    }

    private static JsonArrayBuilder list(List<Person> people) {
        var list = JSON.createArrayBuilder();
        people.stream().limit(LISTED_PEOPLE).map(Board::describe).forEach(list::add);
        return list;
    }

    private static JsonObjectBuilder describe(Person person) {
        return JSON.createObjectBuilder().add("id", person.id()).add("name", person.name());
    }

    private static JsonObjectBuilder message(String text) {
        return JSON.createObjectBuilder().add("msg", text);
    }
}
