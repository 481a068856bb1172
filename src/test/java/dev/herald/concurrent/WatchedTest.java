package dev.herald.concurrent;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.QuietLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchedTest {

    private static final String BROKEN = "broken";
    private static final String OVER = "over";

    private final List<String> checked = new ArrayList<>();
    private final Watched<String> watched = new Watched<>("a thing", (one, now) -> {
        checked.add(one);
        if (one.equals(BROKEN)) {
            throw new NoClassDefFoundError("thrown by a test");
        }
        return !one.equals(OVER);
    });

    @Test
    void whatIsOverIsCheckedNoMore() {
        watched.add("a");
        watched.add(OVER);

        watched.tick(1);
        watched.tick(2);

        assertThat(checked).containsExactlyInAnyOrder("a", OVER, "a");
        assertThat(watched.size()).isEqualTo(1);
    }

    @Test
    void whatIsRemovedIsCheckedNoMore() {
        watched.add("a");
        watched.remove("a");

        watched.tick(1);

        assertThat(checked).isEmpty();
    }

    @Test
    void oneThatCannotBeCheckedIsWatchedOnAndKeepsNoOtherFromBeingChecked() {
        List.of("a", BROKEN, "b", "c").forEach(watched::add);

        watched.tick(1);

        assertThat(checked).containsExactlyInAnyOrder("a", BROKEN, "b", "c");
        assertThat(watched.size()).isEqualTo(4);
        QuietLog.expect(ERROR, "the deadlines of a thing could not be checked", "thrown by a test");
    }

    @Test
    void oneThatCannotBeEndedKeepsNoOtherFromBeingEnded() {
        List.of("a", BROKEN, "b", "c").forEach(watched::add);
        var ended = new ArrayList<String>();

        watched.endAll(one -> {
            if (one.equals(BROKEN)) {
                throw new IllegalStateException("thrown by a test");
            }
            ended.add(one);
        });

        assertThat(ended).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(watched.size()).isZero();
        QuietLog.expect(WARNING, "a thing could not be ended as the server goes down", "thrown by a test");
    }

    @Test
    void whatRemovesItselfWhenItEndsIsEndedOnce() {
        List.of("a", "b").forEach(watched::add);
        var ended = new ArrayList<String>();

        watched.endAll(one -> {
            watched.remove(one);
            ended.add(one);
        });

        assertThat(ended).containsExactlyInAnyOrder("a", "b");
    }
}
