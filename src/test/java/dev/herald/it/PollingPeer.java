package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.regex.Pattern;

/** A session of Engine.IO by polling, each request of which has a TCP connection of its own. */
public final class PollingPeer {

    private static final Pattern SID = Pattern.compile("\"sid\":\"([A-Za-z0-9_-]+)\"");

    /** Behind other packets. */
    private static final String PING = "\u001e2";

    private final int port;
    private final String sid;

    /** Begins a session. */
    public PollingPeer(int port) throws IOException {
        this.port = port;
        var handshake = RawHttp.exchange(port, "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" + host(port));
        var found = SID.matcher(handshake.body());
        assertThat(found.find()).as("%s", handshake).isTrue();
        sid = found.group(1);
    }

    /** Begins a session and connects to the main namespace. */
    public static PollingPeer connected(int port) throws IOException {
        var peer = new PollingPeer(port);
        peer.post("40");
        assertThat(peer.get().body()).startsWith("40{");
        return peer;
    }

    private PollingPeer(int port, String sid) {
        this.port = port;
        this.sid = sid;
    }

    /** The same session, asked for from now on at another port. */
    public PollingPeer at(int otherPort) {
        return new PollingPeer(otherPort, sid);
    }

    private static String host(int port) {
        return "Host: 127.0.0.1:" + port + "\r\nConnection: close\r\n\r\n";
    }

    public String sid() {
        return sid;
    }

    /** The path and query of all requests. */
    public String path() {
        return "/socket.io/?EIO=4&transport=polling&sid=" + sid;
    }

    /** Opens a WebSocket that wants to take the session over. */
    public RawWebSocket candidate() throws IOException {
        return new RawWebSocket(port, path().replace("polling", "websocket"));
    }

    /** Asks for packets without waiting for them. */
    public RawHttp park() throws IOException {
        var http = new RawHttp(port);
        http.send("GET " + path() + " HTTP/1.1\r\n" + host(port));
        return http;
    }

    /** Asks for packets, and answers the ping after them, if there is one. */
    public RawHttp.Answer get() throws IOException {
        try (var poll = park()) {
            var answer = poll.answer();
            if (!answer.body().endsWith(PING)) {
                return answer;
            }
            post("3");
            var packets = answer.body().substring(0, answer.body().length() - PING.length());
            return new RawHttp.Answer(answer.status(), answer.headers(), packets);
        }
    }

    /** Asks for packets until this one is among them; others may go first. */
    public void hear(String packet) throws IOException {
        for (var answer = get(); !answer.body().contains(packet); answer = get()) {
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        }
    }

    public RawHttp.Answer post(String body) throws IOException {
        return post("text/plain;charset=UTF-8", body);
    }

    public RawHttp.Answer post(String type, String body) throws IOException {
        return RawHttp.exchange(
                port,
                "POST " + path() + " HTTP/1.1\r\nContent-Type: " + type + "\r\nContent-Length: "
                        + body.getBytes(UTF_8).length + "\r\n" + host(port) + body);
    }

    /** Whether the server still knows the session: it does not end by being asked. */
    public boolean isKnown() throws IOException {
        // A method that no session takes.
        return !RawHttp.exchange(port, "PUT " + path() + " HTTP/1.1\r\nContent-Length: 0\r\n" + host(port))
                .body()
                .contains("Session ID unknown");
    }

    /** Whether the session is over, and its client has heard so; messages may go first. */
    public boolean isOver() throws IOException {
        if (!isKnown()) {
            return true;
        }
        var last = get();
        while (last.status() == 200 && last.body().startsWith("4") && !closes(last)) {
            last = get();
        }
        return closes(last) || !isKnown();
    }

    private static boolean closes(RawHttp.Answer answer) {
        return answer.body().equals("1") || answer.body().endsWith("\u001e1");
    }

    /** Ends the session as a client does. */
    public void end() throws IOException {
        post("1");
        get();
    }
}
