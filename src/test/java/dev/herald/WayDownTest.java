package dev.herald;

import static dev.herald.WayDown.Step.CLIENTS;
import static dev.herald.WayDown.Step.DATABASE;
import static dev.herald.WayDown.Step.DELIVERIES;
import static dev.herald.WayDown.Step.MESSAGES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.ErrorLog;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WayDownTest {

    private final WayDown wayDown = new WayDown();
    private final List<String> closed = new ArrayList<>();

    private AutoCloseable part(String name) {
        return () -> closed.add(name);
    }

    @Test
    void goesFromTheMessagesByTheClientsToTheDatabaseWhateverWasMadeFirst() {
        wayDown.add(DATABASE, part("database"));
        wayDown.add(CLIENTS, part("clients"));
        wayDown.add(DELIVERIES, part("deliveries"));
        wayDown.add(MESSAGES, part("messages"));

        wayDown.closeAll();

        assertThat(closed).containsExactly("messages", "deliveries", "clients", "database");
    }

    @Test
    void closesFirstWithinAStepWhatWasMadeLast() {
        wayDown.add(CLIENTS, part("made first"));
        wayDown.add(CLIENTS, part("made last"));

        wayDown.closeAll();

        assertThat(closed).containsExactly("made last", "made first");
    }

    @Test
    void skipsNothingAfterAPartThatFails() {
        try (var log = new ErrorLog(WayDown.class)) {
            wayDown.add(MESSAGES, part("messages"));
            for (var failure : List.of(
                    new IllegalStateException("a"), new NoClassDefFoundError("b"), new InterruptedException("c"))) {
                wayDown.add(CLIENTS, () -> {
                    if (failure instanceof Error error) {
                        throw error;
                    }
                    throw (Exception) failure;
                });
            }
            wayDown.add(DATABASE, part("database"));

            wayDown.closeAll();

            assertThat(closed).containsExactly("messages", "database");
            assertThat(log.warnings()).hasSize(3).allMatch(line -> line.contains("failed to close"));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void closesEachPartOnceAndAtOnceWhatIsMadeTooLate() {
        wayDown.add(CLIENTS, part("clients"));
        wayDown.closeAll();
        wayDown.closeAll();

        wayDown.add(DATABASE, part("late"));

        assertThat(closed).containsExactly("clients", "late");
    }

    /** A static disposer works after the producer's own context has ended. */
    @Test
    void whatIsProducedAndCanBeClosedIsDisposedByItsProducer() {
        var disposed = methods()
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .flatMap(method -> Arrays.stream(method.getParameters()))
                .filter(parameter -> parameter.isAnnotationPresent(Disposes.class))
                .map(parameter -> parameter.getType().getSimpleName());
        var closeable = methods()
                .filter(method -> method.isAnnotationPresent(Produces.class))
                .filter(method -> AutoCloseable.class.isAssignableFrom(method.getReturnType()))
                .map(method -> method.getReturnType().getSimpleName());

        assertThat(disposed).containsExactlyInAnyOrderElementsOf(closeable.toList());
    }

    private static Stream<Method> methods() {
        return Arrays.stream(HeraldProducer.class.getDeclaredMethods());
    }
}
