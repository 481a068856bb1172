package dev.herald.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Action;
import dev.herald.api.Answer;
import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.request.Permission.Decision;
import org.junit.jupiter.api.Test;

/** What holds where nobody says otherwise. */
class PermissionTest {

    private static final Asker ANN = Asker.of(new PersonPrincipal(new Person("ann", "Ann")));
    private static final ChannelName ROOM = new ChannelName("room");
    private static final ChannelName OWN = ChannelName.ofUser("ann");
    private static final ChannelName BOBS = ChannelName.ofUser("bob");
    private static final ChannelName ANOTHER_NAMESPACES = ChannelName.ofNamespace("/shop");

    @Test
    void channelsAreOpenToEveryone() {
        assertAllowed(new Request.Publish("placed", ROOM, "1", null));
        assertAllowed(new Request.Publish("news", ChannelName.NEWS, "1", null));
        assertAllowed(new Request.Join(ROOM, null));
        assertAllowed(new Request.Leave(ROOM));
        assertAllowed(new Request.History(ROOM, 1, 1));
    }

    @Test
    void everyoneReadsTheOwnPrivateChannelOnly() {
        assertAllowed(new Request.Join(OWN, null));
        assertAllowed(new Request.History(OWN, 1, 1));
        assertAllowed(new Request.Leave(OWN));
        assertAllowed(new Request.Seen(1, null));
        assertForbidden(new Request.Join(BOBS, null), "this is another person's private channel");
        assertForbidden(new Request.History(BOBS, 1, 1), "this is another person's private channel");
    }

    @Test
    void privateChannelsAreWrittenToByTheEventPrivateOnly() {
        assertAllowed(new Request.Tell("bob", "1", null));
        assertForbidden(
                new Request.Publish("placed", BOBS, "1", null),
                "a private channel is written to with the event private");
        assertForbidden(
                new Request.Publish("news", OWN, "1", null), "a private channel is written to with the event private");
    }

    @Test
    void channelsOfOtherNamespacesAreClosed() {
        var why = "this channel cannot be named by clients";
        assertForbidden(new Request.Publish("placed", ANOTHER_NAMESPACES, "1", null), why);
        assertForbidden(new Request.Join(ANOTHER_NAMESPACES, null), why);
        assertForbidden(new Request.Leave(ANOTHER_NAMESPACES), why);
        assertForbidden(new Request.History(ANOTHER_NAMESPACES, 1, 1), why);
    }

    @Test
    void whoeverConsidersIsAnsweredAsIfItAsked() {
        assertAllowed(new Request.Consider(Action.PUBLISH, ROOM));
        assertAllowed(new Request.Consider(Action.PUBLISH, BOBS));
        assertAllowed(new Request.Consider(Action.HISTORY, OWN));
        assertForbidden(new Request.Consider(Action.HISTORY, BOBS), "this is another person's private channel");
        assertForbidden(
                new Request.Consider(Action.PUBLISH, ANOTHER_NAMESPACES), "this channel cannot be named by clients");
        assertForbidden(
                new Request.Consider(Action.JOIN, ANOTHER_NAMESPACES), "this channel cannot be named by clients");
    }

    @Test
    void theApplicationHearsEveryone() {
        assertAllowed(new Request.ToApplication("order", "1", Answer.NONE));
    }

    private static void assertAllowed(Request request) {
        assertThat(Permission.byChannel(ANN, request)).isSameAs(Permission.ALLOWED);
    }

    private static void assertForbidden(Request request, String sentence) {
        assertThat(Permission.byChannel(ANN, request))
                .isCompletedWithValue(new Decision.Denied(ErrorCode.CHANNEL_FORBIDDEN, sentence));
    }
}
