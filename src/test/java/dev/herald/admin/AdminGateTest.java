package dev.herald.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Handshake;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.request.Guesses;
import dev.herald.testing.ErrorLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminGateTest {

    private static final String WRONG = "{\"username\":\"admin\",\"password\":\"no\"}";
    private static final String RIGHT = "{\"username\":\"admin\",\"password\":\"geheim 😀\"}";

    private final AtomicLong now = new AtomicLong();

    /** Threads that the container has not given yet. */
    private final Queue<Runnable> threads = new ArrayDeque<>();

    private final List<ConnectionAttempt> applications = new ArrayList<>();
    private final List<ConnectionAttempt> decided = new ArrayList<>();
    private final ErrorLog log = new ErrorLog(AdminGate.class);
    private final ErrorLog guessed = new ErrorLog(Guesses.class);

    private final AdminGate gate = new AdminGate(
            new AdminSettings("/admin", "admin", new Password("geheim 😀"), false, AdminSettings.Mode.DEVELOPMENT),
            (attempt, then) -> {
                applications.add(attempt);
                then.run();
            },
            new Guesses("the Admin UI", Set.of(), now::get),
            threads::add,
            now::get);

    @AfterEach
    void stop() {
        log.close();
        guessed.close();
    }

    private ConnectionAttempt attempt(String namespace, String address, String auth) {
        var handshake = Handshake.from(address).withAuth(auth);
        var attempt = new ConnectionAttempt(new PersonPrincipal(new Person("ann", "Ann")).with(handshake), namespace);
        gate.examine(attempt, () -> decided.add(attempt));
        return attempt;
    }

    private ConnectionAttempt decidedAttempt(String address, String auth) {
        var attempt = attempt("/admin", address, auth);
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
        assertThat(decided).contains(attempt);
        return attempt;
    }

    private static String refusal(ConnectionAttempt attempt) {
        return attempt.refusal().orElseThrow().message();
    }

    @Test
    void otherNamespacesAreTheApplications() {
        var main = attempt("/", "192.0.2.1", "{}");
        var own = attempt("/admins", "192.0.2.1", RIGHT);

        assertThat(applications).containsExactly(main, own);
        assertThat(decided).containsExactly(main, own);
    }

    @Test
    void thePasswordIsCheckedOnAnotherThread() {
        var attempt = attempt("/admin", "192.0.2.1", RIGHT);

        assertThat(decided).isEmpty();
        threads.remove().run();
        assertThat(decided).containsExactly(attempt);
        assertThat(attempt.refusal()).isEmpty();
        assertThat(applications).isEmpty();
    }

    @Test
    void whoGivesSomethingElseIsRefused() {
        for (var auth : List.of(
                WRONG,
                "{}",
                "{\"username\":\"root\",\"password\":\"geheim 😀\"}",
                "{\"username\":7,\"password\":[\"geheim 😀\"]}",
                "{\"sessionId\":\"\"}",
                "{\"sessionId\":\"guessed\"}")) {
            assertThat(refusal(decidedAttempt("192.0.2.1", auth))).as(auth).isEqualTo("invalid credentials");
        }
        assertThat(log.warnings())
                .containsExactly("the Admin UI is refused to 192.0.2.1: the name or the password is wrong");
    }

    @Test
    void aSessionIsEnoughForADay() {
        var session = decidedAttempt("192.0.2.1", RIGHT)
                .attributes()
                .text(AdminGate.SESSION)
                .orElseThrow();
        var auth = "{\"sessionId\":\"" + session + "\"}";

        now.addAndGet(Duration.ofHours(23).toNanos());
        assertThat(attempt("/admin", "192.0.2.2", auth).refusal()).isEmpty();
        now.addAndGet(Duration.ofHours(2).toNanos());
        assertThat(refusal(decidedAttempt("192.0.2.2", auth))).isEqualTo("invalid credentials");
        assertThat(log.warnings()).hasSize(1);
    }

    @Test
    void whoGuessesTooOftenWaitsAndNobodyElseDoes() {
        for (var n = 0; n < 5; n++) {
            decidedAttempt("192.0.2.1", "{\"username\":\"user " + n + "\",\"password\":\"no\"}");
        }

        assertThat(refusal(attempt("/admin", "192.0.2.1", RIGHT))).isEqualTo("too many attempts; try again in 60 s");
        assertThat(threads).isEmpty();
        assertThat(decidedAttempt("192.0.2.2", RIGHT).refusal()).isEmpty();
        now.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(decidedAttempt("192.0.2.1", RIGHT).refusal()).isEmpty();
        assertThat(guessed.warnings()).containsExactly("too many wrong passwords for the Admin UI come from 192.0.2.1");
    }

    @Test
    void manyGuessesAtTheSameMomentDoNotPassTogether() {
        for (var n = 0; n < 10; n++) {
            attempt("/admin", "192.0.2.1", WRONG);
        }

        assertThat(decided).hasSize(5).allMatch(attempt -> refusal(attempt).startsWith("too many attempts"));
    }

    @Test
    void aSessionThatIsOverIsNoGuess() {
        for (var n = 0; n < 20; n++) {
            assertThat(refusal(attempt("/admin", "192.0.2.1", "{\"sessionId\":\"of before the restart\"}")))
                    .isEqualTo("invalid credentials");
        }

        assertThat(threads).isEmpty();
        assertThat(decidedAttempt("192.0.2.1", RIGHT).refusal()).isEmpty();
    }

    @Test
    void thatTheServerIsBusyIsNoGuess() {
        for (var n = 0; n < 16; n++) {
            attempt("/admin", "192.0.2." + n, RIGHT);
        }
        for (var n = 0; n < 20; n++) {
            assertThat(refusal(attempt("/admin", "192.0.2.99", RIGHT))).isEqualTo("the server is busy; try again");
        }
        threads.remove().run();

        assertThat(decidedAttempt("192.0.2.99", RIGHT).refusal()).isEmpty();
    }

    @Test
    void whatWaitsIsBounded() {
        for (var n = 0; n < 16; n++) {
            attempt("/admin", "192.0.2." + n, RIGHT);
        }

        assertThat(refusal(attempt("/admin", "192.0.2.99", RIGHT))).isEqualTo("the server is busy; try again");
        assertThat(log.warnings()).hasSize(1);
    }
}
