package dev.herald.testing;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the methods of {@link Logging}, each as a test of its own, and sees which of them fail. */
class QuietLogTest {

    @Test
    void failsATestForALineThatItDoesNotExpect() {
        assertThat(run("warns").message()).contains("not expected: WARNING", "the disk is nearly full");
    }

    @Test
    void failsATestForALineThatIsLoggedAfterIt() {
        assertThat(run("endsWithAnError").message()).contains("not expected: SEVERE", "cannot clean up");
    }

    @Test
    void failsATestThatHasAThreadOfItsOwnForItsTimeout() {
        assertThat(run("warnsOnTheThreadOfATimeout").message()).contains("not expected: WARNING");
    }

    @Test
    void failsATestWithParametersForTheLineOfOneOfThem() {
        assertThat(run("warnsForOne", int.class).message()).contains("not expected: WARNING", "number 2");
    }

    @Test
    void doesNotFailATestForALineBelowWarning() {
        assertThat(run("informs")).isEqualTo(Outcome.PASSED);
    }

    @Test
    void letsATestExpectLinesBeforeAndAfterTheyAreLogged() {
        assertThat(run("expectsWhatItLogs")).isEqualTo(Outcome.PASSED);
    }

    @Test
    void failsATestForAnExpectedLineThatIsNotLogged() {
        assertThat(run("expectsWhatItDoesNotLog").message())
                .contains("expected, and not logged: ERROR", "the disk is full");
    }

    @Test
    void failsATestThatExpectsALineOfAnotherLevel() {
        assertThat(run("expectsAnotherLevel").message())
                .contains("expected, and not logged: ERROR", "not expected: WARNING");
    }

    @Test
    void passesATestWithOrWithoutALineThatItAllows() {
        assertThat(run("allowsWhatItLogs")).isEqualTo(Outcome.PASSED);
        assertThat(run("allowsWhatItDoesNotLog")).isEqualTo(Outcome.PASSED);
    }

    @Test
    void doesNotFailATestForALineOfAnotherThread() {
        assertThat(run("warnsOnAnotherThread")).isEqualTo(Outcome.PASSED);
    }

    @Test
    void letsATestExpectALineOfAnotherThread() {
        assertThat(run("expectsALineOfAnotherThread")).isEqualTo(Outcome.PASSED);
    }

    @Test
    void doesNotFailTheNextTestForALateLine() {
        assertThat(run("leavesAThreadThatWarnsLater")).isEqualTo(Outcome.PASSED);
        assertThat(run("letsThatThreadWarn")).isEqualTo(Outcome.PASSED);
    }

    @Test
    void printsWhatAllThreadsLogWhenATestFailsAndNothingWhenItPasses() {
        assertThat(run("failsAndWarnsOnAnotherThread").printed()).contains("the disk of the other is full", "started");
        assertThat(run("warnsOnAnotherThread").printed()).isEmpty();
    }

    @Test
    void reportsATestsOwnFailureAndNotItsLines() {
        assertThat(run("failsAndWarnsOnAnotherThread").message()).isEqualTo("thrown by the test");
    }

    @Test
    void letsNobodyExpectALineOutsideATest() {
        assertThat(run(ExpectingTooEarly.class, "passes").message()).contains("no test runs");
    }

    /** @param message what the test, or one of its runs, failed with */
    private record Outcome(@Nullable String message, String printed) {

        static final Outcome PASSED = new Outcome(null, "");
    }

    private static Outcome run(String method, Class<?>... parameters) {
        return run(Logging.class, method, parameters);
    }

    private static Outcome run(Class<?> tests, String method, Class<?>... parameters) {
        var engine = LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .addTestEngines(new JupiterTestEngine())
                .build();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectMethod(tests, method, parameters))
                .build();
        var summary = new SummaryGeneratingListener();
        var printed = new ByteArrayOutputStream();
        var console = System.err;
        System.setErr(new PrintStream(printed, true, UTF_8));
        try {
            LauncherFactory.create(engine).execute(request, summary);
        } finally {
            System.setErr(console);
        }
        var failures = summary.getSummary().getFailures();
        assertThat(summary.getSummary().getTestsFoundCount() + failures.size()).isPositive();
        var message = failures.isEmpty() ? null : failures.get(0).getException().getMessage();
        return new Outcome(message, printed.toString(UTF_8));
    }

    @ExtendWith(QuietLog.class)
    static class Logging {

        private static final System.Logger LOG = System.getLogger(Logging.class.getName());

        private static @Nullable Thread late;
        private static CountDownLatch gate = new CountDownLatch(1);

        private boolean broken;

        @AfterEach
        void cleanUp() {
            if (broken) {
                LOG.log(ERROR, "cannot clean up");
            }
        }

        @Test
        void warns() {
            LOG.log(WARNING, "the disk is nearly full");
        }

        @Test
        void endsWithAnError() {
            broken = true;
        }

        @Test
        @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
        void warnsOnTheThreadOfATimeout() {
            LOG.log(WARNING, "the disk is nearly full");
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        void warnsForOne(int number) {
            LOG.log(number == 2 ? WARNING : INFO, "number " + number);
        }

        @Test
        void informs() {
            LOG.log(INFO, "the disk is there");
        }

        @Test
        void expectsWhatItLogs() {
            QuietLog.expect(WARNING, "nearly", "disk");
            LOG.log(WARNING, "the disk is nearly full");
            LOG.log(ERROR, "nothing is written", new IllegalStateException("the disk is full"));
            QuietLog.expect(ERROR, "nothing is written", "the disk is full");
        }

        @Test
        void expectsWhatItDoesNotLog() {
            QuietLog.expect(ERROR, "the disk is full");
        }

        @Test
        void expectsAnotherLevel() {
            LOG.log(WARNING, "the disk is full");
            QuietLog.expect(ERROR, "the disk is full");
        }

        @Test
        void allowsWhatItLogs() {
            QuietLog.allow(WARNING, "nearly full");
            LOG.log(WARNING, "the disk is nearly full");
        }

        @Test
        void allowsWhatItDoesNotLog() {
            QuietLog.allow(WARNING, "nearly full");
        }

        @Test
        void warnsOnAnotherThread() throws InterruptedException {
            var other = new Thread(() -> LOG.log(WARNING, "the disk of the other is full"));
            other.start();
            other.join();
        }

        @Test
        void expectsALineOfAnotherThread() throws InterruptedException {
            QuietLog.expect(WARNING, "the disk of the other is full");
            warnsOnAnotherThread();
        }

        @Test
        void leavesAThreadThatWarnsLater() {
            gate = new CountDownLatch(1);
            var open = gate;
            var thread = new Thread(() -> {
                try {
                    open.await();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
                LOG.log(WARNING, "late");
            });
            late = thread;
            thread.start();
        }

        @Test
        void letsThatThreadWarn() throws InterruptedException {
            gate.countDown();
            late.join();
        }

        @Test
        void failsAndWarnsOnAnotherThread() throws InterruptedException {
            LOG.log(INFO, "started");
            warnsOnAnotherThread();
            throw new IllegalStateException("thrown by the test");
        }
    }

    @ExtendWith(QuietLog.class)
    static class ExpectingTooEarly {

        @BeforeAll
        static void expect() {
            QuietLog.expect(WARNING, "the disk is full");
        }

        @Test
        void passes() {
            assertThat(List.of()).isEmpty();
        }
    }
}
