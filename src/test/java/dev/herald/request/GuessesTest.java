package dev.herald.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.ErrorLog;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long those have to wait who give wrong passwords. */
class GuessesTest {

    private static final String HERE = "192.0.2.1";
    private static final String THERE = "198.51.100.2";
    private static final String PROXY = "127.0.0.1";

    private final AtomicLong now = new AtomicLong();
    private final ErrorLog log = new ErrorLog(Guesses.class);
    private final Guesses guesses = new Guesses("the login", Set.of(PROXY), now::get);

    @AfterEach
    void stop() {
        log.close();
    }

    private boolean isWrong(String address, String name) {
        return guesses.begin(address, name).isEmpty();
    }

    /** How many wrong passwords can be given at once. */
    private int tries(String address, String name) {
        var tries = 0;
        while (tries < 1_000 && isWrong(address, name)) {
            tries++;
        }
        return tries;
    }

    @Test
    void whoGuessesTheSamePasswordTooOftenWaitsAndNobodyElseDoes() {
        assertThat(tries(HERE, "alice")).isEqualTo(Guesses.OF_ONE);
        assertThat(guesses.begin(HERE, "alice")).contains(Guesses.PAUSE);
        assertThat(isWrong(HERE, "bob")).isTrue();
        assertThat(isWrong(THERE, "alice")).isTrue();
        assertThat(log.warnings()).containsExactly("too many wrong passwords for the login come from 192.0.2.1");

        now.addAndGet(Guesses.PAUSE.toNanos());
        assertThat(tries(HERE, "alice")).isEqualTo(1);
    }

    @Test
    void otherWaysToWriteANameAreNoOtherNames() {
        assertThat(tries(HERE, "Ärger")).isEqualTo(Guesses.OF_ONE);
        assertThat(isWrong(HERE, " äRGER ")).isFalse();
        assertThat(isWrong(HERE, "A\u0308rger")).isFalse();
        assertThat(isWrong(HERE, "Arger")).isTrue();
    }

    @Test
    void whoGuessesOfManyWaitsToo() {
        var tries = 0;
        while (tries < 1_000 && isWrong(HERE, "user " + tries)) {
            tries++;
        }
        assertThat(tries).isEqualTo(Guesses.OF_ALL);
        assertThat(isWrong(THERE, "user 1")).isTrue();
    }

    @Test
    void aRightPasswordIsNoGuess() {
        for (var n = 0; n < 1_000; n++) {
            assertThat(isWrong(HERE, "alice")).isTrue();
            guesses.right(HERE, "alice");
        }
        assertThat(tries(HERE, "alice")).isEqualTo(Guesses.OF_ONE);
    }

    @Test
    void anOwnPasswordHelpsNobodyToGuessThoseOfOthers() {
        var tries = 0;
        while (tries < 1_000 && isWrong(HERE, "user " + tries)) {
            tries++;
            if (guesses.begin(HERE, "eve").isEmpty()) {
                guesses.right(HERE, "eve");
            }
        }
        assertThat(tries).isEqualTo(Guesses.OF_ALL);
    }

    @Test
    void aPasswordThatIsNotCheckedIsNoGuess() {
        for (var n = 0; n < 1_000; n++) {
            assertThat(isWrong(HERE, "alice")).isTrue();
            guesses.unchecked(HERE, "alice");
        }
        isWrong(HERE, "alice");
        isWrong(HERE, "alice");
        guesses.unchecked(HERE, "alice");
        assertThat(tries(HERE, "alice")).isEqualTo(Guesses.OF_ONE - 1);
    }

    @Test
    void theAddressesOfOneNetworkOfIPv6AreOne() {
        assertThat(tries("2001:db8::1", "alice")).isEqualTo(Guesses.OF_ONE);
        assertThat(isWrong("2001:db8::ffff", "alice")).isFalse();
        assertThat(isWrong("2001:db8:0:1::1", "alice")).isTrue();
    }

    @Test
    void aPasswordThatIsGuessedFromManyAddressesIsGuessedOnceFromEach() {
        for (var n = 0; n < Guesses.OF_NAME; n++) {
            assertThat(isWrong("10.0." + n / 250 + "." + n % 250, "alice")).isTrue();
        }
        assertThat(tries(HERE, "alice")).isEqualTo(1);
        assertThat(tries(HERE, "bob")).isEqualTo(Guesses.OF_ONE);
        guesses.right(THERE, "alice");
        assertThat(isWrong(THERE, "alice")).as("nobody is locked out").isTrue();
    }

    @Test
    void anAddressThatStandsForManyIsNotHeldToWhatOneMayDo() {
        for (var n = 0; n < 2 * Guesses.OF_ALL; n++) {
            assertThat(isWrong(PROXY, "user " + n)).isTrue();
        }
        assertThat(tries(PROXY, "alice")).isEqualTo(Guesses.OF_ONE);
    }

    @Test
    void whatIsRememberedIsBounded() {
        for (var n = 0; n < 3 * Guesses.MAX_REMEMBERED; n++) {
            isWrong("10." + n / 62_500 + "." + n / 250 % 250 + "." + n % 250, "user " + n);
        }
        assertThat(guesses.remembered()).isLessThanOrEqualTo(3L * Guesses.MAX_REMEMBERED);
        now.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(tries(HERE, "x".repeat(1_000_000))).isEqualTo(Guesses.OF_ONE);
    }
}
