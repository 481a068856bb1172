package dev.herald.cdi;

import dev.herald.api.Connection;
import dev.herald.api.Namespace;
import dev.herald.asyncapi.EventOperation.Address;
import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.util.Map;
import java.util.TreeMap;

/** The addresses of namespaces of Socket.IO; a star is a parameter. */
final class NamespaceAddress {

    private static final JsonProvider JSON = JsonProvider.provider();

    private NamespaceAddress() {}

    static Address of(String namespace) {
        if (namespace.equals(Connection.MAIN)) {
            return new Address(namespace, Map.of(), "The main namespace.");
        } else if (namespace.equals(Namespace.ALL)) {
            return new Address(
                    "{namespace}", Map.of("namespace", parameter("The name of a namespace.")), "Every namespace.");
        }
        var text = new StringBuilder();
        var parameters = new TreeMap<String, JsonObject>();
        for (var part : namespace.split("\\*", -1)) {
            if (!text.isEmpty()) {
                var name = "part" + (parameters.size() + 1);
                text.append('{').append(name).append('}');
                parameters.put(name, parameter("Any characters."));
            }
            text.append(part);
        }
        var isOne = parameters.isEmpty();
        return new Address(text.toString(), parameters, isOne ? "A namespace." : "Namespaces of such names.");
    }

    private static JsonObject parameter(String description) {
        return JSON.createObjectBuilder().add("description", description).build();
    }
}
