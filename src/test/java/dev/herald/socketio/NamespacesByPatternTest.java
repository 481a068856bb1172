package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Namespaces that are there because their names fit a pattern, as with the reference server's {@code io.of(/^\/tenant-/)}. */
class NamespacesByPatternTest {

    private final TestServer server = new TestServer();

    @Test
    void areNamespacesLikeOthersAndApartFromEachOther() {
        var ann = server.connect(ANN, "/tenant-1");
        var bob = server.connect(BOB, "/tenant-1");
        var other = server.connect(BOB, "/tenant-名前");
        server.publish(ChannelName.ofNamespace("/tenant-1"), "placed", "7");
        server.publish(ChannelName.ofNamespace("/tenant-名前"), "paid", "8");

        assertThat(ann.events()).singleElement().asString().startsWith("[\"placed\",7,");
        assertThat(bob.events()).singleElement().asString().startsWith("[\"placed\",7,");
        assertThat(other.events()).singleElement().asString().startsWith("[\"paid\",8,");
        assertThat(server.hub.presence().connections("/tenant-1")).hasSize(2);
        assertThat(server.observers.events(Connected.class))
                .extracting(connected -> connected.connection().namespace())
                .containsExactly("/tenant-1", "/tenant-1", "/tenant-名前");
    }

    @Test
    void writeOneMessageOnceForAllWhoAreAlike() {
        var one = server.socketIo.dialect("/tenant-1", false);

        assertThat(server.socketIo.dialect("/tenant-1", false)).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(server.socketIo.dialect("/tenant-2", false)).isNotEqualTo(one);
    }

    @Test
    void haveNamesThatFitAreShortEnoughAndCanStandInALog() {
        var longest = "/tenant-" + "x".repeat(SocketIoSettings.MAX_NAMESPACE_LENGTH - "/tenant-".length());

        assertThat(List.of(longest, "/tenant-😀")).allMatch(TestServer.SETTINGS::hasNamespace);
        assertThat(List.of(longest + "x", "/tenant-\n", "/tenant-\u0085", "/Tenant-1", "/x/tenant-1"))
                .noneMatch(TestServer.SETTINGS::hasNamespace);
    }

    @Test
    void areNotMoreForOneConnectionThanItMayBeIn() {
        var client = server.connect(ANN);
        IntStream.range(1, SocketIoSettings.MAX_NAMESPACES).forEach(n -> client.transport.post("40/tenant-" + n + ","));
        client.hear();

        client.transport.post("40/tenant-more,");
        assertThat(client.hear())
                .singleElement()
                .asString()
                .startsWith("44/tenant-more,{\"message\":\"this connection is in as many namespaces as it may: 100");
        client.transport.post("41/tenant-1,", "40/tenant-more,");
        assertThat(client.hear()).singleElement().asString().startsWith("40/tenant-more,{\"sid\"");
    }
}
