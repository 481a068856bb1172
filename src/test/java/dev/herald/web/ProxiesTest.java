package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.testing.FakeHttp;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {

    private static final Proxies PROXIES = new Proxies(List.of("10.0.0.0/9", "192.0.2.1", "fd00::/8"));

    private static HttpServletRequest view(String from, String forwardedFor) {
        return PROXIES.view(new FakeHttp("GET", "/feed")
                .from(from)
                .header("X-Forwarded-For", forwardedFor)
                .request());
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1", "10.127.255.255", "192.0.2.1", "fd12:3456::1"})
    void areThoseOfTheirNetworks(String address) {
        assertThat(view(address, "203.0.113.9").getRemoteAddr()).isEqualTo("203.0.113.9");
    }

    @ParameterizedTest
    @CsvSource({"10.128.0.1", "11.0.0.1", "192.0.2.2", "fe80::1", "::ffff:0:1", "''", "unix", "127.0.0.1"})
    void areNoOthers(String address) {
        assertThat(view(address, "203.0.113.9").getRemoteAddr()).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9 | 203.0.113.9",
                "6.6.6.6, 203.0.113.9 | 203.0.113.9",
                "6.6.6.6, 203.0.113.9, 10.0.0.2 | 203.0.113.9",
                "203.0.113.9:50000 | 203.0.113.9",
                "[2001:db8::7]:50000, fd00::2 | 2001:db8::7",
                "10.0.0.3, 10.0.0.2 | 10.0.0.3",
                "6.6.6.6, unknown, 10.0.0.2 | 10.0.0.2",
                "localhost | 10.0.0.1",
                "300.1.1.1 | 10.0.0.1",
                "'' | 10.0.0.1",
            })
    void theClientIsTheLastWhoIsNoProxy(String forwardedFor, String client) {
        assertThat(view("10.0.0.1", forwardedFor).getRemoteAddr()).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example/evil", "a b", "", "[::1", "shop.example:999999"})
    void aHostThatThereCannotBeDoesNotCount(String host) {
        var http = new FakeHttp("GET", "/feed")
                .from("10.0.0.1")
                .header("Host", "inside")
                .header("X-Forwarded-Host", host);

        assertThat(PROXIES.view(http.request()).getHeader("Host")).isEqualTo("inside");
    }

    @ParameterizedTest
    @CsvSource({
        "/eu, /eu",
        "/eu/, /eu",
        "/eu/shops, /eu/shops",
        "/eu;x=1, /",
        "/../, /",
        "eu, /",
        "//evil.example, /",
        "/, /"
    })
    void aPrefixIsAPath(String prefix, String path) {
        var http = new FakeHttp("GET", "/feed").from("10.0.0.1").header("X-Forwarded-Prefix", prefix);

        assertThat(ForwardedRequest.applicationPath(PROXIES.view(http.request())))
                .isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy.example",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/x",
                "300.0.0.1",
                "",
                "10.0.0",
                "fd00::/129"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Proxies(List.of(text)))
                .withMessageStartingWith("herald.proxies: \"" + text + "\"");
    }

    @Test
    void withoutAnyTheRequestIsWhatItIs() {
        var request = new FakeHttp("GET", "/feed").from("10.0.0.1").request();

        assertThat(Proxies.NONE.view(request)).isSameAs(request);
    }
}
