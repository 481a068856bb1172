package dev.herald.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Access;
import dev.herald.api.Action;
import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.document.Change;
import dev.herald.request.Permission.Decision;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChannelPermissionTest {

    private static final Duration RECHECK = Duration.ofSeconds(60);
    private static final PersonPrincipal ANN =
            new PersonPrincipal(new Person("ann", "Ann"), true, Set.of("clerk"), "192.0.2.1");
    private static final ChannelName CART = ChannelName.ofDocument("cart");
    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final Request PUBLISH = new Request.Publish("placed", ORDERS, "1", null);
    private static final Request JOIN = new Request.Join(ORDERS, null);

    /** What the policy was asked, each with the answer that it has not given yet. */
    private final List<Right> asked = new ArrayList<>();

    private final List<CompletableFuture<Access>> answers = new ArrayList<>();
    private long now = 5;
    private AccessRules rules = AccessRules.NONE;

    /** As for one connection, for which decisions are kept. */
    private final Asker ann = Asker.of(ANN);

    private Permission permission(Policy policy) {
        return new ChannelPermission(rules, policy, RECHECK, () -> now);
    }

    private CompletionStage<Access> ask(PersonPrincipal who, Right right) {
        assertThat(who).isEqualTo(ANN);
        asked.add(right);
        answers.add(new CompletableFuture<>());
        return answers.get(answers.size() - 1);
    }

    private static boolean isAllowed(CompletionStage<Decision> decision) {
        return decision.toCompletableFuture().join() instanceof Decision.Allowed;
    }

    /** One request of each kind, with the right that is needed for it; without one it is not asked for. */
    static Stream<Object[]> requests() {
        var own = ChannelName.ofUser("ann");
        return Stream.of(
                new Object[] {PUBLISH, List.of(new Right(Action.PUBLISH, ORDERS))},
                new Object[] {
                    new Request.Tell("سلمى", "1", null), List.of(new Right(Action.PUBLISH, ChannelName.ofUser("سلمى")))
                },
                new Object[] {JOIN, List.of(new Right(Action.JOIN, ORDERS))},
                new Object[] {new Request.History(ORDERS, 1, 1), List.of(new Right(Action.HISTORY, ORDERS))},
                new Object[] {new Request.Presence(ORDERS), List.of(new Right(Action.PRESENCE, ORDERS))},
                new Object[] {new Request.Consider(Action.HISTORY, ORDERS), List.of(new Right(Action.HISTORY, ORDERS))},
                new Object[] {new Request.Seen(1, null), List.of(new Right(Action.JOIN, own))},
                new Object[] {new Request.Open("cart", null), List.of(new Right(Action.JOIN, CART))},
                new Object[] {new Request.ReadDocument("cart"), List.of(new Right(Action.HISTORY, CART))},
                new Object[] {
                    new Request.ChangeDocument("cart", null, null, null, new Change.Merge(JsonValue.NULL)),
                    List.of(new Right(Action.PUBLISH, CART))
                },
                new Object[] {new Request.PresentInDocument("cart", "1"), List.of(new Right(Action.PRESENCE, CART))},
                new Object[] {new Request.PeopleInDocument("cart"), List.of(new Right(Action.PRESENCE, CART))},
                new Object[] {new Request.Leave(ORDERS), List.of()},
                new Object[] {new Request.Authenticate("token"), List.of()},
                new Object[] {new Request.ToApplication("order", "1", Answer.NONE), List.of()});
    }

    @Test
    void coversEachKindOfRequest() {
        assertThat(requests().<Class<?>>map(one -> one[0].getClass()))
                .as("whoever adds a kind of request says here whether the policy is asked for it")
                .containsExactlyInAnyOrderElementsOf(kinds(Request.class).toList());
    }

    /** The records of a sealed interface, also of those within it. */
    private static Stream<Class<?>> kinds(Class<?> sealed) {
        return Stream.of(sealed.getPermittedSubclasses())
                .flatMap(kind -> kind.isSealed() ? kinds(kind) : Stream.of(kind));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void asksThePolicyForTheRightThatARequestNeeds(Request request, List<Right> rights) {
        var decision = permission(this::ask).decide(ann, request);

        assertThat(asked).isEqualTo(rights);
        answers.forEach(answer -> answer.complete(Access.deny("members-only", "no")));
        if (rights.isEmpty()) {
            assertThat(isAllowed(decision)).isTrue();
        } else {
            assertThat(decision.toCompletableFuture().join())
                    .isEqualTo(new Decision.Denied(
                            new Reply.Rejected(ErrorCode.CHANNEL_FORBIDDEN, "members-only", "no", null)));
        }
    }

    @Test
    void neverAllowsWhatHoldsEverywhere() {
        var permission = permission((who, right) -> CompletableFuture.completedStage(Access.allow()));

        for (var name : List.of(ChannelName.ofUser("bob").value(), "ns:shop")) {
            var channel = new ChannelName(name);
            assertThat(isAllowed(permission.decide(ann, new Request.Join(channel, null))))
                    .isFalse();
            assertThat(isAllowed(permission.decide(ann, new Request.Publish("x", channel, "1", null))))
                    .isFalse();
            assertThat(isAllowed(permission.decide(ann, new Request.History(channel, 1, 1))))
                    .isFalse();
            assertThat(isAllowed(permission.decide(ann, new Request.Presence(channel))))
                    .isFalse();
        }
        assertThat(isAllowed(permission.decide(ann, new Request.Publish("doc:changed", CART, "1", null))))
                .as("a document is written to by changing it")
                .isFalse();
    }

    @Test
    void goesByTheRulesWithoutAPolicyAndWhereItSaysSo() {
        rules = new AccessRules(List.of(AccessRules.Rule.of("orders:read=boss:write=clerk")));
        var leavesItToThem = permission((who, right) -> CompletableFuture.completedStage(Access.asConfigured()));
        var overrides = permission((who, right) -> CompletableFuture.completedStage(Access.allow()));

        for (var permission : List.of(permission(null), leavesItToThem)) {
            assertThat(isAllowed(permission.decide(ann, PUBLISH))).isTrue();
            assertThat(permission.decide(ann, JOIN).toCompletableFuture().join())
                    .isEqualTo(new Decision.Denied(ErrorCode.CHANNEL_FORBIDDEN, "you may not join channel orders"));
        }
        assertThat(isAllowed(overrides.decide(ann, JOIN))).isTrue();
    }

    @Test
    void asksForPublishingOnceUntilTheRecheckIsDueAndForEachJoin() {
        var permission = permission(this::ask);
        permission.decide(ann, PUBLISH);
        permission.decide(ann, PUBLISH);
        answers.get(0).complete(Access.allow());
        now += RECHECK.toNanos() - 1;
        assertThat(isAllowed(permission.decide(ann, PUBLISH))).isTrue();
        assertThat(asked).hasSize(1);

        now += 1;
        var again = permission.decide(ann, PUBLISH);
        answers.get(1).complete(Access.deny("no longer"));
        permission.decide(ann, JOIN);
        permission.decide(ann, JOIN);

        assertThat(isAllowed(again)).isFalse();
        assertThat(asked).hasSize(4);
    }

    @Test
    void asksAgainWhoWasDeniedOrWasNotAnswered() {
        var permission = permission(this::ask);
        permission.decide(ann, PUBLISH);
        answers.get(0).complete(Access.deny("not yet"));
        permission.decide(ann, PUBLISH);
        answers.get(1).completeExceptionally(new RejectedException(ErrorCode.OVERLOADED, "later"));
        var third = permission.decide(ann, PUBLISH);
        answers.get(2).complete(Access.allow());

        assertThat(isAllowed(third)).isTrue();
    }

    @Test
    void asksAlwaysWhenNothingIsToBeKept() {
        var always = new ChannelPermission(AccessRules.NONE, this::ask, Duration.ZERO, () -> now);

        for (var n = 0; n < 3; n++) {
            always.decide(ann, PUBLISH);
            answers.get(n).complete(Access.allow());
        }

        assertThat(asked).hasSize(3);
    }

    @Test
    void forgetsWhatWasDecidedOnARevokedChannel() {
        var permission = permission(this::ask);
        permission.decide(ann, PUBLISH);
        permission.decide(ann, new Request.Publish("x", new ChannelName("chat"), "1", null));
        answers.forEach(answer -> answer.complete(Access.allow()));

        ann.decisions().revoke(ORDERS);
        permission.decide(ann, PUBLISH);
        permission.decide(ann, new Request.Publish("x", new ChannelName("chat"), "1", null));
        assertThat(asked).hasSize(3);
        ann.decisions().revoke(null);
        permission.decide(ann, new Request.Publish("x", new ChannelName("chat"), "1", null));
        assertThat(asked).hasSize(4);
    }

    @Test
    void keepsABoundedNumberOfDecisions() {
        var permission = permission((who, right) -> CompletableFuture.completedStage(Access.allow()));

        for (var n = 0; n < 3 * Decisions.MAX; n++) {
            permission.decide(ann, new Request.Publish("x", new ChannelName("c" + n), "1", null));
        }

        assertThat(ann.decisions().size()).isEqualTo(Decisions.MAX);
    }

    @Test
    void keepsNothingOfADecisionThatARevocationHasOvertaken() {
        var permission = permission(this::ask);
        permission.decide(ann, PUBLISH);
        ann.decisions().revoke(ORDERS);
        answers.get(0).complete(Access.allow());

        permission.decide(ann, PUBLISH);

        assertThat(asked).hasSize(2);
    }

    @Test
    void asksOnceHoweverManyThreadsAskTogether() throws Exception {
        var permission = permission((who, right) -> {
            synchronized (this) {
                return ask(who, right);
            }
        });
        var threads = Stream.generate(() -> new Thread(() -> permission.decide(ann, PUBLISH)))
                .limit(8)
                .toList();
        threads.forEach(Thread::start);
        for (var thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        }

        assertThat(asked).hasSize(1);
    }
}
