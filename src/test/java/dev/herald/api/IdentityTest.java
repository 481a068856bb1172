package dev.herald.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdentityTest {

    @Test
    void isNoGuests() {
        assertThatIllegalArgumentException().isThrownBy(() -> Identity.of("guest-AAAAAAAAAAAAAAAA"));
        assertThatIllegalArgumentException().isThrownBy(() -> Identity.of(""));
    }

    @Test
    void isShownByItsIdUnlessItHasAName() {
        assertThat(Identity.of("Jürgen").person()).isEqualTo(new Person("Jürgen", "Jürgen"));
        assertThat(Identity.of("x".repeat(100)).name()).hasSize(Person.MAX_NAME);
        assertThat(Identity.of("7").named("😀").name()).isEqualTo("😀");
    }

    @Test
    void makesOnePersonAnother() {
        var guest = new PersonPrincipal(new Person("guest-1", "Guest"), false, Set.of(), "203.0.113.9");
        var end = Instant.parse("2026-01-01T00:00:00Z");

        var salma = guest.as(
                Identity.of("salma").inRoles(Set.of("clerk")).until(end).with("tenant", "acme"));

        assertThat(salma.getName()).isEqualTo("salma");
        assertThat(salma.isProven()).isTrue();
        assertThat(salma.address()).isEqualTo("203.0.113.9");
        assertThat(salma.roles()).containsExactlyInAnyOrder("clerk", PersonPrincipal.SIGNED_IN);
        assertThat(salma.login().isOver(end.minusMillis(1))).isFalse();
        assertThat(salma.login().isOver(end)).isTrue();
        assertThat(guest.login().canEnd()).isFalse();
    }

    @Test
    void itsTokenGetsIntoNoLog() {
        assertThat(new Credentials("secret", Handshake.from(""))).asString().doesNotContain("secret");
    }
}
