package dev.herald.request;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.PersonPrincipal;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Ends the connections whose login is over: by its expiry, with the HTTP session, by a logout. Any thread may call. The shared
 * timer looks, and another thread ends, holding no lock.
 */
public final class Logins {

    /** What a client is told whose login is over. */
    public static final String OVER = "you are not signed in any more";

    /** What other nodes are told, with the person and the sentence. */
    private static final String SIGN_OUT = "sign-out";

    private static final System.Logger LOG = System.getLogger(Logins.class.getName());

    private final Hub hub;
    private final Clock clock;
    private final Executor executor;

    /** The connections whose login can end. At most as many as there are connections, and those that have ended since the last look. */
    private final Set<Member> watched = ConcurrentHashMap.newKeySet();

    /** @param executor for what may wait for a client's socket */
    public Logins(Hub hub, Clock clock, Executor executor) {
        this.hub = hub;
        this.clock = clock;
        this.executor = executor;
        hub.remote().on(SIGN_OUT, told -> signOutHere(told.get(0), told.get(1)));
    }

    /** Whether a login is over, so that nothing may be opened by it. */
    public boolean isOver(PersonPrincipal principal) {
        return principal.login().isOver(clock.instant());
    }

    /** Looks after a connection that has begun, or has a new login. */
    public void watch(Member member) {
        if (member.connection().principal().login().canEnd()) {
            watched.add(member);
        }
    }

    /** Ends the connections whose login is over. Does not wait. */
    public void tick() {
        var now = clock.instant();
        watched.removeIf(member -> !member.isOpen());
        for (var member : watched) {
            if (member.connection().principal().login().isOver(now)) {
                end(member);
            }
        }
    }

    /** Those for which there is no thread now are ended later. */
    private void end(Member member) {
        try {
            executor.execute(() -> signOut(member, OVER));
            watched.remove(member);
        } catch (RejectedExecutionException e) {
            LOG.log(DEBUG, "no thread is free to end a connection whose login is over", e);
        }
    }

    /** Ends all connections of a person, on all nodes. May wait for the sockets of this one. */
    public void signOut(String personId, String sentence) {
        signOutHere(personId, sentence);
        hub.neighbours().command(SIGN_OUT, List.of(personId, sentence));
    }

    private void signOutHere(String personId, String sentence) {
        hub.presence().allMembers(personId).forEach(member -> signOut(member, sentence));
    }

    private static void signOut(Member member, String sentence) {
        var connection = member.connection();
        LOG.log(
                DEBUG,
                () -> "connection " + connection.id() + " of "
                        + connection.person().id() + " ends: " + sentence);
        try {
            member.signOut(ErrorCode.UNAUTHORIZED.code(), sentence);
        } catch (RuntimeException e) {
            LOG.log(ERROR, "connection " + connection.id() + " could not be ended when its login was over", e);
        }
    }
}
