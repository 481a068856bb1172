package dev.herald.feed;

import dev.herald.api.Connection;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.Hub;
import dev.herald.request.Admission;
import dev.herald.request.Requests;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sessions at {@code /feed} of this server, by their ids: each is one client of the hub. A session is here from its
 * opening until the container says that it is closed. Lives from deployment to undeployment; any thread may call it, holding
 * no lock.
 */
@ApplicationScoped
public class FeedSessions {

    private final Map<String, FeedConnection> connections = new ConcurrentHashMap<>();
    private final FeedCodec codec = new FeedCodec();

    @Inject
    Hub hub;

    @Inject
    Requests requests;

    @Inject
    Admission admission;

    @Inject
    Sockets sockets;

    /**
     * Greets a new session, once it is decided that it may connect.
     *
     * @throws IllegalStateException when the request did not pass the filter that says who it is from
     */
    public FeedConnection open(Session session) {
        if (!(session.getUserPrincipal() instanceof PersonPrincipal principal)) {
            throw new IllegalStateException(
                    "the request for /feed did not pass Herald's filter: map dev.herald.web.VisitorFilter to it in web.xml");
        }
        var client = new FeedConnection(principal, FeedQuery.of(session), session, sockets, codec, hub, requests);
        connections.put(session.getId(), client);
        var attempt = new ConnectionAttempt(principal, Connection.MAIN);
        admission.examine(attempt, () -> client.open(attempt));
        return client;
    }

    /** The client of a session that is not closed. */
    public Optional<FeedConnection> find(Session session) {
        return Optional.ofNullable(connections.get(session.getId()));
    }

    /** The session is closed, by whomever. */
    public void close(Session session, CloseReason reason) {
        var client = connections.remove(session.getId());
        if (client != null) {
            client.closed(inWords(reason));
        }
    }

    /** Why a session was closed, for people. */
    static String inWords(CloseReason reason) {
        return switch (reason.getCloseCode().getCode()) {
            case 1000, 1001, 1005 -> "closed by the client";
            case 1006 -> "connection lost";
            default -> "closed with code " + reason.getCloseCode().getCode();
        };
    }
}
