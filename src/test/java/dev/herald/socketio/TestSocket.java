package dev.herald.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.engine.PollingClient;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client in one namespace that does with offsets what the JavaScript client does. */
final class TestSocket {

    final PollingClient transport;
    private final String namespace;
    private String sid = "";
    private @Nullable String pid;
    private @Nullable String offset;

    TestSocket(PollingClient transport, String namespace) {
        this.transport = transport;
        this.namespace = namespace;
    }

    private String prefix() {
        return namespace.equals("/") ? "" : namespace + ",";
    }

    /** Connects, and takes nothing but success for an answer. */
    TestSocket connect(String auth) {
        transport.post("40" + prefix() + auth);
        var heard = transport.hear();
        assertThat(heard).as("the answer to CONNECT").isNotEmpty();
        learn(heard);
        assertThat(sid).as("the answer to CONNECT: " + heard).isNotEmpty();
        return this;
    }

    /** Sends a packet, from its type on, without the namespace. */
    TestSocket say(String type, String rest) {
        transport.post("4" + type + prefix() + rest);
        return this;
    }

    /** Sends an event; the array's inside. */
    TestSocket emit(String arguments) {
        return say("2", "[" + arguments + "]");
    }

    /** The packets that have come, as they are on the wire. */
    List<String> hear() {
        var heard = transport.hear();
        learn(heard);
        return heard;
    }

    /** Of each packet what follows the namespace; those of others are left out. */
    List<String> events() {
        var events = new ArrayList<String>();
        for (var packet : hear()) {
            if (packet.startsWith("42" + prefix())) {
                events.add(packet.substring(2 + prefix().length()));
            }
        }
        return events;
    }

    /** What the client learns from packets: its ids, and the last offset. */
    void learn(List<String> packets) {
        for (var packet : packets) {
            var begin = "40" + prefix() + "{";
            if (packet.startsWith(begin)) {
                var answer = (JsonObject) parse(packet.substring(begin.length() - 1));
                sid = answer.getString("sid");
                pid = answer.getString("pid", null);
            } else if (packet.startsWith("42") || packet.startsWith("45")) {
                var array = parse(packet.substring(packet.indexOf('['))).asJsonArray();
                if (array.get(array.size() - 1) instanceof JsonString last) {
                    offset = last.getString();
                }
            }
        }
    }

    static JsonValue parse(String json) {
        try (var reader = Json.createReader(new StringReader(json))) {
            return reader.readValue();
        }
    }

    /** What it says when it comes back. */
    String comeback() {
        return comeback(pid, offset);
    }

    static String comeback(@Nullable String pid, @Nullable String offset) {
        var auth = Json.createObjectBuilder();
        if (pid != null) {
            auth.add("pid", pid);
        }
        if (offset != null) {
            auth.add("offset", offset);
        }
        return auth.build().toString();
    }

    String sid() {
        return sid;
    }

    @Nullable
    String pid() {
        return pid;
    }

    @Nullable
    String offset() {
        return offset;
    }
}
