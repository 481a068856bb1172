package dev.herald.cdi;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Handshake;
import dev.herald.api.Identity;
import dev.herald.api.Namespace;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.request.Authentication;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import dev.herald.testing.Tokens;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CdiAdmissionTest {

    private static final int QUEUE = 3;

    private final ObserverCatalogue catalogue = new ObserverCatalogue();
    /** Threads that the container has not given yet. */
    private final Queue<Runnable> threads = new ArrayDeque<>();

    private final CdiAdmission admission =
            new CdiAdmission(threads::add, 1, QUEUE, catalogue, Authentication.NONE, new NoRequestContext());
    private final List<ConnectionAttempt> decided = new ArrayList<>();

    private void observe(Consumer<ConnectionAttempt> body) {
        FakeObserver.of(ConnectionAttempt.class, event -> body.accept((ConnectionAttempt) event))
                .foundBy(catalogue);
    }

    private ConnectionAttempt attempt() {
        return attempt("/");
    }

    private ConnectionAttempt attempt(String namespace) {
        var attempt = new ConnectionAttempt(new PersonPrincipal(new Person("ann", "Ann")), namespace);
        admission.examine(attempt, () -> decided.add(attempt));
        return attempt;
    }

    /** An attempt of somebody whose client gives this as {@code auth}; {@code good} is a token of Salma's. */
    private ConnectionAttempt attemptWith(String auth) {
        var tokens = new Tokens().give("good", Identity.of("salma").with("tenant", "acme"));
        var checking = new CdiAdmission(threads::add, 1, QUEUE, catalogue, tokens, new NoRequestContext());
        var handshake = Handshake.from("203.0.113.9").withAuth(auth);
        var attempt = new ConnectionAttempt(new PersonPrincipal(new Person("ann", "Ann")).with(handshake), "/");
        checking.examine(attempt, () -> decided.add(attempt));
        giveThreads();
        assertThat(decided).containsExactly(attempt);
        return attempt;
    }

    @Test
    void findsOutWhoseATokenIsBeforeTheObserversAreAsked() {
        var seen = new ArrayList<String>();
        observe(attempt -> seen.add(attempt.person().id() + " of "
                + attempt.attributes().text("tenant").orElse("")));

        var attempt = attemptWith("{\"token\":\"good\"}");

        assertThat(seen).containsExactly("salma of acme");
        assertThat(attempt.principal().isInRole(PersonPrincipal.SIGNED_IN)).isTrue();
        assertThat(attempt.handshake().remoteAddress()).isEqualTo("203.0.113.9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"bad\"", "\"\"", "7", "null", "{}"})
    void refusesATokenThatIsNotGood(String token) {
        observe(attempt -> {
            throw new AssertionError("nobody is asked");
        });

        var refusal = attemptWith("{\"token\":" + token + "}").refusal().orElseThrow();

        assertThat(refusal.message()).isEqualTo("unauthorized");
        assertThat(refusal.data().asJsonObject().getString("code")).isEqualTo("unauthorized");
    }

    @Test
    void refusesATokenThatCannotBeChecked() {
        assertThat(attemptWith("{\"token\":\"broken\"}").refusal()).isPresent();
    }

    @Test
    void letsInWhoGivesNoToken() {
        var attempt = attemptWith("{\"name\":\"good\"}");

        assertThat(attempt.refusal()).isEmpty();
        assertThat(attempt.person().id()).isEqualTo("ann");
    }

    private void giveThreads() {
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    @Test
    void letsEverybodyInAtOnceIfNobodyWantsToKnow() {
        FakeObserver.of(ConnectionAttempt.class, event -> {}, new Namespace.Literal("/shop"))
                .foundBy(catalogue);

        var attempt = attempt();

        assertThat(decided).containsExactly(attempt);
        assertThat(attempt.refusal()).isEmpty();
    }

    @Test
    void asksOnTheContainersThreadsAndDecidesOnce() {
        var asked = new ArrayList<ConnectionAttempt>();
        observe(asked::add);
        observe(asked::add);

        var attempt = attempt();
        assertThat(decided).isEmpty();
        giveThreads();

        assertThat(asked).containsExactly(attempt, attempt);
        assertThat(decided).containsExactly(attempt);
        assertThat(attempt.refusal()).isEmpty();
    }

    @Test
    void asksNobodyAfterARefusal() {
        var asked = new ArrayList<ConnectionAttempt>();
        FakeObserver.of(ConnectionAttempt.class, event -> ((ConnectionAttempt) event).refuse("no"))
                .first()
                .foundBy(catalogue);
        observe(asked::add);

        var attempt = attempt();
        giveThreads();

        assertThat(asked).isEmpty();
        assertThat(decided).containsExactly(attempt);
        assertThat(attempt.refusal())
                .get()
                .extracting(ConnectionAttempt.Refusal::message)
                .isEqualTo("no");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesWhenAnObserverThrows(boolean isError) {
        observe(attempt -> {
            if (isError) {
                throw new LinkageError();
            }
            throw new IllegalStateException("a mistake");
        });

        try (var errors = new ErrorLog(CdiAdmission.class)) {
            for (var n = 1; n <= 2; n++) {
                var attempt = attempt();
                giveThreads();

                assertThat(attempt.refusal()).isPresent();
                assertThat(decided).hasSize(n).endsWith(attempt);
            }
            assertThat(errors.lines()).hasSize(1);
        }
    }

    @Test
    void refusesWhenTheContainerGivesNoRequestContext() {
        var goingDown = new CdiAdmission(Runnable::run, 1, QUEUE, catalogue, Authentication.NONE, new RequestContext() {
            @Override
            public void run(Runnable work) {
                throw new IllegalStateException("the application is being undeployed");
            }
        });
        observe(attempt -> {});
        var attempt = new ConnectionAttempt(new PersonPrincipal(new Person("ann", "Ann")), "/");

        try (var errors = new ErrorLog(CdiAdmission.class)) {
            goingDown.examine(attempt, () -> decided.add(attempt));

            assertThat(errors.lines()).hasSize(1);
        }
        assertThat(decided).containsExactly(attempt);
        assertThat(attempt.refusal()).isPresent();
    }

    @Test
    void refusesWhenTooManyWait() {
        observe(attempt -> {});
        for (var n = 0; n < QUEUE; n++) {
            attempt();
        }

        var attempt = attempt();

        assertThat(attempt.refusal()).isPresent();
        assertThat(decided).containsExactly(attempt);
        giveThreads();
        assertThat(decided).hasSize(QUEUE + 1);
        assertThat(attempt().refusal()).isEmpty();
        QuietLog.expect(WARNING, "connections are turned away", "too many wait to be examined");
    }
}
