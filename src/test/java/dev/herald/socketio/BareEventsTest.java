package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SHOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.engine.EngineServer.Caller;
import dev.herald.socketio.SocketIoSettings.BareEvents;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bare events have the sender's arguments only, for handlers that take no more. */
class BareEventsTest {

    private static final Caller JAVA = new Caller("okhttp/3.12.12", false);
    private static final Caller BROWSER = new Caller("Mozilla/5.0 (X11; Linux x86_64)", true);

    private final TestServer server = new TestServer(TestServer.settings(true, true));

    private TestSocket connect(Caller caller, String namespace, String auth) {
        return new TestSocket(server.open(ANN, caller), namespace).connect(auth);
    }

    private void speak(TestSocket client, String namespace) {
        server.publish(ChannelName.ofNamespace(namespace), "message", "\"hello\"");
        server.hub.peer(client.sid()).orElseThrow().emit("message", Json.createValue("hello"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"bare\":true}", "{\"bare\":\"true\"}"})
    void comeToWhoAsksForThem(String auth) {
        var main = connect(BROWSER, MAIN, auth);
        var shop = connect(BROWSER, SHOP, auth);

        speak(main, MAIN);
        speak(shop, SHOP);

        assertThat(main.hear()).containsExactly("42[\"message\",\"hello\"]", "42[\"message\",\"hello\"]");
        assertThat(shop.hear()).containsExactly("42/shop,[\"message\",\"hello\"]", "42/shop,[\"message\",\"hello\"]");
        assertThat(main.pid()).as("there is no way back without offsets").isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "okhttp/3.12.12",
                "python-requests/2.31.0",
                "Python/3.12 aiohttp/3.9.5",
                "Shop/7 CFNetwork/1496.0.7 Darwin/23.5.0"
            })
    void comeToLibrariesThatDoNotRecover(String userAgent) {
        var client = connect(new Caller(userAgent, false), MAIN, "");

        speak(client, MAIN);

        assertThat(client.hear()).containsExactly("42[\"message\",\"hello\"]", "42[\"message\",\"hello\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Mozilla/5.0 (X11; Linux x86_64)|true|",
                "node-XMLHttpRequest|false|",
                "Dart/3.5 (dart:io)|false|",
                "''|false|",
                "okhttp/4.12.0|true|",
                "okhttp/3.12.12|false|{\"bare\":false}",
                "okhttp/3.12.12|false|{\"bare\":\"false\"}",
                "okhttp/3.12.12|false|{\"resume\":\"{}\"}"
            })
    void doNotComeToOthers(String userAgent, boolean isPage, String auth) {
        var client = connect(new Caller(userAgent, isPage), MAIN, auth == null ? "" : auth);

        speak(client, MAIN);

        assertThat(client.events())
                .satisfiesExactly(
                        news -> assertThat(news)
                                .startsWith("[\"message\",\"hello\",{\"channel\":\"news\"")
                                .endsWith(",\"0.1\"]"),
                        direct -> assertThat(direct).isEqualTo("[\"message\",\"hello\",\"0.1\"]"));
        assertThat(client.pid()).isNotNull();
    }

    @Test
    void areNoMoreForALibraryThatShowsThatItRecovers() {
        var guessed = connect(JAVA, MAIN, "");
        guessed.transport.cut();

        var known = connect(JAVA, MAIN, guessed.comeback());
        speak(known, MAIN);

        assertThat(known.sid()).as("there was no offset to recover from").isNotEqualTo(guessed.sid());
        assertThat(known.events()).allSatisfy(event -> assertThat(event).endsWith(",\"0.1\"]"));
        known.transport.cut();
        assertThat(connect(JAVA, MAIN, known.comeback()).sid()).isEqualTo(known.sid());
    }

    @ParameterizedTest
    @CsvSource({"ALWAYS,true", "NEVER,false"})
    void areForAllOrForNobodyIfTheSettingsSaySo(BareEvents rule, boolean isBare) {
        var none = JsonObject.EMPTY_JSON_OBJECT;
        var other = Json.createObjectBuilder().add("bare", !isBare).build();

        for (var caller : new Caller[] {JAVA, BROWSER, Caller.UNKNOWN}) {
            assertThat(Bareness.of(none, caller, rule) != Bareness.NONE).isEqualTo(isBare);
            assertThat(Bareness.of(other, caller, rule) != Bareness.NONE)
                    .as("the client's word")
                    .isEqualTo(!isBare);
        }
    }

    @Test
    void areWrittenOnceForAllWhoGetThem() {
        var dialect = server.socketIo.dialect(MAIN, true);

        assertThat(server.socketIo.dialect(MAIN, true)).isSameAs(dialect);
        assertThat(server.socketIo.dialect(MAIN, false)).isNotSameAs(dialect);
    }
}
