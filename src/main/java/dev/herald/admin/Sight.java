package dev.herald.admin;

import dev.herald.api.Arguments;
import dev.herald.api.Connection;
import dev.herald.api.Received;
import dev.herald.hub.Member;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Sockets and events as the Admin UI reads them (the events of {@code @socket.io/admin-ui} 0.5). Any thread may call. */
final class Sight {

    /** Header fields whose values are secrets of the client's; the UI is not shown them. */
    private static final Set<String> SECRET = Set.of("authorization", "cookie", "proxy-authorization", "x-csrf-token");

    /** How many rooms of a socket are shown. */
    private static final int MAX_ROOMS = 50;

    /** How long the arguments of an event may be to be shown, in characters of JSON. */
    private static final int MAX_ARGUMENTS = 2_000;

    private Sight() {}

    /** {@code {id, clientId, transport, nsp, data, handshake, rooms}}, as the reference's {@code SerializedSocket}. */
    static JsonObject socket(Member member) {
        var connection = member.connection();
        var rooms = Json.createArrayBuilder().add(connection.id());
        member.rooms().stream().sorted().limit(MAX_ROOMS).forEach(rooms::add);
        return Json.createObjectBuilder()
                .add("id", connection.id())
                .add("clientId", client(connection))
                .add("transport", member.link().transport())
                .add("nsp", connection.namespace())
                .add("data", data(connection))
                .add("handshake", handshake(connection))
                .add("rooms", rooms)
                .build();
    }

    /** All namespaces of one client have the same handshake. */
    private static String client(Connection connection) {
        var handshake = connection.handshake();
        var number = 31L * handshake.headerLines().hashCode() + handshake.url().hashCode();
        return String.format(
                Locale.ROOT, "%08x%04x", (int) number, handshake.at().toEpochMilli() & 0xFFFF);
    }

    private static JsonObject data(Connection connection) {
        return Json.createObjectBuilder()
                .add("person", connection.person().id())
                .add("name", connection.person().name())
                .build();
    }

    private static JsonObject handshake(Connection connection) {
        var handshake = connection.handshake();
        var headers = Json.createObjectBuilder();
        handshake
                .headers()
                .forEach((name, values) ->
                        headers.add(name, SECRET.contains(name) ? "(not shown)" : String.join(", ", values)));
        var query = Json.createObjectBuilder();
        handshake
                .query()
                .forEach((name, values) -> query.add(name, name.equals("token") ? "(not shown)" : values.get(0)));
        return Json.createObjectBuilder()
                .add("address", handshake.remoteAddress())
                .add("headers", headers)
                .add("query", query)
                .add("issued", handshake.at().toEpochMilli())
                .add("secure", handshake.secure())
                .add("time", handshake.at().toString())
                .add("url", path(handshake.url()))
                .add("xdomain", handshake.header("origin").isPresent())
                .build();
    }

    /** Without the query, which is shown by itself. */
    private static String path(String url) {
        var mark = url.indexOf('?');
        return mark < 0 ? url : url.substring(0, mark);
    }

    /** The event's name and its arguments; long ones by their length. */
    static JsonArray event(Received received) {
        var array = Json.createArrayBuilder().add(received.event());
        if (received.json().length() > MAX_ARGUMENTS) {
            return array.add("(" + received.json().length() + " characters)").build();
        }
        Arguments.read(received.json()).forEach(array::add);
        return array.build();
    }

    /** The arguments of an event for the UI, as the hub takes them. */
    static String arguments(Object... values) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        for (var value : values) {
            if (value instanceof JsonValue json) {
                array.add(json);
            } else {
                array.add(value.toString());
            }
        }
        return Arguments.several(array.build().toString());
    }

    /** The counters of one tick, as the reference's {@code NamespaceEvent}. */
    static JsonArray counted(long timestamp, Map<String, Long> counts) {
        var array = Json.createArrayBuilder();
        counts.forEach((type, count) -> {
            if (count > 0) {
                array.add(Json.createObjectBuilder()
                        .add("timestamp", timestamp)
                        .add("type", type)
                        .add("count", count));
            }
        });
        return array.build();
    }
}
