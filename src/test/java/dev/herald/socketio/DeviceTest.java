package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.hub.Draft;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/socketio.md}, "Devices". */
class DeviceTest {

    private final TestServer server = new TestServer(TestServer.settings(true, false));

    private TestSocket client() {
        return new TestSocket(server.open(BOB), "/");
    }

    private List<String> connect(TestSocket socket, String auth) {
        socket.transport.post("40" + auth);
        var heard = socket.hear();
        assertThat(heard).isNotEmpty().first().asString().startsWith("40{\"sid\"");
        return heard.subList(1, heard.size());
    }

    private void tell(int... numbers) {
        for (var n : numbers) {
            server.hub
                    .publish(new Draft(ChannelName.ofUser("bob"), "private", ANN, "bob", "" + n, null))
                    .toCompletableFuture()
                    .join();
        }
    }

    private static String joined(long since, long head) {
        return "42[\"joined\",{\"channel\":\"user:bob\",\"recovered\":true,\"since\":" + since + ",\"head\":" + head
                + ",\"epoch\":\"life.0\"}]";
    }

    private static List<String> data(List<String> packets) {
        return packets.stream()
                .filter(packet -> packet.startsWith("42[\"private\","))
                .map(packet -> packet.substring(13).split(",", -1)[0])
                .toList();
    }

    @Test
    void getsThePrivateMessagesThatWereNotSeenOnIt() {
        tell(1, 2);
        var phone = client();
        var heard = connect(phone, "{\"device\":\"phone\"}");
        phone.say("2", "1[\"seen\",{\"offset\":1,\"epoch\":\"life.0\"}]");
        var answer = phone.hear();
        phone.say("1", "");

        var back = connect(client(), "{\"device\":\"phone\"}");

        assertThat(heard).first().isEqualTo(joined(0, 2));
        assertThat(data(heard)).containsExactly("1", "2");
        assertThat(answer).containsExactly("431[{\"channel\":\"user:bob\",\"offset\":1,\"epoch\":\"life.0\"}]");
        assertThat(back).first().isEqualTo(joined(1, 2));
        assertThat(data(back)).containsExactly("2");
    }

    @Test
    void mayNameTheOffsetAlone() {
        tell(1, 2);
        var phone = client();
        connect(phone, "{\"device\":\"phone\"}");

        phone.emit("\"seen\",2");

        assertThat(data(connect(client(), "{\"device\":\"phone\"}"))).isEmpty();
    }

    @Test
    void isKnownAfterTheClientHasRecovered() {
        var phone = client();
        connect(phone, "{\"device\":\"phone\"}");
        tell(1);
        phone.hear();
        phone.transport.cut();
        tell(2);

        var back = client();
        back.transport.post("40{\"device\":\"phone\"," + phone.comeback().substring(1));
        var heard = back.hear();
        back.say("2", "1[\"seen\",2]");

        assertThat(server.outcomes("recovered")).isEqualTo(1);
        assertThat(data(heard)).containsExactly("2");
        assertThat(heard).noneMatch(packet -> packet.contains("joined"));
        assertThat(back.hear()).singleElement().asString().startsWith("431[{\"channel\":\"user:bob\",\"offset\":2");
    }

    @Test
    void getsWhatItsClientAsksForInstead() {
        tell(1, 2, 3);

        var heard = connect(
                client(), "{\"device\":\"phone\",\"resume\":{\"private\":{\"epoch\":\"life.0\",\"offset\":2}}}");

        assertThat(data(heard)).containsExactly("3");
    }

    @Test
    void withoutANameIsNoneAndSeesNothing() {
        tell(1);
        var bob = client();
        assertThat(connect(bob, "")).isEmpty();

        bob.say("2", "1[\"seen\",1]");

        assertThat(bob.hear()).singleElement().asString().contains("\"device-unknown\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"my phone\"", "5", "null", "{}"})
    void ofAWrongNameIsNoneAndTheClientIsConnected(String name) {
        tell(1);

        assertThat(connect(client(), "{\"device\":" + name + "}"))
                .singleElement()
                .asString()
                .startsWith("42[\"error\",{\"code\":\"device-invalid\",")
                .endsWith("\"event\":\"device\"}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",null",
                ",\"1\"",
                ",-1",
                ",2",
                ",[1]",
                ",{\"epoch\":\"life.0\"}",
                ",{\"offset\":1,\"epoch\":\"x\"}"
            })
    void hasNotSeenWhatIsNotThere(String arguments) {
        tell(1);
        var phone = client();
        connect(phone, "{\"device\":\"phone\"}");

        phone.say("2", "1[\"seen\"" + arguments + "]");

        assertThat(phone.hear()).singleElement().asString().startsWith("431[{\"error\":{\"code\":\"seen-invalid\"");
    }

    @Test
    void isNoConcernOfOtherNamespaces() {
        tell(1);
        var shop = new TestSocket(server.open(BOB), "/shop");
        shop.connect("{\"device\":\"my phone\"}");

        shop.emit("\"seen\",1");

        assertThat(shop.hear()).isEmpty();
        assertThat(server.observers.received().event()).isEqualTo("seen");
    }
}
