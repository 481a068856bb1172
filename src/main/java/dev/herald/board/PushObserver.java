package dev.herald.board;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.ChannelName;
import dev.herald.api.Herald;
import dev.herald.api.On;
import dev.herald.api.Received;
import dev.herald.api.RefusedException;
import dev.herald.api.SignedOut;
import dev.herald.boardstore.BoardStore;
import dev.herald.boardstore.PushTables;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;

/**
 * Has those told by Web Push who are not there when somebody writes to them or names them: who is away or offline on all devices. A message
 * is observed once, on the node to which its sender is connected; so it is pushed once. Called by the threads of observers, which hold no
 * lock: it waits for the database. Left out when {@code herald.push} or {@code herald.board} is false.
 */
@ApplicationScoped
public class PushObserver {

    private static final System.Logger LOG = System.getLogger(PushObserver.class.getName());

    /** The most people who are told of one message. */
    static final int MAX_NAMED = 50;

    @Inject
    Herald herald;

    @Inject
    BoardStore store;

    @Inject
    Pusher pusher;

    void tellOfPrivate(@Observes @On("private") Received message) {
        var to = message.to();
        if (to != null && !to.equals(message.person().id())) {
            unlessRefused(() -> tell(List.of(to), Missed.of(message)));
        }
    }

    void tellOfNews(@Observes @On("news") Received message) {
        tellNamed(message);
    }

    void tellOfMessage(@Observes @On("message") Received message) {
        tellNamed(message);
    }

    /** Who is signed out everywhere is told nothing on any device until the person is there again. Whoever signs out is told if this fails. */
    void forget(@Observes SignedOut gone) {
        store.push().forgetAll(gone.personId());
    }

    private void tellNamed(Received message) {
        var channel = message.channel();
        // Most messages name nobody, and need not be read.
        if (channel != null && channel.isOpen() && message.json().indexOf('@') >= 0) {
            unlessRefused(() -> tell(named(message, channel), Missed.of(message)));
        }
    }

    private List<String> named(Received message, ChannelName channel) {
        var names = Text.of(message.data())
                .filter(text -> pusher.isNeeded())
                .map(text -> Text.mentionable(text, PushTables.MAX_NAMES))
                .orElseGet(Set::of);
        var sender = message.person().id();
        return store.push().named(names, channel.equals(ChannelName.NEWS) ? null : channel, MAX_NAMED).stream()
                .filter(id -> !id.equals(sender))
                .toList();
    }

    private void tell(List<String> personIds, Missed missed) {
        for (var id : personIds) {
            if (pusher.isNeeded() && isAbsent(id)) {
                pusher.tell(id, missed);
            }
        }
    }

    private boolean isAbsent(String personId) {
        return !herald.isOnline(personId) || store.names().isAway(personId);
    }

    /** The message is in the log; that it is not pushed while the database does not answer is logged by the store. */
    private static void unlessRefused(Runnable work) {
        try {
            work.run();
        } catch (RefusedException e) {
            LOG.log(DEBUG, "a message is not pushed", e);
        }
    }
}
