package dev.herald.socketio;

import static dev.herald.socketio.TestServer.ANN;
import static dev.herald.socketio.TestServer.MAIN;
import static dev.herald.socketio.TestServer.SHOP;
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

/** Rights as clients of Socket.IO meet them. */
class PolicyTest {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final String LEFT =
            "[\"left\",{\"channel\":\"orders\",\"code\":\"channel-forbidden\",\"message\":\"you may not join channel orders\"}]";

    private final TestServer server = new TestServer();

    private void rules(String... rules) {
        var all = new AccessRules(Stream.of(rules).map(AccessRules.Rule::of).toList());
        server.permission = new ChannelPermission(all, null, Duration.ZERO, System::nanoTime);
    }

    @Test
    void refuseJoinsMessagesAndHistory() {
        rules("orders:read=staff:write=clerk");
        var ann = server.connect(ANN);

        ann.say("2", "1[\"join\",\"orders\"]");
        ann.say("2", "2[\"placed\",7,{\"channel\":\"orders\"}]");
        ann.say("2", "3[\"history\",\"orders\"]");

        assertThat(ann.hear()).hasSize(3).allMatch(text -> text.contains("\"code\":\"channel-forbidden\""));
        assertThat(server.hub.latest(ORDERS, 9)).isEmpty();
    }

    @Test
    void sayWhenAClientMayTryAgain() {
        var ann = server.connect(ANN);
        ann.hear();
        server.permission = (asker, request) -> CompletableFuture.completedStage(
                new Decision.Denied(Reply.Rejected.ofRate("too much; wait", Duration.ofMillis(1_500))));

        ann.say("2", "1[\"placed\",7,{\"channel\":\"orders\"}]");
        ann.emit("\"placed\",7,{\"channel\":\"orders\"}");

        assertThat(ann.hear())
                .containsExactly(
                        "431[{\"error\":{\"code\":\"rate-limited\",\"message\":\"too much; wait\",\"retryAfter\":1500}}]",
                        "42[\"error\",{\"code\":\"rate-limited\",\"message\":\"too much; wait\",\"retryAfter\":1500,\"event\":\"placed\"}]");
    }

    @Test
    void doNotPutIntoTheNewsWhoMayNotHearThem() {
        rules("news:read=nobody");
        var ann = server.connect(ANN);
        server.publish(ChannelName.NEWS, "n", "1");

        assertThat(server.hub.peer(ann.sid()).orElseThrow().channels()).doesNotContain(ChannelName.NEWS);
        assertThat(ann.events()).noneMatch(text -> text.startsWith("[\"n\""));
    }

    @Test
    void areNotAskedForInOtherNamespaces() {
        rules("*:read=nobody:write=nobody");
        var ann = server.connect(ANN, SHOP);

        server.publish(ChannelName.ofNamespace(SHOP), "n", "1");

        assertThat(ann.events()).hasSize(1);
    }

    @Test
    void endASubscriptionWhenTheyAreTakenAwayAndAClientThatRecoversStaysOutside() {
        var ann = server.connect(ANN);
        ann.say("2", "1[\"join\",\"orders\"]");
        server.publish(ORDERS, "n", "1");
        ann.hear();
        rules("orders:read=staff");

        server.requests.rooms().revoke("ann", ORDERS);
        server.publish(ORDERS, "n", "2");

        assertThat(ann.events()).containsExactly(LEFT);
        ann.transport.cut();
        var back = new TestSocket(server.open(ANN), MAIN).connect(ann.comeback());
        assertThat(back.sid()).isEqualTo(ann.sid());
        assertThat(server.hub.peer(back.sid()).orElseThrow().channels()).doesNotContain(ORDERS);
    }

    @Test
    void areAskedForAgainWhenAClientRecoversWhichBeginsAnewWithoutThem() {
        var ann = server.connect(ANN);
        ann.say("2", "1[\"join\",\"orders\"]");
        ann.hear();
        ann.transport.cut();
        server.publish(ORDERS, "n", "1");
        rules("orders:read=staff");

        var back = new TestSocket(server.open(ANN), MAIN).connect(ann.comeback());

        assertThat(back.sid()).isNotEqualTo(ann.sid());
        assertThat(server.hub.peer(back.sid()).orElseThrow().channels()).doesNotContain(ORDERS);
        assertThat(server.outcomes("forbidden")).isEqualTo(1);
        assertThat(back.events()).isEmpty();
    }

    @Test
    void thatNobodyCanDecideNowLeaveAClientWhatItHas() {
        var ann = server.connect(ANN);
        ann.say("2", "1[\"join\",\"orders\"]");
        ann.hear();
        ann.transport.cut();
        server.publish(ORDERS, "n", "1");
        server.permission = (asker, request) ->
                CompletableFuture.failedStage(new RejectedException(ErrorCode.OVERLOADED, "come back later"));
        var first = server.open(ANN);
        first.post("40" + ann.comeback());
        assertThat(first.isClosed()).isTrue();
        server.permission = Permission::byChannel;

        var second = server.open(ANN);
        second.post("40" + ann.comeback());

        assertThat(second.hear())
                .anyMatch(text -> text.startsWith("42[\"n\",1"))
                .last()
                .asString()
                .contains(ann.sid());
    }

    @Test
    void holdUpARecoveryOnlyUntilTheyAreDecided() {
        var ann = server.connect(ANN);
        ann.say("2", "1[\"join\",\"orders\"]");
        ann.hear();
        ann.transport.cut();
        server.publish(ORDERS, "n", "1");
        var decisions = new ArrayList<CompletableFuture<Decision>>();
        server.permission = (asker, request) -> {
            decisions.add(new CompletableFuture<>());
            return decisions.get(decisions.size() - 1);
        };
        var transport = server.open(ANN);
        transport.post("40" + ann.comeback());
        assertThat(transport.hear()).isEmpty();

        decisions.forEach(decision -> decision.complete(new Decision.Allowed()));

        assertThat(transport.hear())
                .anyMatch(text -> text.startsWith("42[\"n\",1"))
                .last()
                .asString()
                .contains(ann.sid());
    }

    @Test
    void holdForWhatAClientResumes() {
        server.publish(ORDERS, "n", "1");
        rules("orders:read=staff");

        var transport = server.open(ANN);
        transport.post("40{\"resume\":{\"orders\":{\"epoch\":\"life.0\",\"offset\":0}}}");

        assertThat(transport.hear())
                .noneMatch(text -> text.startsWith("42[\"n\""))
                .anyMatch(text -> text.contains("channel-forbidden") && text.contains("\"event\":\"resume\""));
    }

    @Test
    void letWhatIsResumedComeBeforeTheNewsHoweverLongTheyTake() {
        server.publish(ChannelName.NEWS, "n", "1");
        var resumed = new CompletableFuture<Decision>();
        var isFirst = new ArrayList<>(List.of(true));
        server.permission = (asker, request) ->
                request instanceof Request.Join && isFirst.remove(true) ? resumed : Permission.ALLOWED;
        var transport = server.open(ANN);
        transport.post("40{\"resume\":{\"news\":{\"epoch\":\"life.0\",\"offset\":0}}}");
        server.publish(ChannelName.NEWS, "n", "2");
        assertThat(transport.hear()).noneMatch(text -> text.startsWith("42[\"n\""));

        resumed.complete(new Decision.Allowed());

        assertThat(transport.hear())
                .filteredOn(text -> text.startsWith("42[\"n\""))
                .extracting(text -> text.substring(0, 8))
                .containsExactly("42[\"n\",1", "42[\"n\",2");
    }

    @Test
    void areNotAskedForWhatTheApplicationDoes() {
        rules("orders:read=nobody:write=nobody");
        var ann = server.connect(ANN);

        server.hub.peer(ann.sid()).orElseThrow().join("orders");
        server.publish(ORDERS, "n", "1");

        assertThat(ann.events()).hasSize(1);
    }
}
