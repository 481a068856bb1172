package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Handshake;
import dev.herald.testing.FakeHttp;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HandshakesTest {

    private final Handshakes handshakes = new Handshakes();

    private Handshake of(FakeHttp http) {
        return handshakes.of(http.request());
    }

    @Test
    void sayWhatTheRequestSays() {
        var handshake = of(FakeHttp.socketIo("GET", "/?EIO=4&transport=polling&room=%C3%BC")
                .header("User-Agent", "a browser")
                .from("203.0.113.9")
                .overTls());

        assertThat(handshake.url()).isEqualTo("/socket.io/?EIO=4&transport=polling&room=%C3%BC");
        assertThat(handshake.query("room")).contains("ü");
        assertThat(handshake.header("user-agent")).contains("a browser");
        assertThat(handshake.remoteAddress()).isEqualTo("203.0.113.9");
        assertThat(handshake.secure()).isTrue();
        assertThat(Duration.between(handshake.at(), Instant.now())).isLessThan(Duration.ofMinutes(1));
        assertThat(handshake.auth()).isEmpty();
    }

    @Test
    void leaveOutWhatProvesWhoSomebodyIs() {
        var handshake = of(new FakeHttp("GET", "/feed")
                .header("Cookie", "herald-guest=secret")
                .header("Authorization", "Bearer secret")
                .header("Sec-WebSocket-Protocol", "herald, bearer.secret")
                .header("Sec-WebSocket-Key", "noise"));

        assertThat(handshake.headers()).containsOnlyKeys("host");
    }

    @Test
    void keepFewOfManyHeaders() {
        var many = new FakeHttp("GET", "/feed");
        for (var n = 0; n < 500; n++) {
            many.header("x-" + n, "1");
        }
        var oneLong = new FakeHttp("GET", "/feed").header("x-long", "x".repeat(100_000));

        assertThat(of(many).headers()).hasSizeLessThanOrEqualTo(Handshake.MAX_HEADERS);
        assertThat(of(oneLong).headerLines()).hasSizeLessThanOrEqualTo(Handshake.MAX_HEADER_LINES);
    }

    @Test
    void keepNoLongQuery() {
        var handshake = of(FakeHttp.socketIo("GET", "/?x=" + "y".repeat(Handshake.MAX_URL)));

        assertThat(handshake.url()).isEqualTo("/socket.io/");
    }

    @Test
    void keepEqualHeadersOnce() {
        var one = of(new FakeHttp("GET", "/feed").header("User-Agent", "a browser"));
        var other = of(new FakeHttp("GET", "/feed").header("User-Agent", "a browser"));

        assertThat(one.headerLines()).isSameAs(other.headerLines());
    }

    @Test
    void letNoHeaderBeTwo() {
        var handshake = of(new FakeHttp("GET", "/feed").header("x-evil", "a\nx-admin: yes"));

        assertThat(handshake.headers()).containsOnlyKeys("host", "x-evil");
    }
}
