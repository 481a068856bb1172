package dev.herald.web;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.request.Authentication;
import dev.herald.request.QuotaLimits;
import dev.herald.request.Quotas;
import dev.herald.request.Rate;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.QuietLog;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VisitorFilterTest {

    private static final String SECRET = "abcdefghijklmnopqrstuvwxyz0";

    private final VisitorFilter filter = new VisitorFilter();

    VisitorFilterTest() {
        filter.origins = new Origins(List.of("https://app.example"));
        filter.proxies = new Proxies(List.of("10.0.0.0/8", "fd00::1"));
        filter.forwarder = ForwarderFixture.alone();
        filter.socketIo = new SocketIoPath("/socket.io/");
        filter.roleNames = new RoleNames(Set.of("clerk", "boss"));
        filter.quotas = Quotas.NONE;
        filter.sessions = LoginFixture.sessions();
        filter.authentication = Authentication.NONE;
        filter.logins = LoginFixture.logins();
    }

    @Test
    void readsParametersInUtf8UnlessTheRequestSaysOtherwise() throws Exception {
        var silent = new FakeHttp("POST", "/index.xhtml");
        var latin = new FakeHttp("POST", "/index.xhtml");
        latin.encoding = "ISO-8859-1";
        var upgrade = new FakeHttp("GET", "/socket.io/").header("Upgrade", "websocket");

        filter.doFilter(silent.request(), silent.response(), silent.chain());
        filter.doFilter(latin.request(), latin.response(), latin.chain());
        filter.doFilter(upgrade.request(), upgrade.response(), upgrade.chain());

        assertThat(silent.encoding).isEqualTo("UTF-8");
        assertThat(latin.encoding).isEqualTo("ISO-8859-1");
        assertThat(upgrade.encoding).isNull(); // Payara has read its parameters, and would warn
    }

    @Test
    void givesANewGuestASecretThatIsTheGuestsNextTime() throws Exception {
        var first = filtered(handshake());

        var cookie = first.headers.get("Set-Cookie");
        assertThat(cookie)
                .singleElement()
                .asString()
                .matches("herald-guest=[A-Za-z0-9_-]{27}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
        var secret = cookie.get(0).substring("herald-guest=".length(), "herald-guest=".length() + 27);
        var second = filtered(handshake().cookie("herald-guest", secret));
        assertThat(person(second)).isEqualTo(person(first));
        assertThat(second.headers).doesNotContainKey("Set-Cookie");
    }

    @Test
    void givesTheSecretToTlsOnlyWhereThereIsTls() throws Exception {
        var request = filtered(handshake().overTls().header("Origin", "https://good.example"));

        assertThat(request.headers.get("Set-Cookie").get(0)).endsWith("; Secure");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "with space and long enough to be",
                "=======================",
                "guest-AAAAAAAAAAAAAAAA,,"
            })
    void replacesASecretThatIsNone(String secret) throws Exception {
        var request = filtered(handshake().cookie("herald-guest", secret));

        assertThat(request.headers.get("Set-Cookie")).hasSize(1);
    }

    @Test
    void knowsASignedInUserAndGivesNoCookie() throws Exception {
        var request =
                filtered(handshake().by("ann").cookie("herald-name", "Bob").parameter("name", "Bob"));

        assertThat(person(request)).isEqualTo(new Person("ann", "ann"));
        assertThat(request.passedOn.getRemoteUser()).isEqualTo("ann");
        assertThat(request.passedOn.getUserPrincipal().getName()).isEqualTo("ann");
        assertThat(request.headers).isEmpty();
    }

    /** An application may map the filter to all that it serves, in addition to what Herald maps it to. */
    @Test
    void knowsAVisitorOnceHoweverOftenItIsMapped() throws Exception {
        var http = filtered(handshake());
        var once = http.passedOn;
        http.passedOn = null;

        filter.doFilter(once, http.response(), http.chain());
        assertThat(http.passedOn).isNotNull();
        assertThat(http.passedOn.getUserPrincipal()).isSameAs(once.getUserPrincipal());
        assertThat(http.headers.get("Set-Cookie")).hasSize(1);
    }

    @Test
    void refusesAUserWhoseNameIsAGuests() throws Exception {
        var request = filtered(handshake().by("guest-AAAAAAAAAAAAAAAA"));

        assertThat(request.passedOn).isNull();
        assertThat(request.status).isEqualTo(403);
        assertThat(request.body.toString()).doesNotContain("guest-");
        QuietLog.expect(WARNING, "a signed-in user was refused", "looks like a guest");
    }

    @ParameterizedTest
    @CsvSource({
        "Ann, , Ann",
        "Ann%20%C3%A9%2B, , Ann é+",
        "Ann, Bob, Bob",
        ", Bob, Bob",
        "%zz, , Guest",
        "%0d%0aforged, , Guest",
        "'', , Guest",
        ", , Guest"
    })
    void showsAGuestUnderTheNameOfTheQueryOrOfTheCookie(String cookie, String query, String name) throws Exception {
        var request = handshake().cookie("herald-guest", SECRET);
        if (cookie != null) {
            request.cookie("herald-name", cookie);
        }
        if (query != null) {
            request.parameter("name", query);
        }

        assertThat(person(filtered(request)).name()).startsWith(name);
    }

    /** The browser sends the root application's cookies to all applications of the server. */
    @Test
    void showsAGuestUnderTheNameThatItHasInThisApplication() throws Exception {
        var unnamed = handshake().at("/shop").cookie("herald-name", "Ann");
        var named = handshake().at("/shop").cookie("herald-name", "Ann").cookie("herald-name-shop", "Bob");

        assertThat(person(filtered(unnamed)).name()).startsWith("Guest ");
        assertThat(person(filtered(named)).name()).isEqualTo("Bob");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example", "null", "https://good.example.evil.com", "https://good.example:444"})
    void refusesHandshakesAndFormsOfForeignPages(String origin) throws Exception {
        var handshake = filtered(handshake().header("Origin", origin));
        var form = filtered(new FakeHttp("POST", "/index.xhtml").header("Origin", origin));

        assertThat(List.of(handshake, form)).allSatisfy(request -> {
            assertThat(request.status).isEqualTo(403);
            assertThat(request.passedOn).isNull();
            assertThat(request.headers).containsOnlyKeys("Content-Type");
            assertThat(request.body.toString()).contains("herald.origins").doesNotContain("evil");
        });
    }

    @Test
    void refusesTwoOrigins() throws Exception {
        var request = filtered(handshake().header("Origin", "https://app.example", "https://app.example"));

        assertThat(request.status).isEqualTo(403);
    }

    @Test
    void refusesABrowsersHandshakeWithoutAnOrigin() throws Exception {
        assertThat(filtered(handshake().header("Sec-Fetch-Site", "cross-site")).status)
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://good.example", "https://good.example", "https://app.example"})
    void letsOwnAndListedPagesIn(String origin) throws Exception {
        assertThat(filtered(handshake().header("Origin", origin)).passedOn).isNotNull();
        assertThat(filtered(new FakeHttp("POST", "/index.xhtml").header("Origin", origin)).passedOn)
                .isNotNull();
    }

    @Test
    void letsClientsInThatAreNoBrowsers() throws Exception {
        assertThat(filtered(handshake()).passedOn).isNotNull();
    }

    @Test
    void letsPagesBeLookedAtFromEverywhere() throws Exception {
        var request = filtered(new FakeHttp("GET", "/index.xhtml")
                .header("Origin", "https://evil.example")
                .header("Sec-Fetch-Site", "cross-site"));

        assertThat(request.passedOn).isNotNull();
        assertThat(request.headers).doesNotContainKey("Access-Control-Allow-Origin");
    }

    @Test
    void leavesOriginsToSocketIo() throws Exception {
        for (var method : new String[] {"GET", "POST"}) {
            var request = filtered(FakeHttp.socketIo(method, "/?EIO=4")
                    .header("Origin", "https://evil.example")
                    .header("Upgrade", "websocket"));

            assertThat(request.passedOn).isNotNull();
            assertThat(request.headers).isEmpty();
        }
    }

    @Test
    void leavesItToSocketIoWhenANewcomerGetsTheCookie() throws Exception {
        var request = filtered(FakeHttp.socketIo("GET", "/"));
        assertThat(request.headers).isEmpty();
        assertThat(isProven(request)).isFalse();

        VisitorFilter.giveCookie(request.passedOn, request.response());
        var cookie = request.headers.get("Set-Cookie").get(0);
        var secret = cookie.substring("herald-guest=".length(), cookie.indexOf(';'));
        var again = filtered(FakeHttp.socketIo("GET", "/").cookie("herald-guest", secret));
        assertThat(person(again)).isEqualTo(person(request));
        assertThat(isProven(again)).isTrue();
        VisitorFilter.giveCookie(again.passedOn, again.response());
        assertThat(again.headers).isEmpty();
    }

    @Test
    void refusesAUserWhoseNameIsAGuestsBeforeSocketIo() throws Exception {
        assertThat(filtered(FakeHttp.socketIo("GET", "/").by("guest-AAAAAAAAAAAAAAAA")).status)
                .isEqualTo(403);
        QuietLog.expect(WARNING, "a signed-in user was refused", "looks like a guest");
    }

    /** Browsers send WebSocket handshakes and forms with all that they know of the visitor, whosever page it is. */
    @Test
    void takesWhomAnyPageMayBringForANewGuest() throws Exception {
        filter.origins = new Origins(List.of("*"));
        for (var origin : new String[] {"https://evil.example", "null"}) {
            var request =
                    filtered(handshake().header("Origin", origin).by("ann").cookie("herald-guest", SECRET));

            assertThat(person(request).id()).startsWith("guest-").isNotEqualTo(guestOf(SECRET));
            assertThat(request.headers).isEmpty();
            assertThat(isProven(request)).isFalse();
        }
    }

    @Test
    void knowsItsOwnVisitorsWhereAnyPageMayConnect() throws Exception {
        filter.origins = new Origins(List.of("*"));

        assertThat(person(filtered(handshake()
                                .header("Origin", "https://good.example")
                                .by("ann")))
                        .id())
                .isEqualTo("ann");
        assertThat(person(filtered(handshake().cookie("herald-guest", SECRET))).id())
                .isEqualTo(guestOf(SECRET));
        assertThat(person(filtered(new FakeHttp("GET", "/index.xhtml")
                                .header("Sec-Fetch-Site", "cross-site")
                                .cookie("herald-guest", SECRET)))
                        .id())
                .isEqualTo(guestOf(SECRET));
    }

    @Test
    void keepsTheRolesThatSomebodyAsksForAndTheAddress() throws Exception {
        var ann = principal(filtered(handshake().by("ann").in("clerk", "cook").from("2001:db8::1")));
        var guest =
                principal(filtered(handshake().cookie("herald-guest", SECRET).in("clerk")));

        assertThat(ann.roles()).containsExactlyInAnyOrder("clerk", PersonPrincipal.SIGNED_IN);
        assertThat(ann.isInRole("clerk")).isTrue();
        assertThat(ann.address()).isEqualTo("2001:db8::1");
        assertThat(guest.roles()).isEmpty();
        assertThat(guest.address()).isEqualTo("198.51.100.7");
    }

    @Test
    void turnsAwayNewGuestsOfANetworkThatBringsTooMany() throws Exception {
        var rate = new Rate(1, Duration.ofSeconds(10), 1);
        var asked = new QuotaLimits.Asked(rate, rate, rate, rate);
        var limits = new QuotaLimits(asked, asked, rate, new QuotaLimits.Network(rate, rate, rate), Set.of());
        filter.quotas = new Quotas(limits, () -> 0);

        var first = filtered(handshake());
        var page = filtered(new FakeHttp("GET", "/index.xhtml"));
        var second = filtered(handshake());
        var polling = filtered(FakeHttp.socketIo("GET", "/?EIO=4&transport=polling"));
        var goingOn = filtered(FakeHttp.socketIo("GET", "/?EIO=4&transport=polling&sid=x"));
        var api = filtered(new FakeHttp("GET", "/api/channels"));
        var user = filtered(handshake().by("ann"));
        var elsewhere = filtered(handshake().from("192.0.2.7"));

        assertThat(List.of(first, page, goingOn, user, elsewhere)).allMatch(http -> http.passedOn != null);
        assertThat(List.of(second, polling, api)).allMatch(http -> http.status == 429 && http.passedOn == null);
        assertThat(second.headers).containsEntry("Retry-After", List.of("10"));
        assertThat(api.answer()).contains("\"code\":\"rate-limited\"", "\"retryAfter\":10000");
    }

    @Test
    void makesNoGuestForWhoGoesOnWithASessionAndShowsNothing() throws Exception {
        var first = filtered(FakeHttp.socketIo("GET", "/?EIO=4&transport=polling&sid=x"));
        var second = filtered(FakeHttp.socketIo("POST", "/?EIO=4&transport=polling&sid=y"));
        var other = filtered(FakeHttp.socketIo("GET", "/?EIO=4&transport=polling"));

        var somebody = (PersonPrincipal) first.passedOn.getUserPrincipal();
        assertThat(somebody.isProven()).isFalse();
        assertThat(second.passedOn.getUserPrincipal()).isSameAs(somebody);
        assertThat(other.passedOn.getUserPrincipal()).isNotEqualTo(somebody);
    }

    private static String guestOf(String secret) {
        return Visitors.guest(secret, null).id();
    }

    @Test
    void eachApplicationOfAServerHasItsOwnGuests() throws Exception {
        var first = filtered(handshake().at("/läden/süd"));

        var cookie = first.headers.get("Set-Cookie").get(0);
        assertThat(cookie).startsWith("herald-guest-l%C3%A4den%2Fs%C3%BCd=").contains("; Path=/läden/süd; ");
        var again = handshake().at("/läden/süd").cookie("herald-guest", SECRET);
        assertThat(filtered(again).headers).containsKey("Set-Cookie");
    }

    @Test
    void whatABelievedProxySaysOfTheClientCounts() throws Exception {
        var http = handshake()
                .at("/shop")
                .from("10.1.2.3")
                .header("Host", "inside:8080")
                .header("Origin", "https://shop.example")
                .header("X-Forwarded-For", "6.6.6.6, 192.0.2.7:4711, 10.9.9.9")
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "shop.example")
                .header("X-Forwarded-Prefix", "/eu/");

        assertThat(filtered(http).headers.get("Set-Cookie").get(0))
                .contains("; Path=/eu/shop; ")
                .endsWith("; Secure");
        assertThat(principal(http).address()).isEqualTo("192.0.2.7");
        assertThat(http.passedOn.getRemoteAddr()).isEqualTo("192.0.2.7");
        assertThat(http.passedOn.isSecure()).isTrue();
    }

    @Test
    void whatOthersSayOfTheClientCountsForNothing() throws Exception {
        var http = handshake()
                .from("11.1.2.3")
                .header("Host", "inside:8080")
                .header("X-Forwarded-For", "192.0.2.7")
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Prefix", "/eu");

        assertThat(filtered(http).headers.get("Set-Cookie").get(0))
                .contains("; Path=/; ")
                .doesNotContain("Secure");
        assertThat(principal(http).address()).isEqualTo("11.1.2.3");
        var liar = handshake()
                .from("11.1.2.3")
                .header("Host", "inside:8080")
                .header("Origin", "https://shop.example")
                .header("X-Forwarded-Host", "shop.example");
        assertThat(filtered(liar).status).isEqualTo(403);
    }

    private static FakeHttp handshake() {
        return new FakeHttp("GET", "/feed").header("Upgrade", "websocket");
    }

    private FakeHttp filtered(FakeHttp http) throws Exception {
        filter.doFilter(http.request(), http.response(), http.chain());
        return http;
    }

    private static Person person(FakeHttp http) {
        return principal(http).person();
    }

    private static PersonPrincipal principal(FakeHttp http) {
        return (PersonPrincipal) http.passedOn.getUserPrincipal();
    }

    private static boolean isProven(FakeHttp http) {
        return principal(http).isProven();
    }
}
