package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Connection;
import dev.herald.api.Identity;
import dev.herald.api.Login;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.Hub;
import dev.herald.request.Logins;
import dev.herald.request.Quotas;
import dev.herald.testing.FakeHttp;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.Tokens;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How long somebody is known, and by what tokens. */
class VisitorLoginTest {

    private static final String SECRET = "abcdefghijklmnopqrstuvwxyz0";
    private final Instant soon = Instant.now().plusSeconds(60);

    private final Hub hub = LoginFixture.hub();
    private final LoginSessions sessions = LoginFixture.sessions();
    private final VisitorFilter filter = new VisitorFilter();
    private final Tokens tokens = new Tokens()
            .give(
                    "good",
                    Identity.of("سلمى")
                            .named("Salma")
                            .inRoles(Set.of("clerk"))
                            .until(soon)
                            .with("tenant", "acme"))
            .give("old", Identity.of("ann").until(Instant.now().minusSeconds(1)));

    VisitorLoginTest() {
        filter.origins = new Origins(List.of("*"));
        filter.proxies = Proxies.NONE;
        filter.forwarder = ForwarderFixture.alone();
        filter.socketIo = new SocketIoPath("/socket.io/");
        filter.roleNames = new RoleNames(Set.of());
        filter.quotas = Quotas.NONE;
        filter.sessions = sessions;
        filter.authentication = tokens;
        filter.logins = new Logins(hub, Clock.systemUTC(), Runnable::run);
    }

    private static FakeHttp handshake() {
        return new FakeHttp("GET", "/feed").header("Upgrade", "websocket");
    }

    private FakeHttp filtered(FakeHttp http) throws Exception {
        filter.doFilter(http.request(), http.response(), http.chain());
        return http;
    }

    private static PersonPrincipal principal(FakeHttp http) {
        return (PersonPrincipal) http.passedOn.getUserPrincipal();
    }

    private Login login(FakeHttp http) throws Exception {
        return principal(filtered(http)).login();
    }

    private static boolean isOver(Login login) {
        return login.isOver(Instant.now());
    }

    @Nested
    class AToken {

        private void assertSalma(FakeHttp http) throws Exception {
            var principal = principal(filtered(http));
            assertThat(principal.person()).isEqualTo(new Person("سلمى", "Salma"));
            assertThat(principal.isInRole("clerk")).isTrue();
            assertThat(principal.isInRole(PersonPrincipal.SIGNED_IN)).isTrue();
            assertThat(principal.isProven()).isTrue();
            assertThat(principal.login().expires()).isEqualTo(soon);
            assertThat(principal.login().attributes().text("tenant")).contains("acme");
        }

        @Test
        void countsInTheHeader() throws Exception {
            assertSalma(handshake().header("Authorization", "Bearer good"));
            assertSalma(handshake().header("Authorization", "bearer good"));
        }

        @Test
        void countsInTheSubprotocol() throws Exception {
            assertSalma(handshake().header("Sec-WebSocket-Protocol", "herald, bearer.good"));
        }

        @Test
        void countsForPagesOfAllOrigins() throws Exception {
            assertSalma(handshake().header("Origin", "https://other.example").header("Authorization", "Bearer good"));
        }

        @Test
        void thatIsNotValidIsAnswered401() throws Exception {
            for (var token : List.of("bad", "old", "", "x".repeat(10_000))) {
                var http = filtered(handshake().header("Authorization", "Bearer " + token));

                assertThat(http.status).as(token).isEqualTo(401);
                assertThat(http.passedOn).isNull();
                assertThat(http.headers).containsEntry("WWW-Authenticate", List.of("Bearer error=\"invalid_token\""));
            }
        }

        @Test
        void thatCannotBeCheckedIsAnswered500() throws Exception {
            var http = filtered(handshake().header("Authorization", "Bearer broken"));

            assertThat(http.status).isEqualTo(500);
            assertThat(http.passedOn).isNull();
        }

        @Test
        void isNothingWhenTheContainerKnowsTheUser() throws Exception {
            var http = filtered(handshake().by("bob").header("Authorization", "Bearer bad"));

            assertThat(principal(http).person().id()).isEqualTo("bob");
        }
    }

    @Nested
    class ALogin {

        @Test
        void ofAStatelessUserLasts() throws Exception {
            assertThat(login(handshake().by("ann")).canEnd()).isFalse();
        }

        @Test
        void endsWithTheHttpSession() throws Exception {
            var anns = login(handshake().by("ann").inSession("1"));
            var bobs = login(handshake().by("bob").inSession("2"));
            assertThat(isOver(anns)).isFalse();

            sessions.ended("1");

            assertThat(isOver(anns)).isTrue();
            assertThat(isOver(bobs)).isFalse();
        }

        @Test
        void endsWithASessionOfWhichTheContainerSaysOnlyWhenItIsAskedThatItIsOver() throws Exception {
            var anns = handshake().by("ann").inSession("1");
            var first = login(anns);
            var second = login(handshake().by("bob").inSession("2"));
            sessions.look(Runnable::run);
            assertThat(isOver(first)).isFalse();

            anns.endSession();
            sessions.look(work -> {
                throw new RejectedExecutionException("all threads are busy");
            });
            sessions.look(Runnable::run);

            assertThat(isOver(first)).isTrue();
            assertThat(isOver(second)).isFalse();
        }

        @Test
        void endsWithASessionThatIsNotUsedForTooLongWhateverTheContainerDoes() throws Exception {
            var anns = handshake().by("ann").inSession("1");
            var bobs = handshake().by("bob").inSession("2");
            var first = login(anns);
            var second = login(bobs);

            anns.endSessionAfter(1);
            bobs.endSessionAfter(1);
            Awaitility.await().until(() -> {
                sessions.used(bobs.request());
                sessions.look(Runnable::run);
                return isOver(first);
            });

            assertThat(isOver(second)).isFalse();
        }

        @Test
        void goesOnWhenTheSessionGetsAnotherId() throws Exception {
            var login = login(handshake().by("ann").inSession("1"));

            sessions.renamed("1", "2");
            sessions.ended("1");
            assertThat(isOver(login)).isFalse();

            sessions.ended("2");
            assertThat(isOver(login)).isTrue();
        }

        @Test
        void endsWhenAnotherUserOrNobodyIsSignedInInTheSession() throws Exception {
            var first = login(handshake().by("ann").inSession("1"));
            var same = login(handshake().by("ann").inSession("1"));
            assertThat(isOver(first)).isFalse();

            var second = login(handshake().by("bob").inSession("1"));
            assertThat(isOver(first)).isTrue();
            assertThat(isOver(same)).isTrue();
            assertThat(isOver(second)).isFalse();

            filtered(handshake().inSession("1"));
            assertThat(isOver(second)).isTrue();
        }

        @Test
        void endsWhenTheContainersTokenDoes() throws Exception {
            var login = login(handshake().by(new Jwt("ann", soon.getEpochSecond())));

            assertThat(login.expires()).isEqualTo(Instant.ofEpochSecond(soon.getEpochSecond()));
        }
    }

    @Test
    void aGuestWhoSignsInIsNobodyAfterwards() throws Exception {
        var guest = principal(filtered(handshake().cookie("herald-guest", SECRET)));
        var tab = tab(guest.person());
        hub.connect(tab);
        var other = tab(new Person("guest-AAAAAAAAAAAAAAAA", "Other"));
        hub.connect(other);

        var http = filtered(handshake().by("ann").cookie("herald-guest", SECRET));

        assertThat(principal(http).person().id()).isEqualTo("ann");
        assertThat(http.headers.get("Set-Cookie"))
                .containsExactly("herald-guest=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assertThat(tab.ends).containsExactly("unauthorized");
        assertThat(other.ends).isEmpty();
    }

    private static FakeSubscriber tab(Person person) {
        return new FakeSubscriber(new Connection(person.id() + "-tab", person));
    }

    /** As MicroProfile JWT's principals are. */
    public interface HasExpiry extends Principal {

        long getExpirationTime();
    }

    private record Jwt(String getName, long getExpirationTime) implements HasExpiry {}
}
