package dev.herald.concurrent;

import static java.lang.System.Logger.Level.ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.ErrorLog;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LimitedLogTest {

    private static final System.Logger LOG = System.getLogger(LimitedLogTest.class.getName());

    @Test
    void writesTheFirstLineAndNoMoreForAWhile() {
        try (var log = new ErrorLog(LimitedLogTest.class)) {
            var limited = new LimitedLog(LOG, Duration.ofHours(1));

            limited.log(ERROR, "first");
            limited.log(ERROR, "second");

            assertThat(log.lines()).containsExactly("first");
        }
    }

    @Test
    void writesAStackTraceOnce() {
        try (var log = new ErrorLog(LimitedLogTest.class)) {
            var limited = new LimitedLog(LOG, Duration.ofMillis(50));

            Awaitility.await().until(() -> {
                limited.logTracedOnce(ERROR, () -> "again", new IllegalStateException("broken"));
                return log.lines().size() == 3;
            });

            assertThat(log.stackTraces()).isEqualTo(1);
        }
    }

    @Test
    void saysHowManyItLeftOut() {
        try (var log = new ErrorLog(LimitedLogTest.class)) {
            var limited = new LimitedLog(LOG, Duration.ofMillis(50));

            Awaitility.await().until(() -> {
                limited.log(ERROR, "again");
                return log.lines().size() == 2;
            });

            assertThat(log.lines().get(0)).isEqualTo("again");
            assertThat(log.lines().get(1)).matches("again( \\(and \\d+ more times since the last such line\\))?");
        }
    }
}
