package dev.herald;

import static dev.herald.it.Siege.port;
import static dev.herald.it.Siege.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.Bystander;
import dev.herald.it.PollingPeer;
import dev.herald.it.RawHttp;
import dev.herald.it.RawWebSocket;
import dev.herald.it.Siege;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What hostile clients do to Engine.IO by polling and while a session is upgraded; each test is followed by {@link Siege}'s own. */
@ExtendWith(Siege.class)
class PollingAttackIT {

    private static final String UNKNOWN_SID = "{\"code\":1,\"message\":\"Session ID unknown\"}";
    private static final int LIMIT = 1_000_000;

    private static String head(PollingPeer peer, String method, String more) {
        return method + " " + peer.path() + " HTTP/1.1\r\nHost: 127.0.0.1:" + port() + "\r\n" + more + "\r\n";
    }

    private static String unique(String word) {
        return word + "-" + UUID.randomUUID();
    }

    private static CompletableFuture<RawHttp.Answer> later(RawHttp http) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return http.answer();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void b01BodiesBeyondTheLimitAreRefusedAndNotRead() throws Exception {
        for (var n = 0; n < times(3); n++) {
            var peer = PollingPeer.connected(port());
            assertThat(peer.post("4" + "x".repeat(2 * LIMIT)).status()).isEqualTo(413);
            assertThat(peer.isKnown()).isTrue();

            try (var chunked = new RawHttp(port())) {
                chunked.send(head(peer, "POST", "Transfer-Encoding: chunked\r\nContent-Type: text/plain\r\n"));
                for (var chunk = 0; chunk < 200 && chunked.send("2710\r\n" + "x".repeat(10_000) + "\r\n"); chunk++) {
                    // It goes on.
                }
                chunked.send("0\r\n\r\n");
                assertThat(chunked.answerHead().status()).isEqualTo(413);
            }
            peer.end();
        }
        var peer = PollingPeer.connected(port());
        var more = RawHttp.exchange(
                port(),
                head(peer, "POST", "Content-Type: text/plain\r\nContent-Length: 1\r\n") + "4" + "x".repeat(20_000));
        assertThat(more.status()).as("half of a body").isEqualTo(200);
        assertThat(peer.isOver()).as("4 alone is no packet of Socket.IO").isTrue();
    }

    @Test
    void b02PacketsWithNothingInThemAreRefusedAtOnce() throws Exception {
        for (var body : List.of("\u001e".repeat(LIMIT), "2\u001e".repeat(300_000), "4\u001e".repeat(300_000))) {
            var peer = PollingPeer.connected(port());
            var start = System.nanoTime();
            peer.post(body);
            var time = Duration.ofNanos(System.nanoTime() - start);
            Siege.note("b02: " + body.length() + " characters took " + time.toMillis() + " ms");
            assertThat(time).isLessThan(Duration.ofSeconds(2));
            assertThat(peer.isKnown()).isFalse();
        }
    }

    @Test
    void b03BinaryBodiesAreAnsweredAndEndTheSession() throws Exception {
        for (var n = 0; n < times(50); n++) {
            var peer = new PollingPeer(port());
            assertThat(peer.post("application/octet-stream", "\u0000\u0001").status())
                    .isEqualTo(400);
            assertThat(peer.isKnown()).isFalse();
        }
    }

    @Test
    void b04Base64IsCountedAndChecked() throws Exception {
        for (var body :
                List.of("b" + "A".repeat(LIMIT - 4), "b!!!!", "b", "bA", "bAAAAA=", "bAB==\u001eb====", "bAQ")) {
            var peer = PollingPeer.connected(port());
            assertThat(peer.post(body).status()).isIn(200, 400);
            assertThat(peer.isOver()).as(body.length() > 20 ? "large" : body).isTrue();
        }
    }

    @Test
    void b05AnotherRevisionOnALiveSessionIsRefusedAndTheSessionLives() throws Exception {
        var peer = PollingPeer.connected(port());
        for (var eio : List.of("EIO=3", "EIO=", "EIO=04", "x=4")) {
            var query = peer.path().replace("EIO=4", eio).replace("polling", "websocket");
            assertThat(refusal(query)).as(eio).contains("400");
            var polled = RawHttp.exchange(
                    port(), head(peer, "GET", "Connection: close\r\n").replace("EIO=4", eio));
            assertThat(polled.status()).as(eio).isEqualTo(400);
            assertThat(polled.body()).as(eio).isEqualTo("{\"code\":3,\"message\":\"Bad request\"}");
        }
        peer.post("421[\"join\",\"b05\"]");
        peer.hear("431[");
        peer.end();
    }

    private static String refusal(String path) {
        try (var open = new RawWebSocket(port(), path)) {
            return open.handshake();
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void b06SessionIdsThatAreNoneAreUnknownAndNotEchoed() throws Exception {
        for (var sid : List.of(
                "__proto__",
                "constructor",
                "",
                "x".repeat(7_000),
                "../..",
                "%00",
                "%0d%0aX-Evil:1",
                "<script>",
                "${jndi:ldap://127.0.0.1:1/a}")) {
            for (var method : List.of("GET", "POST")) {
                var answer = RawHttp.exchange(
                        port(),
                        method + " /socket.io/?EIO=4&transport=polling&sid=" + sid + " HTTP/1.1\r\nHost: 127.0.0.1:"
                                + port() + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                assertThat(answer.status()).as(sid).isEqualTo(400);
                assertThat(answer.headers()).as(sid).doesNotContainIgnoringCase("X-Evil");
                if (answer.headers().contains("application/json")) {
                    assertThat(answer.body()).as(sid).isEqualTo(UNKNOWN_SID);
                } else {
                    Siege.note("b06: the container itself refused " + method + " of sid " + sid + ": " + answer);
                }
            }
            if (!sid.isEmpty()) {
                assertThat(refusal("/socket.io/?EIO=4&transport=websocket&sid=" + sid))
                        .as(sid)
                        .contains("400");
            }
        }
    }

    @Test
    void b07TwoGetsOrTwoPostsAtOnceEndTheSession() throws Exception {
        for (var n = 0; n < times(25); n++) {
            // In no namespace: nothing waits for it.
            var getting = new PollingPeer(port());
            try (var first = getting.park();
                    var second = getting.park()) {
                var answers = List.of(later(first), later(second));
                assertThat(answers).extracting(one -> one.join().status()).containsExactlyInAnyOrder(200, 400);
                assertThat(getting.isKnown()).isFalse();
            }
            var posting = PollingPeer.connected(port());
            try (var first = new RawHttp(port())) {
                first.send(head(posting, "POST", "Content-Type: text/plain\r\nContent-Length: 100\r\n") + "4");
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> posting.post("3").status() == 400);
                assertThat(posting.isKnown()).isFalse();
            }
        }
    }

    @Test
    void b08WhatAPollThatWasBrokenOffTookAlongComesWithRecovery() throws Exception {
        var channel = unique("held");
        try (var publisher = Bystander.connect(port())) {
            for (var n = 0; n < times(5); n++) {
                var peer = new PollingPeer(port());
                peer.post("40");
                var pid = find("\"pid\":\"([^\"]+)\"", peer.get().body());
                peer.post("420[\"join\",\"" + channel + "\"]");
                publish(publisher, channel, 0);
                var heard = new StringBuilder();
                while (!heard.toString().contains("[\"n\",0,")) {
                    heard.append(peer.get().body());
                }
                var offset = find("\\[\"n\",0,.*\"([^\"]+)\"\\]", heard.toString());
                var abandoned = peer.park();
                if (n % 2 == 0) {
                    Thread.sleep(20);
                }
                abandoned.reset();
                publish(publisher, channel, 1);
                publish(publisher, channel, 2);
                var back = new PollingPeer(port());
                back.post("40{\"pid\":\"" + pid + "\",\"offset\":\"" + offset + "\"}");
                var missed = new StringBuilder();
                while (numbers(missed.toString()).size() < 2) {
                    missed.append(back.get().body());
                }
                assertThat(numbers(missed.toString())).startsWith("1", "2");
                back.end();
                assertThat(peer.isOver()).isTrue();
            }
        }
    }

    @Test
    void b08AnAnswerThatGoesToAConnectionThatHasEndedIsNoSilentHole() throws Exception {
        for (var mark : List.of("", "&t=sameagain")) {
            var channel = unique("lost");
            var peer = PollingPeer.connected(port());
            peer.post("420[\"join\",\"" + channel + "\"]");
            peer.hear("430[");
            try (var publisher = Bystander.connect(port())) {
                var request = head(peer, "GET", "Connection: close\r\n").replace("EIO=4", "EIO=4" + mark);
                try (var gone = new RawHttp(port())) {
                    gone.send(request);
                }
                for (var n = 1; n <= 3; n++) {
                    publish(publisher, channel, n);
                }

                var next = RawHttp.exchange(port(), request);

                assertThat(numbers(next.body())).as("%s", next).isIn(List.of(), List.of("1", "2", "3"));
                assertThat(peer.isOver() || next.body().contains("[\"n\",1,")).isTrue();
            }
        }
    }

    @Test
    void b08AClientThatSaysThatTheAnswerHasComeGoesOn() throws Exception {
        var channel = unique("come");
        var peer = PollingPeer.connected(port());
        peer.post("420[\"join\",\"" + channel + "\"]");
        peer.hear("430[");
        var heard = new StringBuilder();
        try (var publisher = Bystander.connect(port())) {
            for (var n = 1; n <= 20; n++) {
                var waiting = later(peer);
                publish(publisher, channel, n);
                heard.append(waiting.join().body());
            }
            while (numbers(heard).size() < 20) {
                heard.append(peer.get().body());
            }
        }
        assertThat(numbers(heard))
                .isEqualTo(
                        IntStream.rangeClosed(1, 20).mapToObj(Integer::toString).toList());
        peer.end();
    }

    private static CompletableFuture<RawHttp.Answer> later(PollingPeer peer) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return peer.get();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static String find(String pattern, String text) {
        var found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found.group(1);
    }

    private static List<String> numbers(CharSequence heard) {
        return Pattern.compile("\\[\"n\",([0-9]+),")
                .matcher(heard)
                .results()
                .map(number -> number.group(1))
                .toList();
    }

    @Test
    void b09UpgradesThatGoWrongLeaveThePollingSessionAndItsOrder() throws Exception {
        var channel = unique("upgrade");
        var peer = PollingPeer.connected(port());
        peer.post("420[\"join\",\"" + channel + "\"]");
        peer.hear("430[");
        var heard = new StringBuilder();
        try (var publisher = Bystander.connect(port())) {
            // A probe without an upgrade.
            try (var probing = peer.candidate()) {
                probing.say("2probe");
                probing.readTo("3probe");
                publish(publisher, channel, 1);
                heard.append(peer.get().body());
                assertThat(refusedOrClosed(peer.candidate()))
                        .as("a second candidate")
                        .isTrue();
                publish(publisher, channel, 2);
                heard.append(peer.get().body());
                assertThat(probing.readToClose())
                        .as("after the time for upgrades")
                        .isIn(1000, 1005);
            }
            for (var word : List.of("42[\"x\"]", "2", "3", "2probe2", "1", "")) {
                try (var odd = peer.candidate()) {
                    odd.say(word);
                    assertThat(odd.readToClose()).as(word).isIn(1000, 1005);
                }
            }
            publish(publisher, channel, 3);
            heard.append(peer.get().body());
            // An upgrade without a probe, with messages on both transports.
            try (var upgrading = peer.candidate()) {
                publish(publisher, channel, 4);
                upgrading.say("5");
                publish(publisher, channel, 5);
                while (!heard.toString().contains("[\"n\",5,")) {
                    heard.append(upgrading.hear("42[\"n\""));
                }
                assertThat(refusedOrClosed(peer.candidate()))
                        .as("a second upgrade")
                        .isTrue();
                assertThat(peer.get().status()).isEqualTo(400);
                assertThat(peer.post("4x").status()).isEqualTo(400);
                publish(publisher, channel, 6);
                heard.append(upgrading.hear("42[\"n\""));
            }
        }
        assertThat(numbers(heard)).containsExactly("1", "2", "3", "4", "5", "6");
    }

    private static void publish(RawWebSocket publisher, String channel, int number) throws IOException {
        publisher.say("42" + number + "[\"n\"," + number + ",{\"channel\":\"" + channel + "\"}]");
        for (var answer = publisher.hear(); !answer.startsWith("43" + number + "["); answer = publisher.hear()) {
            if (answer.equals("2")) {
                publisher.say("3");
            }
        }
    }

    private static boolean refusedOrClosed(RawWebSocket candidate) throws IOException {
        try (candidate) {
            return candidate.readToClose() >= 1000;
        }
    }

    @Test
    void b10PacketsThatAreNoneEndTheSessionOfWhoSentThem() throws Exception {
        for (var packet : List.of(
                "9",
                "7abc",
                "0{}",
                "",
                "4",
                "2",
                "5",
                "6",
                "b!",
                "\u0000",
                "\u001e",
                "4\u001e",
                "48",
                "49x",
                "é",
                "\ud83d\ude00")) {
            var peer = PollingPeer.connected(port());
            assertThat(peer.post(packet).status()).as(packet).isIn(200, 400);
            await().atMost(Duration.ofSeconds(2)).until(peer::isOver);
            try (var socket = Bystander.connect(port())) {
                socket.say(packet);
                assertThat(socket.readToClose()).as(packet).isIn(1000, 1005);
            }
            // Before the namespace.
            try (var socket = new RawWebSocket(port(), "/socket.io/?EIO=4&transport=websocket")) {
                socket.say(packet);
                assertThat(socket.readToClose()).as(packet).isIn(1000, 1005);
            }
        }
    }

    @Test
    void a16SlowHeadersAndBodiesStarveNobody() throws Exception {
        // Grizzly's own caches of requests and their parts, one for each connection that there was at once.
        Siege.containerKeeps(20 * 1024 * 1024);
        // All of them end at once, and each end is told by a thread of its own.
        Siege.poolsGrow(times(84));
        try (var slow = new SlowRequests()) {
            for (var n = 0; n < times(20); n++) {
                slow.begin("GET /socket.io/ HTTP/1.1\r\nHost: x\r\nX: ", "x");
            }
            for (var n = 0; n < times(32); n++) {
                slow.begin(head(new PollingPeer(port()), "POST", "Content-Length: 1000\r\n"), "4");
                slow.begin(head(new PollingPeer(port()), "POST", "Transfer-Encoding: chunked\r\n"), "1\r\n4\r\n");
            }
            var before = Siege.footprint().threads();
            slow.goOn();
            var during = Siege.footprint().threads();
            Siege.note("a16: " + slow.size() + " slow requests; threads " + during);
            assertThat(during).as("threads, though all wait").isLessThan(before + 40);
            var bystander = PollingPeer.connected(port());
            var longest = Duration.ZERO;
            for (var n = 0; n < 20; n++) {
                slow.goOn();
                var start = System.nanoTime();
                assertThat(bystander
                                .post("42" + n + "[\"join\",\"a16-" + n + "\"]")
                                .status())
                        .isEqualTo(200);
                bystander.hear("43" + n + "[");
                var time = Duration.ofNanos(System.nanoTime() - start);
                longest = time.compareTo(longest) > 0 ? time : longest;
            }
            Siege.note("a16: the bystander's slowest ack took " + longest.toMillis() + " ms");
            assertThat(longest).isLessThan(Duration.ofSeconds(2));
            bystander.end();
        }
    }

    @Test
    void a16AHonestBodyInPiecesIsTakenAmongSlowOnes() throws Exception {
        Siege.containerKeeps(20 * 1024 * 1024);
        try (var slow = new SlowRequests()) {
            for (var n = 0; n < times(64); n++) {
                slow.begin(head(new PollingPeer(port()), "POST", "Content-Length: 1000\r\n"), "4");
            }
            for (var encoding : List.of("Content-Length: 100", "Transfer-Encoding: chunked")) {
                var peer = PollingPeer.connected(port());
                try (var honest = new RawHttp(port())) {
                    honest.send(head(peer, "POST", encoding + "\r\n"));
                    var packet = "4212[\"join\",\"a16\",\"" + "x".repeat(79) + "\"]";
                    slow.goOn();
                    for (var piece : List.of(packet.substring(0, 50), packet.substring(50))) {
                        honest.send(encoding.startsWith("T") ? "32\r\n" + piece + "\r\n" : piece);
                        slow.goOn();
                    }
                    if (encoding.startsWith("T")) {
                        honest.send("0\r\n\r\n");
                    }
                    assertThat(honest.answer().status()).as(encoding).isEqualTo(200);
                }
                peer.end();
            }
        }
    }

    /** Requests that never come to their end. */
    private static final class SlowRequests implements AutoCloseable {

        private record Slow(RawHttp http, String more) {}

        private final List<Slow> all = new ArrayList<>();

        void begin(String head, String more) throws IOException {
            var http = new RawHttp(port());
            http.send(head);
            all.add(new Slow(http, more));
        }

        /** A byte, or a chunk of one, of each. */
        void goOn() {
            all.forEach(one -> one.http.send(one.more));
        }

        int size() {
            return all.size();
        }

        @Override
        public void close() throws IOException {
            for (var one : all) {
                one.http.close();
            }
        }
    }
}
