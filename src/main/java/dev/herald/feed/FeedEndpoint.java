package dev.herald.feed;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import org.jspecify.annotations.Nullable;

/** Carries the feed's messages between a WebSocket session and its {@link FeedConnection}. */
@Dependent
@ServerEndpoint("/feed")
public class FeedEndpoint {

    @Inject
    Feed feed;

    /** This session's client: the container makes an endpoint for each session. */
    private @Nullable FeedConnection client;

    /** Admits the client. */
    @OnOpen
    public void open(Session session) {
        client = feed.open(session);
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

    /** Notes that the client lives. */
    @OnMessage
    public void receive(PongMessage pong) {
        if (client != null) {
            client.pong(pong.getApplicationData());
        }
    }

    /** Lets the client go. */
    @OnClose
    public void close(CloseReason reason) {
        if (client != null) {
            client.closed(Feed.inWords(reason));
        }
    }

    /** Whatever the cause, this client is lost, and nobody else. */
    @OnError
    public void fail(Throwable cause) {
        if (client != null) {
            client.containerFailed(cause);
        }
    }
}
