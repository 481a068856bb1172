package dev.herald.admin;

import dev.herald.hub.Member;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * This server as the Admin UI reads it. Any thread may call.
 *
 * @param id by which the UI tells the nodes of a cluster apart
 * @param hostname of the machine
 * @param pid of the process
 * @param uptime in seconds
 * @param clients how many sessions of Engine.IO there are
 */
public record ServerSight(String id, String hostname, long pid, Supplier<Double> uptime, IntSupplier clients) {

    private static final List<String> COMMANDS =
            List.of("EMIT", "JOIN", "LEAVE", "DISCONNECT", "MJOIN", "MLEAVE", "MDISCONNECT");

    /** {@code {supportedFeatures}}: what the UI offers. */
    static JsonObject config(AdminSettings settings) {
        var features = Json.createArrayBuilder();
        if (!settings.readOnly()) {
            COMMANDS.forEach(features::add);
        }
        features.add("AGGREGATED_EVENTS");
        if (settings.mode() == AdminSettings.Mode.DEVELOPMENT) {
            features.add("ALL_EVENTS");
        }
        return Json.createObjectBuilder().add("supportedFeatures", features).build();
    }

    /** As the reference's {@code ServerStats}. */
    JsonObject stats(Collection<Member> members, JsonArray counted) {
        var sizes = new TreeMap<String, Integer>();
        var polling = 0;
        for (var member : members) {
            sizes.merge(member.connection().namespace(), 1, Integer::sum);
            polling += member.link().transport().equals("polling") ? 1 : 0;
        }
        var namespaces = Json.createArrayBuilder();
        sizes.forEach((name, size) ->
                namespaces.add(Json.createObjectBuilder().add("name", name).add("socketsCount", size)));
        return Json.createObjectBuilder()
                .add("serverId", id)
                .add("hostname", hostname)
                .add("pid", pid)
                .add("uptime", uptime.get())
                .add("clientsCount", clients.getAsInt())
                .add("pollingClientsCount", polling)
                .add("aggregatedEvents", counted)
                .add("namespaces", namespaces)
                .build();
    }
}
