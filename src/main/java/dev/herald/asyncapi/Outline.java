package dev.herald.asyncapi;

import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The channels and operations of a document as it grows (AsyncAPI 3.0, "Channels Object", "Operations Object"). The events of one address are the
 * messages of one channel, and their acknowledgements are, too. Used by one thread.
 */
final class Outline {

    private static final JsonProvider JSON = JsonProvider.provider();

    private final Names channelIds = new Names();
    private final Names operationIds = new Names();
    private final Map<String, Channel> byAddress = new LinkedHashMap<>();
    private final Map<String, JsonObject> operations = new LinkedHashMap<>();

    /** An address and the messages that are found for it. */
    private static final class Channel {

        private final String id;
        private final EventOperation.Address address;
        private final Names messageIds = new Names();
        private final Map<String, JsonObject> messages = new LinkedHashMap<>();

        /** The message for errors; made when one is needed. */
        private String errorId = "";

        Channel(String id, EventOperation.Address address) {
            this.id = id;
            this.address = address;
        }

        String add(String wish, String name, EventOperation.Message message) {
            var id = messageIds.unique(wish);
            var described = JSON.createObjectBuilder().add("name", name);
            message.payload().ifPresent(payload -> described.add("payload", payload));
            if (!message.names().isEmpty()) {
                described.add("x-arguments", JSON.createArrayBuilder(message.names()));
            }
            messages.put(id, described.build());
            return id;
        }

        String error() {
            if (errorId.isEmpty()) {
                errorId = messageIds.unique("error-reply");
                messages.put(
                        errorId,
                        JSON.createObjectBuilder()
                                .add("name", "error")
                                .add("description", "The event is not handled, for this reason.")
                                .add("payload", pointer("components", "schemas", AsyncApi.ERROR))
                                .build());
            }
            return errorId;
        }

        JsonObject reference() {
            return pointer("channels", id);
        }

        JsonObject reference(String messageId) {
            return pointer("channels", id, "messages", messageId);
        }

        JsonObject json() {
            var json =
                    JSON.createObjectBuilder().add("address", address.text()).add("description", address.description());
            if (!address.parameters().isEmpty()) {
                json.add("parameters", object(address.parameters()));
            }
            return json.add("messages", object(messages)).build();
        }
    }

    void add(EventOperation operation) {
        var channel = byAddress.computeIfAbsent(
                operation.address().text(), text -> new Channel(channelId(text), operation.address()));
        var message = channel.add(operation.event(), operation.event(), operation.message());
        var described = JSON.createObjectBuilder()
                .add("action", operation.action().word())
                .add("channel", channel.reference())
                .add("messages", JSON.createArrayBuilder().add(channel.reference(message)));
        if (!operation.description().isEmpty()) {
            described.add("description", operation.description());
        }
        operation.answer().ifPresent(answer -> {
            var reply = channel.add(operation.event() + "-reply", operation.event(), answer);
            described.add(
                    "reply",
                    JSON.createObjectBuilder()
                            .add("channel", channel.reference())
                            .add(
                                    "messages",
                                    JSON.createArrayBuilder()
                                            .add(channel.reference(reply))
                                            .add(channel.reference(channel.error()))));
        });
        var name = operation.action().word() + "-" + channel.id + "-" + operation.event();
        operations.put(operationIds.unique(name), described.build());
    }

    private String channelId(String address) {
        return channelIds.unique(address.equals("/") ? "main" : address);
    }

    JsonObject channels() {
        var json = JSON.createObjectBuilder();
        byAddress.values().forEach(channel -> json.add(channel.id, channel.json()));
        return json.build();
    }

    JsonObject operations() {
        return object(operations);
    }

    static JsonObject object(Map<String, JsonObject> members) {
        var json = JSON.createObjectBuilder();
        members.forEach(json::add);
        return json.build();
    }

    private static JsonObject pointer(String... path) {
        return JSON.createObjectBuilder()
                .add("$ref", "#/" + String.join("/", path))
                .build();
    }
}
