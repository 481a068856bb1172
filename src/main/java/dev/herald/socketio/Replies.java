package dev.herald.socketio;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.JsonBytes;
import dev.herald.api.Position;
import dev.herald.hub.HistoryPage;
import dev.herald.hub.Subscription;
import dev.herald.request.Reply;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What Herald itself says to clients, in acknowledgements and events, as JSON ({@code docs/socketio.md}). */
final class Replies {

    private static final JsonProvider JSON = JsonProvider.provider();

    private Replies() {}

    /**
     * A client is connected.
     *
     * @param pid by which it may come back; {@code null} for none
     */
    static String connected(Connection connection, @Nullable String pid) {
        var json = JSON.createObjectBuilder().add("sid", connection.id());
        return (pid == null ? json : json.add("pid", pid)).build().toString();
    }

    /** Where a client is in a channel that it has joined. */
    static String joined(Subscription subscription) {
        var outcome = subscription.outcome();
        var json = inChannel(subscription.channel()).add("recovered", outcome.recovered());
        if (outcome.reason() != null) {
            json.add("reason", outcome.reason().name().toLowerCase(Locale.ROOT));
        }
        if (outcome.since() != null) {
            json.add("since", outcome.since().offset());
        }
        return json.add("head", outcome.head().offset())
                .add("epoch", outcome.head().epoch())
                .build()
                .toString();
    }

    static String left(ChannelName channel) {
        return inChannel(channel).build().toString();
    }

    /** The client may not be in a channel, and is not any more. */
    static String expelled(ChannelName channel, String code, String sentence) {
        return inChannel(channel)
                .add("code", code)
                .add("message", sentence)
                .build()
                .toString();
    }

    /** Up to where a client has seen its private messages. */
    static String seen(ChannelName channel, Position seen) {
        return inChannel(channel)
                .add("offset", seen.offset())
                .add("epoch", seen.epoch())
                .build()
                .toString();
    }

    /** Until when a client's new token is good. */
    static String authenticated(Reply.Authenticated reply) {
        var json = JSON.createObjectBuilder();
        return (reply.until() == null ? json : json.add("until", reply.until().toString()))
                .build()
                .toString();
    }

    /** A page, whose messages are JSON already. */
    static String history(HistoryPage page) {
        return "{\"channel\":" + EventArguments.quoted(page.channel().value())
                + ",\"messages\":" + page.messagesJson()
                + ",\"head\":" + page.head().offset()
                + ",\"epoch\":" + EventArguments.quoted(page.head().epoch()) + "}";
    }

    private static JsonObjectBuilder inChannel(ChannelName channel) {
        return JSON.createObjectBuilder().add("channel", channel.value());
    }

    /** The acknowledgement of what is rejected. */
    static String rejected(Reply.Rejected e) {
        return JSON.createObjectBuilder().add("error", error(e)).build().toString();
    }

    /**
     * The event for what is rejected and cannot be acknowledged.
     *
     * @param event which one is rejected; {@code null} when that is not known
     */
    static String error(Reply.Rejected e, @Nullable String event) {
        var error = JSON.createObjectBuilder(error(e));
        return (event == null ? error : error.add("event", event)).build().toString();
    }

    private static JsonObject error(Reply.Rejected e) {
        var json = JSON.createObjectBuilder().add("code", e.word()).add("message", e.sentence());
        e.retryAfterMillis().ifPresent(wait -> json.add("retryAfter", wait));
        e.instead().forEach((member, value) -> json.add(member, JsonBytes.escape(value)));
        return json.build();
    }
}
