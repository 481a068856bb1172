package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.testing.FakeHttp;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {

    private static final boolean PLAIN = false;
    private static final boolean TLS = true;

    private final Origins origins = new Origins(List.of("https://app.example", "http://localhost:3000"));

    @ParameterizedTest
    @CsvSource({
        "http://good.example, good.example",
        "http://good.example, good.example:80",
        "http://good.example:80, good.example",
        "http://good.example:8080, good.example:8080",
        "http://good.example, GOOD.Example",
        "http://localhost:8080, localhost:8080",
        "http://127.0.0.1:8080, 127.0.0.1:8080",
        "http://[::1], [::1]",
        "http://[::1], [::1]:80",
        "http://[::1]:8080, [::1]:8080",
        "http://[2001:db8::1], [2001:DB8::1]",
        "http://a-b.good.example., a-b.good.example."
    })
    void allowAPageOfTheSameHost(String origin, String host) {
        assertThat(origins.allow(List.of(origin), host, PLAIN)).isTrue();
        var overTls = origin.replace("http:", "https:").replace(":80", ":443");
        assertThat(origins.allow(List.of(overTls), host.replace(":80", ":443"), TLS))
                .isTrue();
    }

    /** A proxy took the TLS off: the page is from https, the request is not. */
    @ParameterizedTest
    @CsvSource({
        "https://good.example, good.example",
        "https://good.example, good.example:443",
        "https://good.example:8443, good.example:8443"
    })
    void allowAPageOverTlsBehindAProxy(String origin, String host) {
        assertThat(origins.allow(List.of(origin), host, PLAIN)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"http://good.example, good.example", "http://good.example:443, good.example:443"})
    void refuseAPlainPageAtATlsServer(String origin, String host) {
        assertThat(origins.allow(List.of(origin), host, TLS)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://good.example.evil.com",
                "https://evilgood.example",
                "https://evil.com",
                "https://evil.com/good.example",
                "https://evil.com#good.example",
                "https://evil.com?good.example",
                "https://evil.com\\good.example",
                "https://good.example@evil.com",
                "https://evil.com@good.example",
                "https://user:word@good.example",
                "https://sub.good.example",
                "https://example",
                "https://good.example.",
                "https://good.example:444",
                "https://good.example:80",
                "https://good.example:",
                "https://good.example:0443",
                "https://good.example:4430",
                "https://good.example/",
                "https://good.example ",
                " https://good.example",
                "https://good.example\n",
                "https://good.example,https://good.example",
                "https://good.example https://evil.com",
                "HTTPS://good.example",
                "https://GOOD.example",
                "https:/good.example",
                "https://",
                "//good.example",
                "good.example",
                "ftp://good.example",
                "ws://good.example",
                "file://",
                "chrome-extension://good.example",
                "null",
                "NULL",
                "*",
                "",
                "https://gооd.example",
                "https://good%2eexample"
            })
    void refuseWhatIsNotExactlyThatHost(String origin) {
        assertThat(origins.allow(List.of(origin), "good.example", PLAIN)).isFalse();
        assertThat(origins.allow(List.of(origin), "good.example", TLS)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "http://[::1], [::2]",
        "http://[::1]:8080, [::1]",
        "http://[::1], ::1",
        "http://good.example:8080, good.example",
        "http://good.example, good.example:8080",
        "http://good.example, good.example:"
    })
    void refuseAnotherPortOrAddress(String origin, String host) {
        assertThat(origins.allow(List.of(origin), host, PLAIN)).isFalse();
    }

    @Test
    void refuseTwoHeaders() {
        var good = "https://good.example";

        assertThat(origins.allow(List.of(good, good), "good.example", PLAIN)).isFalse();
        assertThat(origins.allow(List.of(good, "https://evil.com"), "good.example", PLAIN))
                .isFalse();
        assertThat(origins.allow(List.of("https://app.example", "https://app.example"), "good.example", PLAIN))
                .isFalse();
    }

    @Test
    void allowWhoeverIsNotABrowser() {
        assertThat(origins.allow(List.of(), "good.example", PLAIN)).isTrue();
        assertThat(origins.allow(List.of(), null, TLS)).isTrue();
    }

    @Test
    void refuseAPageWhenTheHostIsUnknown() {
        assertThat(origins.allow(List.of("https://good.example"), null, PLAIN)).isFalse();
        assertThat(origins.allow(List.of("https://good.example"), "", PLAIN)).isFalse();
    }

    @Test
    void allowThoseListedAndNoneLikeThem() {
        assertThat(origins.allow(List.of("https://app.example"), "good.example", TLS))
                .isTrue();
        assertThat(origins.allow(List.of("http://localhost:3000"), "good.example", TLS))
                .isTrue();
        assertThat(origins.allow(List.of("https://app.example"), null, PLAIN)).isTrue();
        assertThat(origins.allow(List.of("http://app.example"), "good.example", PLAIN))
                .isFalse();
        assertThat(origins.allow(List.of("https://app.example:8443"), "good.example", PLAIN))
                .isFalse();
        assertThat(origins.allow(List.of("http://localhost"), "good.example", PLAIN))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "app.example",
                "https://app.example/",
                "HTTPS://app.example",
                "https://*.example",
                "capacitor://",
                "capacitor:localhost",
                "chrome-extension://ABC",
                "1app://localhost",
                "NULL",
                "",
                " https://app.example"
            })
    void cannotListWhatNoBrowserWouldSend(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Origins(List.of("https://app.example", origin)))
                .withMessageContaining("herald.origins")
                .withMessageContaining('"' + origin + '"');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "capacitor://localhost",
                "ionic://localhost",
                "tauri://localhost",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "moz-extension://3b8b5a3c-1d2e-4f60-8a7b-9c0d1e2f3a4b",
                "app.example+v1.0-b://host:8080"
            })
    void allowListedAppsAndExtensions(String origin) {
        var apps = new Origins(List.of("https://app.example", origin));
        var request = new FakeHttp("GET", "/feed").header("Origin", origin).request();

        assertThat(apps.allow(List.of(origin), "good.example", TLS)).isTrue();
        assertThat(apps.allow(List.of(origin + "1"), "good.example", TLS)).isFalse();
        assertThat(apps.allow(List.of("null"), "good.example", TLS)).isFalse();
        assertThat(apps.isStranger(request)).isFalse();
        assertThat(apps.reader(request)).contains(origin);
        assertThat(apps.isNullListed()).isFalse();
        assertThat(origins.allow(List.of(origin), "localhost", PLAIN)).isFalse();
    }

    /** Any page can put itself into a sandboxed frame: who comes from there must not be who the browser says. */
    @Test
    void allowPagesWithoutAnOriginIfTheyAreListedButAsStrangers() {
        var all = new Origins(List.of("null", "https://app.example"));
        var request = new FakeHttp("GET", "/feed").header("Origin", "null").request();

        assertThat(all.allow(request)).isTrue();
        assertThat(all.isStranger(request)).isTrue();
        assertThat(all.isNullListed()).isTrue();
        assertThat(all.isStranger(new FakeHttp("GET", "/feed")
                        .header("Origin", "https://app.example")
                        .request()))
                .isFalse();
        assertThat(all.allow(List.of("null", "null"), "good.example", TLS)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "http://good.example", ""})
    void allowAnyPageWhereAllAreListed(String origin) {
        var all = new Origins(List.of("*"));

        assertThat(all.allow(List.of(origin), "good.example", TLS)).isTrue();
        assertThat(all.allow(List.of(origin), null, PLAIN)).isTrue();
        assertThat(all.allow(List.of(origin, origin), "good.example", PLAIN)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"cross-site, false", "same-site, false", "same-origin, true", "none, true", ", true"})
    void believeABrowserThatSaysWhereItsPageIsFromInAnotherWay(String site, boolean allowed) {
        var request = new FakeHttp("GET", "/feed");
        if (site != null) {
            request.header("Sec-Fetch-Site", site);
        }

        assertThat(origins.allow(request.request())).isEqualTo(allowed);
        assertThat(new Origins(List.of("*")).allow(request.request())).isEqualTo(allowed);
        assertThat(origins.allow(
                        request.header("Origin", "https://evil.example").request()))
                .isFalse();
    }
}
