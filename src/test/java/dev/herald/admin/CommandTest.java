package dev.herald.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Answer;
import dev.herald.api.Arguments;
import dev.herald.api.Attributes;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionState;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.Received;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is understood of what the Admin UI asks for. */
class CommandTest {

    private static Optional<String> read(String event, String arguments) {
        var who = new PersonPrincipal(new Person("ann", "Ann"));
        var ui = new Connection("ui", who.person(), "/admin", new ConnectionState(who, Attributes.NONE));
        var json = Arguments.several(arguments);
        return Command.read(new Received(ui, event, null, null, json, null, Answer.NONE))
                .map(Command::toString);
    }

    @Test
    void whoIsMeantIsARoomOrEverybody() {
        assertThat(read("join", "[\"/\",\"tea\",\"名前\"]")).contains("join tea for 名前 in /");
        assertThat(read("join", "[\"/\",\"tea\",null]")).contains("join tea for all in /");
        assertThat(read("leave", "[\"/\",\"tea\"]")).contains("leave tea for all in /");
        assertThat(read("_disconnect", "[\"/\",true]")).contains("disconnect for all in /");
        assertThat(read("emit", "[\"/\",null,\"hello\",1]")).contains("emit hello for all in /");
    }

    @Test
    void whatIsNoFilterIsNotTakenForEverybody() {
        for (var filter : List.of("7", "[]", "{}", "true", "[\"tea\"]")) {
            assertThat(read("join", "[\"/\",\"tea\"," + filter + "]"))
                    .as(filter)
                    .isEmpty();
            assertThat(read("leave", "[\"/\",\"tea\"," + filter + "]"))
                    .as(filter)
                    .isEmpty();
            assertThat(read("_disconnect", "[\"/\",false," + filter + "]"))
                    .as(filter)
                    .isEmpty();
            assertThat(read("emit", "[\"/\"," + filter + ",\"hello\"]"))
                    .as(filter)
                    .isEmpty();
        }
    }

    @Test
    void whatIsNotCompleteIsNotUnderstood() {
        for (var event : List.of("emit", "join", "leave", "_disconnect", "other")) {
            for (var arguments : List.of("[]", "[null]", "[7,\"tea\"]", "[\"\",\"tea\",\"tea\"]")) {
                assertThat(read(event, arguments)).as(event + arguments).isEmpty();
            }
        }
        assertThat(read("join", "[\"/\"]")).isEmpty();
        assertThat(read("emit", "[\"/\",\"tea\"]")).isEmpty();
    }
}
