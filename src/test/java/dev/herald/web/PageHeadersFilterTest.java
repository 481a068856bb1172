package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.FakeHttp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageHeadersFilterTest {

    @Test
    void letsAPageTalkToItsOwnServerOnly() throws Exception {
        var http = filtered("good.example:8080");

        assertThat(http.headers.get("Content-Security-Policy"))
                .singleElement()
                .asString()
                .isEqualTo("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                        + "connect-src 'self' ws://good.example:8080 wss://good.example:8080; form-action 'self'; "
                        + "base-uri 'none'; frame-ancestors 'none'");
        assertThat(http.headers).containsKeys("X-Content-Type-Options", "Referrer-Policy");
        assertThat(http.passedOn).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1]:8080", "127.0.0.1"})
    void knowsAddresses(String host) throws Exception {
        assertThat(policy(host)).contains(" wss://" + host + ";");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil; script-src *", "evil *", "evil,x", "*", "", "a'unsafe-inline'", "a\r\nX: y", "a/b"})
    void doesNotLetAHostWriteThePolicy(String host) throws Exception {
        assertThat(policy(host)).contains("; connect-src 'self'; form-action").doesNotContain("evil", "*", "\r");
    }

    private static String policy(String host) throws Exception {
        return filtered(host).headers.get("Content-Security-Policy").get(0);
    }

    @Test
    void tellsSocketIosClientsOnlyToTrustTheType() throws Exception {
        var http = filtered(FakeHttp.socketIo("GET", "/?EIO=4&transport=polling"));

        assertThat(http.headers).containsOnlyKeys("X-Content-Type-Options");
        assertThat(http.passedOn).isNotNull();
    }

    private static FakeHttp filtered(String host) throws Exception {
        return filtered(new FakeHttp("GET", "/index.xhtml").header("Host", host));
    }

    private static FakeHttp filtered(FakeHttp http) throws Exception {
        var filter = new PageHeadersFilter();
        filter.socketIo = new SocketIoPath("/socket.io/");
        filter.doFilter(http.request(), http.response(), http.chain());
        return http;
    }
}
