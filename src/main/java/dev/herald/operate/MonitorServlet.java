package dev.herald.operate;

import static jakarta.servlet.http.HttpServletResponse.SC_BAD_REQUEST;
import static jakarta.servlet.http.HttpServletResponse.SC_NOT_FOUND;
import static jakarta.servlet.http.HttpServletResponse.SC_NO_CONTENT;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.api.ChannelName;
import dev.herald.hub.Member;
import dev.herald.json.JsonReading;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * What the monitor's page asks for: {@code GET /monitor/now} answers {@code {figures: {name: value}, connections: [{id, person, name,
 * namespace, transport, rooms, waiting}], count}}, and {@code POST /monitor/disconnect} with {@code {id}} ends a connection. Bodies are
 * JSON by name, so that no form of another site can send them. {@link OperatorFilter} says who may.
 */
@SuppressWarnings("serial") // never serialised
public class MonitorServlet extends HttpServlet {

    /** The most connections that are listed. */
    static final int LISTED = 500;

    /** The most rooms of a connection that are listed. */
    private static final int LISTED_ROOMS = 10;

    private static final int MAX_BODY = 1_000;

    @Inject
    transient Figures figures;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!"/monitor/now".equals(request.getServletPath())) {
            response.sendError(SC_NOT_FOUND);
            return;
        }
        var values = Json.createObjectBuilder();
        figures.now()
                .forEach(figure -> figure.samples()
                        .forEach(sample -> values.add(OpenMetrics.name(figure, sample), sample.value())));
        var all = figures.connections();
        var rows = Json.createArrayBuilder();
        all.stream().limit(LISTED).map(MonitorServlet::row).forEach(rows::add);
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json;charset=UTF-8");
        response.getWriter()
                .print(Json.createObjectBuilder()
                        .add("figures", values)
                        .add("connections", rows)
                        .add("count", all.size())
                        .build());
    }

    private static JsonObjectBuilder row(Member member) {
        var connection = member.connection();
        var link = member.link();
        var rooms = Json.createArrayBuilder();
        member.channels().stream()
                .map(ChannelName::value)
                .sorted()
                .limit(LISTED_ROOMS)
                .forEach(rooms::add);
        return Json.createObjectBuilder()
                .add("id", connection.id())
                .add("person", connection.person().id())
                .add("name", connection.person().name())
                .add("namespace", connection.namespace())
                .add("transport", link.transport())
                .add("rooms", rooms)
                .add("roomCount", member.channels().size())
                .add("waiting", link.waitingBytes());
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var type = request.getContentType();
        if (!"/monitor/disconnect".equals(request.getServletPath())) {
            response.sendError(SC_NOT_FOUND);
        } else if (type == null || !type.startsWith("application/json") || request.getContentLength() > MAX_BODY) {
            response.sendError(SC_BAD_REQUEST);
        } else {
            var id = idIn(new String(request.getInputStream().readNBytes(MAX_BODY), UTF_8));
            response.setStatus(id.isEmpty() ? SC_BAD_REQUEST : figures.disconnect(id) ? SC_NO_CONTENT : SC_NOT_FOUND);
        }
    }

    /** Empty when there is none. */
    private static String idIn(String json) {
        try {
            return JsonReading.read(json) instanceof JsonObject object && object.get("id") instanceof JsonString id
                    ? id.getString()
                    : "";
        } catch (JsonException | IllegalStateException e) {
            return "";
        }
    }
}
