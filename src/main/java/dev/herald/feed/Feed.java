package dev.herald.feed;

import dev.herald.api.Connection;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.Hub;
import dev.herald.request.Requests;
import jakarta.json.bind.Jsonb;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes each session at {@code /feed} a client of the hub. */
public final class Feed {

    private final Hub hub;
    private final Requests requests;
    private final Sockets sockets;
    private final FeedCodec codec;

    /** A feed in front of this hub. */
    public Feed(Hub hub, Requests requests, Sockets sockets, Jsonb jsonb) {
        this.hub = hub;
        this.requests = requests;
        this.sockets = sockets;
        this.codec = new FeedCodec(jsonb);
    }

    /**
     * Greets a new session.
     *
     * @throws IllegalStateException when the request did not pass the filter that says who it is from
     */
    FeedConnection open(Session session) {
        if (!(session.getUserPrincipal() instanceof PersonPrincipal principal)) {
            throw new IllegalStateException(
                    "the request for /feed did not pass Herald's filter: map dev.herald.web.VisitorFilter to it in web.xml");
        }
        var connection = new Connection(UUID.randomUUID().toString(), principal.person());
        var client = new FeedConnection(connection, device(session), session, sockets, codec, hub, requests);
        client.open();
        sockets.afterResumeWindow(client::startWaiting);
        return client;
    }

    /** What the client calls its device, if it does. */
    private static Optional<String> device(Session session) {
        return session.getRequestParameterMap().getOrDefault("device", List.of()).stream()
                .findFirst();
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
