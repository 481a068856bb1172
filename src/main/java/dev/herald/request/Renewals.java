package dev.herald.request;

import static java.lang.System.Logger.Level.DEBUG;

import dev.herald.api.Credentials;
import dev.herald.api.Identity;
import dev.herald.hub.Member;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes a new token of a connection, which goes on by that. The token must be of the same person: what is queued for the client is
 * that person's. Any thread may call, with no lock held.
 */
final class Renewals {

    private static final System.Logger LOG = System.getLogger(Renewals.class.getName());

    private final Authentication authentication;
    private final Logins logins;
    private final Rooms rooms;

    Renewals(Authentication authentication, Logins logins, Rooms rooms) {
        this.authentication = authentication;
        this.logins = logins;
        this.rooms = rooms;
    }

    CompletionStage<Reply> renew(Member member, String token) {
        var reply = new CompletableFuture<Reply>();
        var credentials = new Credentials(token, member.connection().handshake());
        var unused = authentication.authenticateLater(credentials).whenComplete((identity, failure) -> {
            try {
                reply.complete(
                        failure == null
                                ? renew(member, identity)
                                : Rejections.of(
                                        "a new token of connection "
                                                + member.connection().id(),
                                        failure));
            } catch (IllegalArgumentException e) {
                LOG.log(DEBUG, "a new token is not taken", e);
                reply.complete(
                        new Reply.Rejected(ErrorCode.UNAUTHORIZED, "what the token says is too much to be kept"));
            }
        });
        return reply;
    }

    private Reply renew(Member member, Optional<Identity> identity) {
        var connection = member.connection();
        if (identity.isEmpty()) {
            return new Reply.Rejected(ErrorCode.UNAUTHORIZED, "the token is not valid");
        }
        if (!identity.get().id().equals(connection.person().id())) {
            return new Reply.Rejected(ErrorCode.UNAUTHORIZED, "this is another person's token: connect anew with it");
        }
        connection.state().renew(connection.principal().as(identity.get()));
        // Its rights may be others than before.
        Asker.of(member).decisions().revoke(null);
        member.channels().forEach(channel -> rooms.askAgain(member, channel));
        logins.watch(member);
        return new Reply.Authenticated(identity.get().expires());
    }
}
