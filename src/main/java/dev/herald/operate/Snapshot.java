package dev.herald.operate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.ChannelName;
import dev.herald.hub.Member;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;

/**
 * What the monitor's page shows at one moment, as it is sent: {@code {at, figures: {name: value}, connections: [{id, person, name,
 * namespace, transport, rooms, roomCount, waiting}], count}}. The time {@code at} is that of this node, in milliseconds since 1970,
 * so that rates do not depend on how long a snapshot was on its way.
 */
final class Snapshot {

    /** The most connections that are listed. */
    static final int LISTED = 500;

    /** The most rooms of a connection that are listed. */
    static final int LISTED_ROOMS = 10;

    private Snapshot() {}

    /** The figures and connections of this moment as an event of a stream. A line break is in no JSON that is written so. */
    static byte[] event(Figures figures, long at) {
        return ("data: " + json(figures.now(), figures.connections(), at) + "\n\n").getBytes(UTF_8);
    }

    private static JsonObject json(List<Figure> figures, List<Member> connections, long at) {
        var values = Json.createObjectBuilder();
        figures.forEach(figure ->
                figure.samples().forEach(sample -> values.add(OpenMetrics.name(figure, sample), sample.value())));
        var rows = Json.createArrayBuilder();
        connections.stream().limit(LISTED).map(Snapshot::row).forEach(rows::add);
        return Json.createObjectBuilder()
                .add("at", at)
                .add("figures", values)
                .add("connections", rows)
                .add("count", connections.size())
                .build();
    }

    private static JsonObjectBuilder row(Member member) {
        var connection = member.connection();
        var link = member.link();
        var channels = member.channels();
        var rooms = Json.createArrayBuilder();
        channels.stream().map(ChannelName::value).sorted().limit(LISTED_ROOMS).forEach(rooms::add);
        return Json.createObjectBuilder()
                .add("id", connection.id())
                .add("person", connection.person().id())
                .add("name", connection.person().name())
                .add("namespace", connection.namespace())
                .add("transport", link.transport())
                .add("rooms", rooms)
                .add("roomCount", channels.size())
                .add("waiting", link.waitingBytes());
    }
}
