package dev.herald.feed;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import org.jspecify.annotations.Nullable;

/** Carries text between a WebSocket session and its {@link RelayConnection}. */
@Dependent
@ServerEndpoint("/relay")
public class RelayEndpoint {

    @Inject
    Relay relay;

    /** This session's client: the container makes an endpoint for each session. */
    private @Nullable RelayConnection client;

    /** Admits the client. */
    @OnOpen
    public void open(Session session) {
        client = relay.open(session);
    }

    /** Takes a part: whole messages would be buffered by the container, on some without any limit. */
    @OnMessage
    public void receive(String part, boolean last) {
        if (client != null) {
            client.receive(part, last);
        }
    }

    /** Refuses binary messages at their first part. */
    @OnMessage
    public void receive(byte[] part, boolean last) {
        if (client != null) {
            client.receiveBinary();
        }
    }

    /** Notes that the client is alive. */
    @OnMessage
    public void receive(PongMessage pong) {
        if (client != null) {
            client.pong(pong.getApplicationData());
        }
    }

    /** Lets the client go. */
    @OnClose
    public void close() {
        if (client != null) {
            client.closed();
        }
    }

    /** Whatever the cause, only this client is affected. */
    @OnError
    public void fail(Throwable cause) {
        if (client != null) {
            client.fail(cause);
        }
    }
}
