package dev.herald.feed;

import jakarta.websocket.Session;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open connections of the relay. What one says goes to all the others, in the order in which it said it. Any thread may call,
 * holding no lock. */
public final class Relay {

    private final Sockets sockets;
    private final int maxConnections;
    private final Set<RelayConnection> open = ConcurrentHashMap.newKeySet();

    /**
     * A relay without connections.
     *
     * @param maxConnections more are turned away
     */
    public Relay(Sockets sockets, int maxConnections) {
        this.sockets = sockets;
        this.maxConnections = maxConnections;
    }

    RelayConnection open(Session session) {
        var connection = new RelayConnection(session, sockets, this);
        open.add(connection);
        if (open.size() > maxConnections) {
            sockets.warn("connections to the relay are turned away: it has as many as it takes");
            connection.turnAway();
        }
        return connection;
    }

    void forget(RelayConnection connection) {
        open.remove(connection);
    }

    void pass(RelayConnection from, String message) {
        var frame = new Frame.Text(message);
        for (var connection : open) {
            if (connection != from) {
                connection.send(frame);
            }
        }
    }
}
