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

/**
 * Carries the feed's messages between a WebSocket session and its {@link FeedConnection}. Messages come in parts, which {@link
 * FeedConnection} puts together: containers buffer whole ones, some without any limit.
 */
@Dependent
@ServerEndpoint(
        value = "/feed",
        subprotocols = FeedEndpoint.SUBPROTOCOL,
        encoders = {FeedJson.MessageEncoder.class, FeedJson.ReplyEncoder.class},
        decoders = FeedJson.RequestDecoder.class)
public class FeedEndpoint {

    /** Answered when it is offered, beside the one that carries a token: browsers want one of those that they have offered. */
    static final String SUBPROTOCOL = "herald";

    @Inject
    FeedSessions sessions;

    /** Admits the client. */
    @OnOpen
    public void open(Session session) {
        sessions.open(session);
    }

    /** Takes a part of a message. */
    @OnMessage
    public void receive(String part, boolean last, Session session) {
        sessions.find(session).ifPresent(client -> client.receive(part, last));
    }

    /** Refuses binary messages at their first part. */
    @OnMessage
    public void receive(byte[] part, boolean last, Session session) {
        sessions.find(session).ifPresent(FeedConnection::receiveBinary);
    }

    /** Notes that the client is alive. */
    @OnMessage
    public void receive(PongMessage pong, Session session) {
        sessions.find(session).ifPresent(client -> client.pong(pong.getApplicationData()));
    }

    /** Lets the client go. */
    @OnClose
    public void close(Session session, CloseReason reason) {
        sessions.close(session, reason);
    }

    /** Whatever the cause, only this client is affected. */
    @OnError
    public void fail(Session session, Throwable cause) {
        sessions.find(session).ifPresent(client -> client.containerFailed(cause));
    }
}
