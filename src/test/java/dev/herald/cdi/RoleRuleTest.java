package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Attributes;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionState;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.Received;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.inject.spi.ObserverMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoleRuleTest {

    private static final Person ANN = new Person("ann", "Ann");

    private final List<String> answers = new ArrayList<>();
    private final List<Object> called = new ArrayList<>();
    private final ObserverCatalogue catalogue = new ObserverCatalogue();

    @SuppressWarnings("unused") // only their annotations are looked at
    private static class Open {
        void open() {}

        @RolesAllowed({"clerk", "boss"})
        void forClerks() {}

        @RolesAllowed("**")
        void forUsers() {}

        @DenyAll
        void forNobody() {}
    }

    @RolesAllowed("boss")
    @SuppressWarnings("unused") // only their annotations are looked at
    private static class Ruled {
        void asItsClass() {}

        @PermitAll
        void forEverybody() {}

        @RolesAllowed("clerk")
        void forClerks() {}
    }

    private Received from(String... roles) {
        var state = new ConnectionState(new PersonPrincipal(ANN, true, Set.of(roles), ""), Attributes.NONE);
        return new Received(
                new Connection("1", ANN, "/", state), "order", null, null, "1", null, json -> answers.add(json));
    }

    private static boolean permits(Class<?> type, String method, String... roles) throws Exception {
        var principal = new PersonPrincipal(ANN, true, Set.of(roles), "");
        return RoleRule.of(type.getDeclaredMethod(method), type)
                .map(rule -> rule.permits(principal))
                .orElse(true);
    }

    @ParameterizedTest
    @CsvSource({
        "open, guest, true",
        "forClerks, clerk, true",
        "forClerks, boss, true",
        "forClerks, signed-in, false",
        "forUsers, signed-in, true",
        "forUsers, guest, false",
        "forNobody, boss, false"
    })
    void isThatOfTheMethod(String method, String role, boolean permitted) throws Exception {
        assertThat(permits(Open.class, method, role)).isEqualTo(permitted);
    }

    @ParameterizedTest
    @CsvSource({
        "asItsClass, boss, true",
        "asItsClass, clerk, false",
        "forEverybody, guest, true",
        "forClerks, clerk, true",
        "forClerks, boss, false"
    })
    void isThatOfTheClassUnlessTheMethodHasOne(String method, String role, boolean permitted) throws Exception {
        assertThat(permits(Ruled.class, method, role)).isEqualTo(permitted);
    }

    @SuppressWarnings("unchecked") // it observes Received
    private void call(Received received) {
        catalogue.of(received).forEach(method -> ((ObserverMethod<Received>) method).notify(received));
    }

    @Test
    void keepsAMessageFromAnObserverAndIsAnswered() throws Exception {
        FakeObserver.of(Received.class, called::add)
                .like(Open.class.getDeclaredMethod("forClerks"))
                .foundBy(catalogue);

        call(from("signed-in"));
        assertThat(called).isEmpty();
        assertThat(answers).containsExactly("{\"error\":{\"code\":\"forbidden\",\"message\":\"you may not do this\"}}");

        call(from("clerk"));
        assertThat(called).hasSize(1);
        assertThat(catalogue.roles()).containsExactlyInAnyOrder("clerk", "boss");
    }
}
