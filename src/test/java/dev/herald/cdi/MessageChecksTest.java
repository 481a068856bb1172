package dev.herald.cdi;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.MessageAttempt;
import dev.herald.api.Namespace;
import dev.herald.api.On;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.request.Asker;
import dev.herald.request.ErrorCode;
import dev.herald.request.Permission;
import dev.herald.request.Permission.Decision;
import dev.herald.request.Request;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import java.lang.annotation.Annotation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageChecksTest {

    private static final int QUEUE = 2;
    private static final Asker ANN = Asker.of(new PersonPrincipal(new Person("ann", "Ann")));
    private static final ChannelName ROOM = new ChannelName("room");
    private static final Request ORDER = new Request.ToApplication("order", "\"名前\"", Answer.NONE);

    private final ObserverCatalogue catalogue = new ObserverCatalogue();

    /** Threads that the container has not given yet. */
    private final Queue<Runnable> threads = new ArrayDeque<>();

    private Permission first = Permission::byChannel;

    private final MessageChecks checks = new MessageChecks(
            (asker, request) -> first.decide(asker, request),
            threads::add,
            1,
            QUEUE,
            catalogue,
            new NoRequestContext());

    private void observe(Consumer<MessageAttempt> body, Annotation... qualifiers) {
        FakeObserver.of(MessageAttempt.class, event -> body.accept((MessageAttempt) event), qualifiers)
                .foundBy(catalogue);
    }

    private CompletableFuture<Decision> decide(Request request) {
        return checks.decide(ANN, request).toCompletableFuture();
    }

    private Decision decided(Request request) {
        var decision = decide(request);
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
        return decision.join();
    }

    @Test
    void nobodyWaitsIfNobodyWantsToKnow() {
        assertThat(checks.decide(ANN, ORDER)).isSameAs(Permission.ALLOWED);
        observe(attempt -> {}, new On.Literal("other"));
        observe(attempt -> {}, new Namespace.Literal("/shop"));

        assertThat(checks.decide(ANN, ORDER)).isSameAs(Permission.ALLOWED);
        assertThat(threads).isEmpty();
    }

    @Test
    void eachMessageIsExaminedOnTheContainersThreads() {
        var seen = new ArrayList<MessageAttempt>();
        observe(seen::add);

        assertThat(decide(ORDER)).isNotDone();
        assertThat(decided(new Request.Publish("placed", ROOM, "1", null))).isInstanceOf(Decision.Allowed.class);
        assertThat(decided(new Request.Tell("bob", "{\"$args\":[1,2]}", null))).isInstanceOf(Decision.Allowed.class);

        assertThat(seen).extracting(MessageAttempt::event).containsExactly("order", "placed", "private");
        assertThat(seen.get(0).data()).hasToString("\"名前\"");
        assertThat(seen.get(0).channel()).isEmpty();
        assertThat(seen.get(1).channel()).contains(ROOM);
        assertThat(seen.get(2).channel()).contains(ChannelName.ofUser("bob"));
        assertThat(seen.get(2).arguments()).hasSize(2);
        assertThat(seen).extracting(MessageAttempt::person).containsOnly(ANN.person());
    }

    @Test
    void whatIsNoMessageIsNotExamined() {
        observe(attempt -> attempt.refuse("closed", "no"));

        assertThat(decided(new Request.Join(ROOM, null))).isInstanceOf(Decision.Allowed.class);
        assertThat(decided(new Request.History(ROOM, 1, 1))).isInstanceOf(Decision.Allowed.class);
    }

    @Test
    void theFirstRefusalCountsAndIsTold() {
        var asked = new ArrayList<MessageAttempt>();
        observe(attempt -> attempt.refuse("closed", "the shop is closed"), new On.Literal("order"));
        observe(asked::add);

        assertThat(decided(ORDER)).isInstanceOfSatisfying(Decision.Denied.class, denied -> {
            assertThat(denied.reply().word()).isEqualTo("closed");
            assertThat(denied.reply().sentence()).isEqualTo("the shop is closed");
        });
        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsNotPermittedAnywayIsNotExamined() {
        var asked = new ArrayList<MessageAttempt>();
        observe(asked::add);

        assertThat(decided(new Request.Publish("placed", ChannelName.ofUser("bob"), "1", null)))
                .isInstanceOf(Decision.Denied.class);
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anObserverThatThrowsRefuses(boolean isError) {
        observe(attempt -> {
            if (isError) {
                throw new StackOverflowError();
            }
            throw new IllegalStateException("a mistake");
        });
        try (var errors = new ErrorLog(MessageChecks.class)) {
            for (var n = 0; n < 2; n++) {
                assertThat(decided(ORDER))
                        .isInstanceOfSatisfying(
                                Decision.Denied.class,
                                denied -> assertThat(denied.reply().code()).isEqualTo(ErrorCode.APPLICATION_ERROR));
            }
            assertThat(errors.lines()).hasSize(1);
        }
    }

    @Test
    void whenTooManyWaitTheNextIsRefusedAtOnceAndNothingIsLost() {
        observe(attempt -> {});
        var waiting = List.of(decide(ORDER), decide(ORDER));

        assertThat(decide(ORDER).join())
                .isInstanceOfSatisfying(
                        Decision.Denied.class,
                        denied -> assertThat(denied.reply().code()).isEqualTo(ErrorCode.OVERLOADED));
        assertThat(decided(new Request.Join(ROOM, null))).isInstanceOf(Decision.Allowed.class);
        assertThat(waiting)
                .allSatisfy(one -> assertThat(one).isCompletedWithValueMatching(Decision.Allowed.class::isInstance));
        QuietLog.expect(WARNING, "messages of clients are refused", "too many wait to be examined");
    }
}
