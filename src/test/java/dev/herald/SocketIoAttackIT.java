package dev.herald;

import static dev.herald.it.Siege.port;
import static dev.herald.it.Siege.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.herald.it.Bystander;
import dev.herald.it.RawWebSocket;
import dev.herald.it.Siege;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What hostile clients do to Socket.IO; each test is followed by {@link Siege}'s own. */
@ExtendWith(Siege.class)
class SocketIoAttackIT {

    private static final String PATH = "/socket.io/?EIO=4&transport=websocket";
    private static final String PLACEHOLDER = "{\"_placeholder\":true,\"num\":0}";

    private static RawWebSocket open() throws IOException {
        return new RawWebSocket(port(), PATH);
    }

    private static RawWebSocket connect() throws IOException {
        return Bystander.connect(port());
    }

    private static String unique(String word) {
        return word + "-" + UUID.randomUUID();
    }

    /** The connection is closed, and never with the code of a mistake of the server's own. */
    private static void assertClosed(RawWebSocket socket, String why) throws IOException {
        assertThat(socket.readToClose()).as(why).isIn(1000, 1005);
    }

    /** The connection lives: it answers. */
    private static void assertAlive(RawWebSocket socket, String why) throws IOException {
        socket.say("42987654[\"join\",\"alive\"]");
        try {
            socket.readTo("43987654[");
        } catch (IOException e) {
            throw new AssertionError(why, e);
        }
    }

    @Test
    void b11PacketsThatMisleadAParserCloseTheConnection() throws Exception {
        for (var packet : List.of(
                "451-[\"e\",{\"_placeholder\":true,\"num\":\"splice\"}]",
                "451-[\"e\",{\"_placeholder\":true,\"num\":1.5}]",
                "451-[\"e\",{\"_placeholder\":true,\"num\":-1}]",
                "451-[\"e\",{\"_placeholder\":true,\"num\":99}]",
                "451-[\"e\",{\"_placeholder\":true}]",
                "42{\"toString\":\"foo\"}",
                "42[{\"a\":1}]",
                "42[]",
                "42null",
                "421e9[1]",
                "42[null]",
                "42[[\"e\"]]",
                "42[true]",
                "42[\"connect\"]",
                "42[\"connect_error\"]",
                "42[\"disconnect\"]",
                "42[\"disconnecting\"]",
                "42[\"newListener\"]",
                "42[\"removeListener\"]",
                "44[\"x\"]",
                "44{\"message\":\"x\"}",
                "42[\"e\"",
                "42[\"e\"]x")) {
            try (var socket = connect()) {
                socket.say(packet);
                if (packet.contains("_placeholder")) {
                    socket.send(true, 2, new byte[] {1});
                }
                var shown = packet.substring(0, Math.min(40, packet.length()));
                assertClosed(socket, shown);
            }
        }
        for (var data : List.of("\"\\ud800\"]", "[".repeat(10_000), "1e1000000000]")) {
            try (var socket = connect()) {
                socket.say("427[\"e\"," + data);
                assertThat(socket.hear("43")).startsWith("437[{\"error\":{\"code\":\"malformed\"");
                assertAlive(socket, "data that is not taken is no violation of the protocol");
            }
        }
        try (var socket = connect()) {
            socket.say("421[\"error\",1]");
            assertAlive(socket, "a name like others, which nobody handles");
        }
    }

    @Test
    void b12AttachmentsAreBoundedInNumberSizeAndTime() throws Exception {
        for (var packet : List.of(
                "4599999999-[\"e\"]",
                "4511-[\"e\"," + PLACEHOLDER + "]",
                "459999999999999999999999-[\"e\"]",
                "451[\"e\"," + PLACEHOLDER + "]",
                "45-[\"e\"]",
                "45-1-[\"e\"]")) {
            try (var socket = connect()) {
                socket.say(packet);
                assertClosed(socket, packet);
            }
        }
        for (var n = 0; n < times(20); n++) {
            try (var socket = connect()) {
                socket.say(ten());
                for (var sent = 0; sent < 9; sent++) {
                    socket.send(true, 2, new byte[90_000]);
                }
                if (n == 0) {
                    var start = System.nanoTime();
                    assertClosed(socket, "9 of 10 attachments");
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
                }
            }
        }
        try (var socket = connect()) {
            socket.say(ten());
            for (var sent = 0; sent < 2; sent++) {
                socket.send(true, 2, new byte[600_000]);
            }
            assertClosed(socket, "1.2 MB in two attachments");
        }
        try (var socket = connect()) {
            socket.say("451-[\"e\"," + PLACEHOLDER + "]");
            socket.say("42[\"e\"]");
            assertClosed(socket, "text where an attachment is due");
        }
    }

    private static String ten() {
        var packet = new StringBuilder("4510-[\"e\"");
        for (var n = 0; n < 10; n++) {
            packet.append(",{\"_placeholder\":true,\"num\":").append(n).append('}');
        }
        return packet.append(']').toString();
    }

    @Test
    void b13BinaryWithoutAPacketThatAnnouncesItClosesTheConnection() throws Exception {
        try (var socket = connect()) {
            socket.say("450-[\"e\"," + PLACEHOLDER + "]");
            assertClosed(socket, "none announced");
        }
        try (var socket = connect()) {
            for (var n = 0; n < 3; n++) {
                socket.send(true, 2, new byte[100_000]);
            }
            assertClosed(socket, "nothing announced");
        } catch (SocketException e) {
            // Closed while we were sending.
        }
    }

    @Test
    void b14NothingGoesBeforeTheNamespaceIsConnectedAndThatIsWaitedForInVain() throws Exception {
        for (var packet : List.of(
                "451-[\"e\"," + PLACEHOLDER + "]",
                "42[\"e\"]",
                "431[1]",
                "41",
                "42/nowhere,[\"e\"]",
                "461-1[" + PLACEHOLDER + "]")) {
            try (var socket = open()) {
                socket.say(packet);
                socket.send(true, 2, new byte[] {1});
                assertClosed(socket, packet);
            } catch (SocketException e) {
                // Closed while we were sending.
            }
        }
        try (var socket = open()) {
            socket.send(true, 2, new byte[] {1});
            assertClosed(socket, "binary first");
        }
        try (var silent = open()) {
            var start = System.nanoTime();
            assertClosed(silent, "says nothing");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        }
    }

    @Test
    void b15NamespacesThatAreNoneCostNothingAndTheEleventhTheConnection() throws Exception {
        var asked = 0;
        for (var round = 0; round < times(10); round++) {
            try (var socket = connect()) {
                try {
                    for (var n = 1; n <= 1_000; n++) {
                        socket.say("40/n" + asked++ + ",");
                    }
                } catch (IOException e) {
                    // Closed long ago.
                }
                var refused = 0;
                try {
                    for (var answer = socket.hear("44"); ; answer = socket.hear("44")) {
                        assertThat(answer).startsWith("44/n").endsWith(",{\"message\":\"Invalid namespace\"}");
                        refused++;
                    }
                } catch (IOException e) {
                    assertThat(refused).isLessThanOrEqualTo(10);
                }
            }
        }
        try (var socket = connect()) {
            var name = "/" + "x".repeat(10_000);
            socket.say("40" + name + ",");
            assertThat(socket.hear("44")).isEqualTo("44" + name + ",{\"message\":\"Invalid namespace\"}");
            assertAlive(socket, "a long name");
        }
        for (var packet : List.of("40/a,{\"t\":[[[[", "40/a\u0000b,", "40", "40/,", "40/a,[]", "40/a,\"x\"")) {
            try (var socket = connect()) {
                socket.say(packet);
                assertClosed(socket, packet);
            }
        }
        Siege.note("b15: " + asked + " namespaces asked for");
    }

    @Test
    void b16ANameWithNulIsNoText() throws Exception {
        try (var socket = connect()) {
            socket.say("421[\"join\",\"a\\u0000b\"]");
            assertThat(socket.hear("43")).startsWith("431[{\"error\":{\"code\":\"malformed\"");
            assertAlive(socket, "a name with NUL");
        }
    }

    @Test
    void b16ChannelsAreBoundedInNumberAndName() throws Exception {
        try (var socket = connect()) {
            for (var name : List.of(
                    "x".repeat(10_000), "a\\nb", "*", "", "a b", "a/b", "é", "../..", "user:somebody", "ns:admin")) {
                socket.say("421[\"join\",\"" + name + "\"]");
                assertThat(socket.hear("43"))
                        .as(name.length() > 200 ? "long" : name)
                        .startsWith("431[{\"error\":{\"code\":\"channel-");
                socket.say("422[\"e\",1,{\"channel\":\"" + name + "\"}]");
                assertThat(socket.hear("43")).startsWith("432[{\"error\":{\"code\":\"channel-");
            }
            var refused = 0;
            for (var n = 0; n < times(2_000); n++) {
                socket.say("42" + n + "[\"join\",\"c" + n + "\"]");
                var answer = socket.hear("43");
                if (answer.contains("too-many-channels")) {
                    refused++;
                } else {
                    assertThat(answer).startsWith("43" + n + "[{\"channel\"");
                }
            }
            assertThat(times(2_000) - refused).isEqualTo(100);
        }
        for (var n = 0; n < times(2_000); n += 100) {
            try (var socket = connect()) {
                for (var one = 0; one < 100; one++) {
                    socket.say("42[\"join\",\"" + unique("flood") + "\"]");
                }
                socket.say("427[\"join\",\"one-more\"]");
                socket.readTo("437[");
            }
        }
    }

    @Test
    void b17AcknowledgementsThatNobodyWaitsForAreIgnored() throws Exception {
        try (var socket = connect()) {
            for (var n = 0; n < times(10_000); n++) {
                socket.say("43" + n + "[\"x\"]");
            }
            socket.say("431[\"x\"]");
            socket.say("431[\"x\"]");
            assertAlive(socket, "forged answers");
            for (var n = 0; n < times(1_000); n++) {
                socket.say("42" + (9_007_199_254_740_991L - n) + "[\"leave\",\"nowhere\"]");
                assertThat(socket.hear("43")).contains("not-joined");
            }
        }
        for (var packet :
                List.of("43999999999999999999[1]", "429007199254740992[\"e\"]", "43[1]", "43-1[1]", "431{}", "431")) {
            try (var socket = connect()) {
                socket.say(packet);
                assertClosed(socket, packet);
            }
        }
    }

    @Test
    void b18NamesOfClassesAndMembersAreNamesLikeOthers() throws Exception {
        try (var socket = connect()) {
            for (var name : List.of(
                    "class",
                    "getClass",
                    "__proto__",
                    "constructor",
                    "toString",
                    "hashCode",
                    "java.lang.Runtime",
                    "#{7*7}",
                    "${jndi:ldap://127.0.0.1:1/a}",
                    "' or 1=1 --",
                    "x".repeat(128))) {
                socket.say("421[\"" + name + "\",{\"__proto__\":{\"x\":1},\"constructor\":1}]");
                assertAlive(socket, name);
            }
            socket.say("422[\"" + "x".repeat(129) + "\"]");
            assertThat(socket.hear("43")).startsWith("432[{\"error\":{\"code\":\"event-invalid\"");
            assertAlive(socket, "odd names");
        }
    }

    @Test
    void b19WhoAnswersNoPingIsDeadInTimeWhateverElseItSays() throws Exception {
        try (var silent = connect();
                var liar = connect()) {
            var start = System.nanoTime();
            var lying = new Thread(() -> {
                try {
                    for (var n = 0; n < 1_000; n++) {
                        // A pong before the ping, and never after it.
                        if (n < 20) {
                            liar.say("3");
                        } else {
                            liar.say("42[\"join\",\"x\"]");
                        }
                        Thread.sleep(100);
                    }
                } catch (IOException | InterruptedException e) {
                    // Closed.
                }
            });
            lying.start();
            assertClosed(silent, "never answers");
            assertThat(Duration.ofNanos(System.nanoTime() - start).toMillis()).isCloseTo(6_000, within(1_500L));
            assertClosed(liar, "speaks, and answers no ping");
            var lived = Duration.ofNanos(System.nanoTime() - start);
            Siege.note("b19: the silent one is dead after 6 s, the liar after " + lived.toMillis() + " ms");
            assertThat(lived).isLessThan(Duration.ofSeconds(10));
            lying.interrupt();
            lying.join();
        }
    }

    @Test
    void b20LiesAboutWhatWasReceivedBeginAnew() throws Exception {
        for (var lie : List.of(
                "\"offset\":\"-1\"",
                "\"offset\":-1",
                "\"offset\":\"9223372036854775807\"",
                "\"offset\":9223372036854775807",
                "\"offset\":1.5",
                "\"offset\":[1]",
                "\"offset\":{\"a\":1}",
                "\"offset\":null",
                "\"offset\":\"\"",
                "\"offset\":\"-\"",
                "\"offset\":\"0.0\"",
                "\"offset\":\"0.zzzzzzzzzzzz\"",
                "\"offset\":\"zzzzzz.0\"",
                "\"offset\":\"zzzzzz.0_zzzzzz.1\"",
                "\"offset\":\"zik0zj.0\"",
                "\"offset\":\"" + "0.0_".repeat(2_000) + "0.0\"",
                "\"limit\":1e9",
                "\"resume\":{\"news\":{\"epoch\":\"x\",\"offset\":-1}}",
                "\"resume\":{\"news\":{\"epoch\":\"x\",\"offset\":1e99}}",
                "\"resume\":{\"user:somebody\":{\"epoch\":\"x\",\"offset\":1}}",
                "\"resume\":[1]",
                "\"resume\":\"x\"")) {
            for (var pid : List.of("", "\"pid\":\"none\",", "\"pid\":[1],", "\"pid\":\"" + livePid() + "\",")) {
                try (var socket = open()) {
                    socket.say("40{" + pid + lie + "}");
                    socket.readTo("40{");
                    assertAlive(socket, pid + lie);
                }
            }
        }
    }

    /** The private id of a client that has gone without a word. */
    private static String livePid() throws IOException {
        try (var socket = open()) {
            socket.say("40");
            var connected = Pattern.compile("\"pid\":\"([^\"]+)\"").matcher("");
            while (!connected.reset(socket.hear()).find()) {
                // The handshake.
            }
            return connected.group(1);
        }
    }
}
