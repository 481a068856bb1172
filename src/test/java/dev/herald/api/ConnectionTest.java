package dev.herald.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ConnectionTest {

    private static final Person ANN = new Person("ann", "Ann");

    @Test
    void isTheSameWhateverIsKeptWithIt() {
        var plain = new Connection("1", ANN);
        var state = new ConnectionState(
                new PersonPrincipal(ANN, true, Set.of("clerk"), "203.0.113.9"),
                Attributes.NONE.with("tenant", "\"acme\""));
        var rich = new Connection("1", ANN, Connection.MAIN, state);

        assertThat(rich).isEqualTo(plain).hasSameHashCodeAs(plain).isNotEqualTo(new Connection("2", ANN));
        assertThat(rich.get("tenant")).contains("acme");
        assertThat(rich.isInRole("clerk")).isTrue();
        assertThat(rich.handshake().remoteAddress()).isEqualTo("203.0.113.9");
        assertThat(plain.get("tenant")).isEmpty();
    }

    @Test
    void seesWhatIsKeptLater() {
        var connection = new Connection("1", ANN);

        connection.state().keep("tenant", "\"acme\"");
        assertThat(connection.get("tenant")).contains("acme");
        assertThat(connection.attributes().getString("tenant")).isEqualTo("acme");

        connection.state().keep("tenant", null);
        assertThat(connection.attributes()).isEmpty();
    }
}
