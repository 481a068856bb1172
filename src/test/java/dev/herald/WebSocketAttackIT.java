package dev.herald;

import static dev.herald.it.Siege.port;
import static dev.herald.it.Siege.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.it.Bystander;
import dev.herald.it.PollingPeer;
import dev.herald.it.RawHttp;
import dev.herald.it.RawWebSocket;
import dev.herald.it.Siege;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What hostile clients do to the framing and the handshake of WebSockets; each test is followed by {@link Siege}'s own. */
@ExtendWith(Siege.class)
class WebSocketAttackIT {

    private static final String PATH = "/socket.io/?EIO=4&transport=websocket";
    private static final int PROTOCOL_ERROR = 1002;
    private static final int INVALID_TEXT = 1007;
    private static final int POLICY = 1008;
    private static final int TOO_BIG = 1009;

    /** An upgrade's headers; a test that needs others leaves them out. */
    private static final String UPGRADE = String.join(
            "\r\n",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "");

    private static RawWebSocket open() throws IOException {
        return new RawWebSocket(port(), PATH);
    }

    /** The code of the close that these bytes, as hexadecimal digits, bring about on a new connection. */
    private static int closeAfter(String hex) throws IOException {
        try (var socket = Bystander.connect(port())) {
            socket.write(hex);
            return socket.readToClose();
        }
    }

    private static String host() {
        return "Host: 127.0.0.1:" + port() + "\r\n";
    }

    private static String unique(String word) {
        return word + "-" + UUID.randomUUID();
    }

    /** Sends until the server ends the connection, and returns how many bytes that were; it may take all of them. */
    private static long flood(RawWebSocket socket, byte[] bytes, long total) {
        var sent = 0L;
        try {
            for (; sent < total; sent += bytes.length) {
                socket.write(bytes);
            }
        } catch (IOException e) {
            // The server has had enough.
        }
        return sent;
    }

    private static byte[] frame(int firstByte, int length) {
        var frame = new byte[8 + length];
        frame[0] = (byte) firstByte;
        frame[1] = (byte) 0xFE;
        frame[2] = (byte) (length >> 8);
        frame[3] = (byte) length;
        Arrays.fill(frame, 8, frame.length, (byte) 'a');
        return frame;
    }

    private static byte[] repeat(byte[] bytes, int times) {
        var all = new ByteArrayOutputStream();
        for (var n = 0; n < times; n++) {
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    private static CompletableFuture<Integer> closeOf(RawWebSocket socket) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return socket.readToClose();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void a01MessageBeyondTheLimitIsClosed1009AndHeapStaysFlat() throws Exception {
        try (var fragments = open();
                var one = open()) {
            var closing = closeOf(fragments);
            fragments.write(frame(0x01, 16_000));
            var sent = flood(fragments, frame(0x00, 16_000), times(12) * 1_000_000L);
            assertThat(closing.join()).isEqualTo(TOO_BIG);

            var announced = closeOf(one);
            one.write("81FF 0000000007270E00 00000000");
            assertThat(announced.join()).isEqualTo(TOO_BIG);
            sent += flood(one, new byte[16_000], times(12) * 1_000_000L);
            Siege.assertHeapIsFlat();
            Siege.note("a01: took " + sent + " bytes before it ended TCP");
        }
    }

    @Test
    void a02WhatComesAfterTheCloseIsNotHandled() throws Exception {
        var word = unique("late");
        try (var listener = Bystander.connect(port());
                var attacker = Bystander.connect(port())) {
            listener.say("420[\"join\",\"" + word + "\"]");
            listener.readTo("430[");
            attacker.write("B1 85 00000000 68656C6C6F");
            assertThat(attacker.readToClose()).isEqualTo(PROTOCOL_ERROR);
            var sent = 0;
            try {
                for (; sent < 100_000; sent++) {
                    attacker.say("42[\"" + word + "\",1,{\"channel\":\"" + word + "\"}]");
                }
            } catch (SocketException e) {
                // It is the end of TCP.
            }
            listener.say("421[\"" + word + "\",\"mine\",{\"channel\":\"" + word + "\"}]");
            assertThat(listener.hear("42[\"" + word)).contains("mine");
            Siege.note("a02: " + sent + " messages after the close");
        }
    }

    @Test
    void a03NegativeAndGiantLengthsAreClosedAndCostNoTime() throws Exception {
        var sockets = new ArrayList<RawWebSocket>();
        for (var n = 0; n < 20; n++) {
            assertThat(closeAfter("81FF FFFFFFFFFFFFFFFF 00000000 41414141")).isEqualTo(PROTOCOL_ERROR);
            var socket = open();
            sockets.add(socket);
            socket.write("81FF 7FFFFFFFFFFFFFFF 00000000 41414141");
            assertThat(socket.readToClose()).isEqualTo(TOO_BIG);
        }
        var before = Siege.cpu();
        Thread.sleep(2_000);
        var used = Siege.cpu().minus(before);
        Siege.note("a03: " + used.toMillis() + " ms of CPU in 2 s after 40 impossible lengths");
        assertThat(used).isLessThan(Duration.ofSeconds(1));
        for (var socket : sockets) {
            socket.close();
        }
    }

    @Test
    void a04UnmaskedFramesAreClosed1002() throws Exception {
        assertThat(closeAfter("81 05 68656C6C6F")).isEqualTo(PROTOCOL_ERROR);
        assertThat(closeAfter("89 00")).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void a05ReservedBitsAreClosed1002AndAPollingSessionLives() throws Exception {
        for (var first : List.of("B1", "C1", "A1", "91")) {
            assertThat(closeAfter(first + "85 00000000 68656C6C6F")).as(first).isEqualTo(PROTOCOL_ERROR);
        }
        var polling = PollingPeer.connected(port());
        try (var candidate = polling.candidate()) {
            candidate.write("B1 85 00000000 68656C6C6F");
            assertThat(candidate.readToClose()).isEqualTo(PROTOCOL_ERROR);
        }
        assertThat(polling.post("421[\"join\",\"a05\"]").status()).isEqualTo(200);
        polling.hear("431[");
        polling.end();
    }

    @Test
    void a06ForbiddenFramesAreClosedWithTheirCode() throws Exception {
        assertThat(closeAfter("83 81 00000000 78")).as("reserved opcode").isEqualTo(PROTOCOL_ERROR);
        assertThat(closeAfter("81 85 00000000 FFFEEDA080")).as("not UTF-8").isEqualTo(INVALID_TEXT);
        assertThat(closeAfter("81 83 00000000 34EDA0")).as("surrogate").isEqualTo(INVALID_TEXT);
        assertThat(closeAfter("80 81 00000000 78")).as("lone continuation").isEqualTo(PROTOCOL_ERROR);
        assertThat(closeAfter("88 81 00000000 03")).as("half a close code").isEqualTo(PROTOCOL_ERROR);
        assertThat(closeAfter("88 82 00000000 03ED")).as("close 1005").isEqualTo(PROTOCOL_ERROR);
        assertThat(closeAfter("89 FE 007E 00000000")).as("ping of 126 bytes").isEqualTo(PROTOCOL_ERROR);
        assertThat(closeAfter("09 80 00000000")).as("fragmented ping").isEqualTo(PROTOCOL_ERROR);
        assertThat(closeAfter("81 FE 0001 00000000 78"))
                .as("not the shortest length")
                .isEqualTo(PROTOCOL_ERROR);
        assertThat(closeAfter("01 81 00000000 34 81 81 00000000 34"))
                .as("message in a message")
                .isEqualTo(PROTOCOL_ERROR);
    }

    private static byte[] deflated(byte[] text) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(text);
        deflater.finish();
        var out = new byte[200_000];
        var length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length);
    }

    @Test
    void a07CompressionIsNotNegotiatedAndADeflateBombIsClosed1002() throws Exception {
        var bomb = deflated(new byte[times(10) * 1_000_000]);
        try (var socket = new RawWebSocket(
                port(), PATH, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n", 0)) {
            assertThat(socket.handshake().toLowerCase(Locale.ROOT)).doesNotContain("sec-websocket-extensions");
            socket.write(
                    bomb.length < 65_536
                            ? "C1FE" + "%04x".formatted(bomb.length)
                            : "C1FF" + "%016x".formatted(bomb.length));
            socket.write("00000000");
            flood(socket, bomb, bomb.length);
            assertThat(socket.readToClose()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void a08NoMessageHidesBehindACompressedOne() throws Exception {
        var word = unique("hidden");
        try (var listener = Bystander.connect(port());
                var attacker = Bystander.connect(port())) {
            listener.say("420[\"join\",\"" + word + "\"]");
            listener.readTo("430[");
            // Too short a length: what is left of the compressed message looks like a frame of its own.
            attacker.write("C1 83 00000000 AB4E4D");
            attacker.say("42[\"" + word + "\",1,{\"channel\":\"" + word + "\"}]");
            assertThat(attacker.readToClose()).isEqualTo(PROTOCOL_ERROR);
            listener.say("421[\"" + word + "\",\"mine\",{\"channel\":\"" + word + "\"}]");
            assertThat(listener.hear("42[\"" + word)).contains("mine");
        }
    }

    @Test
    void a09FloodsOfPongsAndOfPingsThatAreNotReadAreClosed1008() throws Exception {
        for (var header : List.of("8AFD", "89FD")) {
            try (var socket = open()) {
                var control = new byte[6 + 125];
                control[0] = (byte) Integer.parseInt(header.substring(0, 2), 16);
                control[1] = (byte) 0xFD;
                var sent = flood(socket, repeat(control, 100), times(100_000) * (long) control.length);
                Siege.note("a09: " + sent / control.length + " frames " + header + " were taken");
                assertThat(socket.readToClose()).as(header).isIn(POLICY, 1006);
            }
        }
        try (var socket = open()) {
            socket.write(repeat(new byte[] {(byte) 0x8A, (byte) 0x80, 0, 0, 0, 0}, 60));
            assertThat(socket.readToClose()).isEqualTo(POLICY);
        }
    }

    @Test
    void a10FragmentsWithNothingInThemAreCounted() throws Exception {
        try (var socket = open()) {
            socket.write("01 80 00000000");
            socket.write(repeat(new byte[] {0, (byte) 0x80, 0, 0, 0, 0}, 1_023));
            socket.write("00 80 00000000");
            assertThat(socket.readToClose()).isEqualTo(POLICY);
            flood(socket, repeat(new byte[] {0, (byte) 0x80, 0, 0, 0, 0}, 1_000), times(300_000) * 6L);
        }
    }

    @Test
    void a11ResetsInMidFrameAndBeforeTheAnswerLeaveNothing() throws Exception {
        for (var n = 0; n < times(100); n++) {
            var socket = open();
            socket.write("81 FE 03");
            socket.reset();
            var http = new RawHttp(port());
            http.send("GET " + PATH + " HTTP/1.1\r\n" + host() + UPGRADE + "\r\n");
            http.reset();
        }
        var half = new byte[900_000];
        Arrays.fill(half, (byte) 'a');
        for (var n = 0; n < times(30); n++) {
            var socket = open();
            socket.write("01 FF 00000000000F0000 00000000");
            socket.write(half);
            socket.reset();
        }
    }

    @Test
    void a12TcpEndsThoughTheClientDoesNotFinishTheCloseHandshake() throws Exception {
        var sockets = new ArrayList<RawWebSocket>();
        for (var n = 0; n < times(20); n++) {
            var closed = open();
            closed.write("88 80 00000000");
            sockets.add(closed);
            var unanswering = open();
            unanswering.write("81 05");
            sockets.add(unanswering);
        }
        var start = System.nanoTime();
        for (var socket : sockets) {
            socket.patience(Duration.ofSeconds(10));
            assertThat(socket.readToEndOfTcp()).isTrue();
        }
        Siege.note("a12: TCP of " + sockets.size() + " ended within "
                + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
        for (var socket : sockets) {
            socket.close();
        }
    }

    @Test
    void a13ReadersThatNeverReadAreGivenUp() throws Exception {
        var channel = unique("firehose");
        var payload = "x".repeat(16 * 1024);
        var before = Siege.footprint();
        var stalled = new ArrayList<RawWebSocket>();
        try (var publisher = Bystander.connect(port())) {
            for (var n = 0; n < times(20); n++) {
                var socket = new RawWebSocket(port(), PATH, "", 4_096);
                socket.say("40");
                socket.readTo("40{");
                socket.say("420[\"join\",\"" + channel + "\"]");
                socket.readTo("430[");
                stalled.add(socket);
            }
            for (var n = 0; n < 300; n++) {
                publisher.say("42" + n + "[\"blob\",\"" + payload + "\",{\"channel\":\"" + channel + "\"}]");
                publisher.readTo("43" + n + "[");
            }
            var during = Siege.footprint();
            var start = System.nanoTime();
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> Siege.footprint().sessions() <= before.sessions() + 1);
            Siege.note("a13: heap " + (during.heap() - before.heap()) / 1024 + " KB more while " + stalled.size()
                    + " did not read, " + 300 * payload.length() / 1024 + " KB offered to each; gone after "
                    + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms; then " + Siege.footprint());
            // The session's queue, the WebSocket's and the container's, for each.
            assertThat(during.heap() - before.heap()).isLessThan(stalled.size() * 5L * 1024 * 1024);
            // Payara's threads keep requests for reuse, and with them what it had not yet written to these connections.
            Siege.containerKeeps(stalled.size() * 3L * 1024 * 1024);
        } finally {
            for (var socket : stalled) {
                socket.close();
            }
        }
    }

    @Test
    void a14HandshakesWithHeadersWithoutEndAreRefused() throws Exception {
        var many = new StringBuilder();
        for (var n = 0; n < 2_000; n++) {
            many.append("X-").append(n).append(": x\r\n");
        }
        var statuses = new ArrayList<Integer>();
        for (var request : List.of(
                "GET " + PATH + " HTTP/1.1\r\n" + host() + UPGRADE + many + "\r\n",
                "GET " + PATH + " HTTP/1.1\r\n" + host() + UPGRADE + "Cookie: a=" + "x".repeat(8_192) + "\r\n\r\n",
                "GET " + PATH + "&x=" + "x".repeat(65_536) + " HTTP/1.1\r\n" + host() + UPGRADE + "\r\n")) {
            statuses.add(RawHttp.exchange(port(), request).status());
        }
        Siege.note("a14: " + statuses);
        assertThat(statuses).allMatch(status -> status == 0 || (status >= 400 && status < 500));
    }

    @Test
    void a15AMonstrousSubprotocolIsAnsweredAtOnce() throws Exception {
        for (var spaces : new int[] {5_000, 50_000}) {
            var quickest = Duration.ofDays(1);
            for (var n = 0; n < 5; n++) {
                var start = System.nanoTime();
                RawHttp.Answer answer;
                try (var http = new RawHttp(port())) {
                    http.send("GET " + PATH + " HTTP/1.1\r\n" + host() + UPGRADE + "Sec-WebSocket-Protocol: b"
                            + " ".repeat(spaces) + "x\r\n\r\n");
                    answer = http.answerHead();
                }
                var time = Duration.ofNanos(System.nanoTime() - start);
                quickest = time.compareTo(quickest) < 0 ? time : quickest;
                Siege.note("a15: " + spaces + " spaces: " + answer.status() + " after " + time.toMillis() + " ms");
            }
            assertThat(quickest).isLessThan(Duration.ofMillis(50));
        }
    }

    @Test
    void a17HandshakesThatAreNoneAreRefused() throws Exception {
        var get = "GET " + PATH + " HTTP/1.1\r\n" + host();
        assertThat(status("POST " + PATH + " HTTP/1.1\r\n" + host() + UPGRADE + "Content-Length: 0\r\n\r\n"))
                .isEqualTo(400);
        var version = RawHttp.exchange(port(), get + UPGRADE.replace("13", "8") + "\r\n");
        assertThat(version.status()).isEqualTo(426);
        assertThat(version.headers()).containsIgnoringCase("Sec-WebSocket-Version: 13");
        assertThat(status(get + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n"))
                .isEqualTo(400);
        assertThat(status(get + UPGRADE.replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=") + "\r\n"))
                .isEqualTo(400);
        assertThat(status(get + UPGRADE + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
                .isEqualTo(400);
        assertThat(status("GET " + PATH + " HTTP/1.0\r\n" + host() + UPGRADE + "\r\n"))
                .isEqualTo(400);
        assertThat(status(get + UPGRADE.replace("Upgrade: websocket", "Upgrade: h2c") + "\r\n"))
                .isEqualTo(400);
        assertThat(status(get + UPGRADE.replace("Connection: Upgrade", "Connection: close") + "\r\n"))
                .isEqualTo(400);
        assertThatThrownBy(() -> new RawWebSocket(port(), PATH.replace("EIO=4", "EIO=3")))
                .hasMessageContaining("400");
        assertThatThrownBy(() -> new RawWebSocket(port(), PATH + "&sid=none")).hasMessageContaining("400");
    }

    private static int status(String request) throws IOException {
        return RawHttp.exchange(port(), request).status();
    }
}
