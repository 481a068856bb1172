package dev.herald.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {

    private static final PersonPrincipal CLERK = with("ann", "clerk", PersonPrincipal.SIGNED_IN);
    private static final PersonPrincipal USER = with("名前", PersonPrincipal.SIGNED_IN);
    private static final PersonPrincipal GUEST = with("guest-abc");

    private static PersonPrincipal with(String id, String... roles) {
        return new PersonPrincipal(new Person(id, "somebody"), true, Set.of(roles), "");
    }

    private static AccessRules rules(String... rules) {
        return new AccessRules(Stream.of(rules).map(AccessRules.Rule::of).toList());
    }

    private static boolean allow(AccessRules rules, PersonPrincipal who, Action action, String channel) {
        return rules.allow(who, new Right(action, new ChannelName(channel)));
    }

    @Test
    void giveReadingAndWritingToRoles() {
        var rules = rules("orders.*:read=signed-in:write=clerk|boss");

        for (var reading : Set.of(Action.JOIN, Action.HISTORY, Action.PRESENCE)) {
            assertThat(allow(rules, USER, reading, "orders.eu")).isTrue();
            assertThat(allow(rules, GUEST, reading, "orders.eu")).isFalse();
        }
        assertThat(allow(rules, CLERK, Action.PUBLISH, "orders.eu")).isTrue();
        assertThat(allow(rules, USER, Action.PUBLISH, "orders.eu")).isFalse();
    }

    @Test
    void leaveToEveryoneWhatTheyDoNotName() {
        var rules = rules("orders.*:write=clerk");

        assertThat(allow(rules, GUEST, Action.JOIN, "orders.eu")).isTrue();
        assertThat(allow(rules, GUEST, Action.PUBLISH, "chat")).isTrue();
        assertThat(allow(AccessRules.NONE, GUEST, Action.PUBLISH, "chat")).isTrue();
    }

    @Test
    void countByTheFirstThatFits() {
        var rules = rules("orders.open:read=everyone:write=everyone", "orders.*:read=nobody:write=nobody");

        assertThat(allow(rules, GUEST, Action.PUBLISH, "orders.open")).isTrue();
        assertThat(allow(rules, CLERK, Action.JOIN, "orders.eu")).isFalse();
    }

    @Test
    void areAboutPrivateChannelsOnlyWhenTheySaySo() {
        var own = ChannelName.ofUser("ann").value();

        assertThat(allow(rules("*:read=nobody:write=nobody"), CLERK, Action.JOIN, own))
                .isTrue();
        assertThat(allow(rules("user:*:write=signed-in"), GUEST, Action.PUBLISH, own))
                .isFalse();
    }

    @Test
    void nameTheRolesThatTheContainerIsAskedFor() {
        var rules = rules("a:read= staff | signed-in", "b:c:write=clerk:read=everyone", "d:write=nobody");

        assertThat(rules.roles()).containsExactlyInAnyOrder("staff", "clerk");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders.*",
                "orders.*:write",
                ":read=staff",
                "orders *:read=staff",
                "orders.*:read=",
                "orders.*:read=a||b",
                "orders.*:read=a:read=b",
                "orders.*:delete=a",
                "orders.*:write=a:orders"
            })
    void areRefusedWithTheRuleAndAReasonWhenTheyAreNone(String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AccessRules.Rule.of(rule))
                .withMessageContaining("herald.policy")
                .withMessageContaining(rule);
    }
}
