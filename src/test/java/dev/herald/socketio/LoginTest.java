package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SHOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Identity;
import dev.herald.api.Person;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Clients that are known by a token, and how they end with it. */
class LoginTest {

    private static final String OVER =
            "42[\"error\",{\"code\":\"unauthorized\",\"message\":\"you are not signed in any more\"}]";

    private final TestServer server = new TestServer();

    private Identity salma() {
        return Identity.of("سلمى")
                .inRoles(Set.of("clerk"))
                .until(server.clock.instant().plusSeconds(60));
    }

    /** Who connects now is this person. */
    private void identify(Identity identity) {
        server.examiner = (attempt, then) -> {
            attempt.identify(identity);
            then.run();
        };
    }

    private void pass(Duration time) {
        server.clock.pass(time);
        server.logins.tick();
    }

    /** Gives a new token; returns the acknowledgement. */
    private static String ask(TestSocket client, String token) {
        client.say("2", "1[\"authenticate\"," + token + "]");
        var heard = client.hear();
        assertThat(heard).singleElement().asString().startsWith("431");
        return heard.get(0).substring(3);
    }

    private Connection latest() {
        var all = server.observers.events(Connected.class);
        return all.get(all.size() - 1).connection();
    }

    @Test
    void aTokenSaysWhoAClientIsWhateverItsFirstRequestShowed() {
        identify(salma().with("tenant", "acme"));

        var client = server.connect(ANN);

        assertThat(latest().person()).isEqualTo(new Person("سلمى", "سلمى"));
        assertThat(latest().isInRole("clerk")).isTrue();
        assertThat(latest().get("tenant")).contains("acme");
        assertThat(server.hub.peer(client.sid()).orElseThrow().channels())
                .contains(ChannelName.ofUser("سلمى"))
                .doesNotContain(ChannelName.ofUser("ann"));
    }

    @Test
    void whenTheTokenExpiresTheClientIsToldAndDisconnected() {
        identify(salma());
        var client = server.connect(ANN);
        client.hear();

        pass(Duration.ofSeconds(59));
        assertThat(client.hear()).isEmpty();

        pass(Duration.ofSeconds(1));
        assertThat(client.hear()).containsExactly(OVER, "41");
        assertThat(server.hub.presence().connections("/")).isEmpty();
    }

    @Test
    void theOtherNamespacesOfTheConnectionGoOn() {
        var transport = server.open(ANN);
        var main = new TestSocket(transport, MAIN).connect("");
        identify(salma());
        var shop = new TestSocket(transport, SHOP).connect("");

        pass(Duration.ofMinutes(2));

        assertThat(transport.hear())
                .filteredOn(packet -> packet.startsWith("41"))
                .containsExactly("41/shop,");
        assertThat(server.hub.peer(shop.sid())).isEmpty();
        assertThat(server.hub.peer(main.sid())).isPresent();
    }

    @Test
    void aClientThatWasSignedOutDoesNotRecover() {
        identify(salma());
        var client = server.connect(ANN);
        pass(Duration.ofMinutes(2));

        var back = new TestSocket(server.open(ANN), MAIN).connect(client.comeback());

        assertThat(back.sid()).isNotEqualTo(client.sid());
    }

    @Test
    void aNewTokenLetsTheConnectionGoOn() {
        identify(salma());
        var client = server.connect(ANN);
        client.hear();
        server.tokens.give(
                "next",
                salma().until(server.clock.instant().plusSeconds(600))
                        .inRoles(Set.of("boss"))
                        .with("level", "2"));

        var answer = ask(client, "{\"token\":\"next\"}");

        assertThat(answer).isEqualTo("[{\"until\":\"2026-02-03T04:15:06.789Z\"}]");
        pass(Duration.ofMinutes(2));
        assertThat(client.hear()).isEmpty();
        assertThat(latest().isInRole("boss")).isTrue();
        assertThat(latest().isInRole("clerk")).isFalse();
        assertThat(latest().get("level")).contains("2");
        pass(Duration.ofMinutes(10));
        assertThat(client.hear()).containsExactly(OVER, "41");
    }

    @Test
    void aNewTokenMustBeGoodAndThePersonsOwn() {
        identify(salma());
        var client = server.connect(ANN);
        server.tokens.give("bobs", Identity.of("bob"));

        for (var token : List.of("\"bad\"", "{\"token\":\"bad\"}", "\"bobs\"")) {
            assertThat(ask(client, token)).as(token).contains("unauthorized");
        }
        for (var token : List.of("\"\"", "7", "{\"token\":7}", "{}", "null")) {
            assertThat(ask(client, token)).as(token).contains("malformed");
        }
        assertThat(latest().person().id()).isEqualTo("سلمى");
        pass(Duration.ofMinutes(2));
        assertThat(server.hub.presence().connections("/")).isEmpty();
    }

    @Test
    void aLogoutEndsAllConnectionsOfThePersonAndNobodyElses() {
        identify(salma());
        var phone = server.connect(ANN);
        var shop = server.connect(ANN, SHOP);
        server.examiner = (attempt, then) -> then.run();
        var ann = server.connect(ANN);

        server.logins.signOut("سلمى", "you have signed out");

        assertThat(server.hub.peer(phone.sid())).isEmpty();
        assertThat(server.hub.peer(shop.sid())).isEmpty();
        assertThat(server.hub.peer(ann.sid())).isPresent();
    }
}
