package dev.herald.feed;

import jakarta.websocket.Session;
import java.util.List;
import java.util.Optional;

/**
 * What a client says in the query of its handshake, besides its name.
 *
 * @param device in the query {@code device}: what it calls its device, as it came
 * @param takesLists in the query {@code lists=true}: several messages may come together, as one JSON array
 */
record FeedQuery(Optional<String> device, boolean takesLists) {

    static FeedQuery of(Session session) {
        return new FeedQuery(first(session, "device"), first(session, "lists").equals(Optional.of("true")));
    }

    private static Optional<String> first(Session session, String name) {
        return session.getRequestParameterMap().getOrDefault(name, List.of()).stream()
                .findFirst();
    }
}
