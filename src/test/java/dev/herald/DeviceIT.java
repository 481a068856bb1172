package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.FeedClient;
import dev.herald.it.NodeScript;
import dev.herald.it.PayaraProcess;
import jakarta.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Private messages for who is away, on each of the person's devices, also over a restart of the server. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DeviceIT {

    private static final Path OUT = Path.of("target", "device");

    private static FeedClient device(PayaraProcess server, String name, String cookie) throws Exception {
        return FeedClient.open(
                        server.url().replace("http:", "ws:") + "feed?device=" + name,
                        cookie.isEmpty() ? Map.of() : Map.of("Cookie", cookie))
                .settle();
    }

    private static void tell(PayaraProcess server, String to, String... texts) throws Exception {
        try (var ann = FeedClient.open(server.url().replace("http:", "ws:") + "feed", Map.of())) {
            for (var text : texts) {
                ann.tell(to, text, text);
                assertThat(ann.awaitAnswer(text).getString("event")).isEqualTo("ack");
            }
        }
    }

    private static List<String> told(FeedClient client) {
        client.sync();
        return client.messages("private", client.privateChannel()).stream()
                .map(message -> message.getJsonObject("data").getString("msg"))
                .toList();
    }

    private static JsonObject see(FeedClient client, long offset) {
        client.send("{\"event\":\"seen\",\"offset\":" + offset + ",\"id\":\"seen-" + offset + "\"}");
        return client.awaitAnswer("seen-" + offset);
    }

    @Test
    void whatCameMeanwhileReachesEachDeviceInOrderAndOnceUntilItWasSeenThere() throws Exception {
        Files.createDirectories(OUT);
        try (var server = PayaraProcess.start(OUT.resolve("server.log").toFile())) {
            String cookie;
            String bob;
            try (var phone = device(server, "phone", "")) {
                cookie = phone.cookie();
                bob = phone.personId();
            }
            device(server, "tablet", cookie).close();
            tell(server, bob, "first", "second");

            try (var phone = device(server, "phone", cookie)) {
                phone.awaitMsg("private", "second");
                assertThat(told(phone)).containsExactly("first", "second");
                assertThat(see(phone, 1).getString("event")).isEqualTo("ack");
            }
            try (var tablet = device(server, "tablet", cookie)) {
                tablet.awaitMsg("private", "second");
                assertThat(told(tablet)).containsExactly("first", "second");
            }
            try (var phone = device(server, "phone", cookie)) {
                phone.awaitMsg("private", "second");
                assertThat(told(phone)).containsExactly("second");
            }

            server.restart();

            tell(server, bob, "third");
            try (var phone = device(server, "phone", cookie)) {
                phone.awaitMsg("private", "third");
                assertThat(told(phone)).containsExactly("second", "third");
                assertThat(see(phone, 3).getString("event")).isEqualTo("ack");
            }
            try (var tablet = device(server, "tablet", cookie);
                    var phone = device(server, "phone", cookie)) {
                tablet.awaitMsg("private", "third");
                assertThat(told(tablet)).containsExactly("first", "second", "third");
                assertThat(told(phone)).isEmpty();
            }
            NodeScript.pass("socketio/devices.mjs", server.url());
        }
        assertThat(Files.readString(OUT.resolve("server.log"))).doesNotContain("SEVERE");
    }
}
