package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.request.AccessRules;
import dev.herald.request.ChannelPermission;
import dev.herald.request.ErrorCode;
import dev.herald.request.Permission;
import dev.herald.request.Permission.Decision;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import dev.herald.request.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rights as clients of the feed meet them. */
class FeedPolicyTest extends FeedOverHub {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final String NO_NEWS =
            "{\"event\":\"left\",\"channel\":\"news\",\"code\":\"channel-forbidden\",\"message\":\"you may not join channel news\"}";

    private void rules(String... rules) {
        var all = new AccessRules(Stream.of(rules).map(AccessRules.Rule::of).toList());
        permission = new ChannelPermission(all, null, Duration.ZERO, System::nanoTime);
    }

    @Test
    void tellsWhoMayNotHearTheNewsSoAndDeliversNone() {
        rules("news:read=nobody");
        var ann = open(ANN);

        timer.endPauses();
        publish("news", "1");
        tell("ann", "2");

        assertThat(ann.news()).containsExactlyInAnyOrder(NO_NEWS, joined("user:ann", 0), privately("ann", 1, "2"));
        assertThat(hub.presence().people(ChannelName.NEWS)).isEmpty();
    }

    @Test
    void refusesJoinsResumesMessagesAndHistory() {
        publish("orders", "1");
        rules("orders:read=staff:write=clerk");
        var ann = started(ANN);

        ann.say("{'event':'join','channel':'orders','id':'a'}");
        ann.say(joinSince("orders", 0));
        ann.say("{'event':'placed','channel':'orders','data':2,'id':'b'}");
        ann.say("{'event':'history','channel':'orders','id':'c'}");

        assertThat(ann.news()).hasSize(4).allMatch(text -> text.contains("\"code\":\"channel-forbidden\""));
        assertThat(hub.latest(ORDERS, 9)).hasSize(1);
    }

    @Test
    void endsASubscriptionWhenTheRightIsTakenAway() {
        var ann = started(ANN);
        var bob = started(BOB);
        ann.say("{'event':'join','channel':'orders'}");
        bob.say("{'event':'join','channel':'orders'}");
        publish("orders", "1");
        rules("orders:read=staff");

        feed.requests.rooms().revoke("ann", ORDERS);
        publish("orders", "2");

        assertThat(ann.news())
                .containsExactly(
                        joined("orders", 0),
                        message("orders", 1, "1"),
                        "{\"event\":\"left\",\"channel\":\"orders\",\"code\":\"channel-forbidden\",\"message\":\"you may not join channel orders\"}");
        assertThat(bob.news()).endsWith(message("orders", 2, "2"));
    }

    @Test
    void keepsWhoMayStayWhenAllRightsAreAskedForAgain() {
        var ann = started(ANN);
        ann.say("{'event':'join','channel':'orders'}");
        ann.say("{'event':'join','channel':'secret'}");
        rules("secret:read=staff");

        feed.requests.rooms().revoke("ann", null);
        publish("orders", "1");
        publish("news", "2");

        assertThat(ann.news())
                .contains(message("orders", 1, "1"), message("news", 1, "2"))
                .filteredOn(text -> text.contains("\"left\""))
                .singleElement()
                .asString()
                .contains("\"channel\":\"secret\"");
    }

    @Test
    void sendAClientBackWhenNobodyCanSayWhetherItMayHearTheNews() {
        permission = (asker, request) -> CompletableFuture.failedStage(
                new RejectedException(ErrorCode.OVERLOADED, "it takes too long; come back later"));
        var ann = open(ANN);

        timer.endPauses();

        assertThat(ann.session.closes())
                .singleElement()
                .extracting(reason -> reason.getCloseCode().getCode())
                .isEqualTo(1013);
    }

    @Test
    void stayConnectedWhenTheApplicationFailsToSayWhetherTheyMay() {
        var ann = started(ANN);
        permission = (asker, request) -> CompletableFuture.failedStage(
                new RejectedException(ErrorCode.APPLICATION_ERROR, "the server made a mistake, which is in its log"));
        ann.say("{'event':'join','channel':'orders','id':'a'}");
        permission = Permission::byChannel;
        ann.say("{'event':'placed','channel':'orders','data':1,'id':'b'}");

        assertThat(ann.news())
                .containsExactly(
                        "{\"event\":\"error\",\"id\":\"a\",\"code\":\"server-error\",\"message\":\"the server made a mistake, which is in its log\"}",
                        ack("b", "orders", 1, false));
    }

    @Test
    void loseNothingWhileNobodyKnowsYet() {
        var decisions = new ArrayList<CompletableFuture<Decision>>();
        permission = (asker, request) -> {
            decisions.add(new CompletableFuture<>());
            return decisions.get(decisions.size() - 1);
        };
        var ann = open(ANN);
        ann.say("{'event':'placed','channel':'orders','data':1,'id':'a'}");
        publish("news", "2");
        assertThat(ann.news()).isEmpty();

        decisions.forEach(decision -> decision.complete(new Decision.Allowed()));

        assertThat(ann.news()).contains(joined("news", 0), message("news", 1, "2"), ack("a", "orders", 1, false));
    }

    @Test
    void doNotCountOnADecisionThatWasMadeBeforeTheRightWasTakenAway() {
        var first = new CompletableFuture<Decision>();
        var rules = new ArrayList<Permission>(List.of((asker, request) -> first));
        permission = (asker, request) ->
                request instanceof Request.Join join && join.channel().equals(ORDERS)
                        ? rules.get(0).decide(asker, request)
                        : Permission.ALLOWED;
        var ann = started(ANN);
        ann.say("{'event':'join','channel':'orders'}");
        rules.set(
                0,
                (asker, request) -> CompletableFuture.completedStage(new Decision.Denied(
                        new Reply.Rejected(ErrorCode.CHANNEL_FORBIDDEN, "sold-out", "no more", null))));
        feed.requests.rooms().revoke("ann", ORDERS);

        first.complete(new Decision.Allowed());
        publish("orders", "1");

        assertThat(ann.news())
                .doesNotContain(message("orders", 1, "1"))
                .last()
                .isEqualTo("{\"event\":\"left\",\"channel\":\"orders\",\"code\":\"sold-out\",\"message\":\"no more\"}");
    }
}
