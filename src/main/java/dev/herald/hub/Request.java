package dev.herald.hub;

import static dev.herald.hub.ErrorCode.CHANNEL_FORBIDDEN;
import static dev.herald.hub.ErrorCode.CHANNEL_INVALID;
import static dev.herald.hub.ErrorCode.EVENT_INVALID;
import static dev.herald.hub.ErrorCode.EVENT_RESERVED;
import static dev.herald.hub.ErrorCode.ID_INVALID;
import static dev.herald.hub.ErrorCode.TO_INVALID;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import org.jspecify.annotations.Nullable;

/** What a client can ask of Herald, in whichever protocol. */
public sealed interface Request {

    /** The word that stands for the connection's own private channel where a channel is named. */
    String PRIVATE = "private";

    /** The client's own id of the message; {@code null} when it gave none. */
    @Nullable
    String id();

    /**
     * A message for everyone in a channel.
     *
     * @param json the data as JSON text
     */
    record Publish(
            String event,
            ChannelName channel,
            String json,
            @Nullable String id) implements Request {}

    /** A message for one person. */
    record Tell(String to, String json, @Nullable String id) implements Request {}

    /**
     * Wants a channel's messages.
     *
     * @param channel {@code null} for the own private one
     * @param since the last message the client has; {@code null} to begin now
     */
    record Join(
            @Nullable ChannelName channel,
            @Nullable Position since,
            @Nullable String id) implements Request {}

    /**
     * Wants a channel's messages no longer.
     *
     * @param channel {@code null} for the own private one
     */
    record Leave(@Nullable ChannelName channel, @Nullable String id) implements Request {}

    /**
     * What a client says, before anybody has looked at it. What it left out is {@code null}.
     *
     * @param since is checked already
     */
    record Words(
            @Nullable String event,
            @Nullable String channel,
            @Nullable String to,
            @Nullable String id,
            @Nullable Position since,
            String json) {

        /** What is asked for with these words. */
        public Request request() {
            return Request.of(this);
        }

        /**
         * The id, if it may be one.
         *
         * @throws RejectedException when not
         */
        public @Nullable String checkedId() {
            if (id != null && (id.isEmpty() || id.length() > Draft.MAX_CLIENT_ID)) {
                throw new RejectedException(ID_INVALID, null, "id is 1 to " + Draft.MAX_CLIENT_ID + " characters");
            }
            return id;
        }

        /**
         * The event's name, if it may be one.
         *
         * @throws RejectedException when not
         */
        public String checkedEvent() {
            if (event == null || !EventName.isValid(event)) {
                throw new RejectedException(
                        EVENT_INVALID, id, "event is the message's name, 1 to " + EventName.MAX_LENGTH + " characters");
            }
            return event;
        }
    }

    private static Request of(Words words) {
        var id = words.checkedId();
        var event = words.checkedEvent();
        return switch (event) {
            case "join" -> new Join(channelOrOwn(words), words.since(), id);
            case "leave" -> new Leave(channelOrOwn(words), id);
            case PRIVATE -> new Tell(to(words), words.json(), id);
            default -> publish(event, words);
        };
    }

    private static Publish publish(String event, Words words) {
        if (EventName.isReserved(event)) {
            throw new RejectedException(EVENT_RESERVED, words.id(), "the event " + event + " is the server's own");
        }
        var isNews = event.equals("news") && words.channel() == null;
        var channel = isNews ? ChannelName.NEWS : channel(words);
        if (channel.isPrivate() || channel.value().equals(PRIVATE)) {
            throw new RejectedException(
                    CHANNEL_FORBIDDEN, words.id(), "a private channel is written to with the event private");
        }
        requireOpen(channel, words);
        return new Publish(event, channel, words.json(), words.id());
    }

    private static @Nullable ChannelName channelOrOwn(Words words) {
        if (PRIVATE.equals(words.channel())) {
            return null;
        }
        var channel = channel(words);
        if (!channel.isPrivate()) {
            requireOpen(channel, words);
        }
        return channel;
    }

    private static void requireOpen(ChannelName channel, Words words) {
        if (!channel.isOpen()) {
            throw new RejectedException(CHANNEL_FORBIDDEN, words.id(), "this channel cannot be named by clients");
        }
    }

    private static ChannelName channel(Words words) {
        if (words.channel() == null) {
            throw new RejectedException(CHANNEL_INVALID, words.id(), "channel is missing");
        }
        try {
            return new ChannelName(words.channel());
        } catch (IllegalArgumentException e) {
            throw new RejectedException(CHANNEL_INVALID, words.id(), String.valueOf(e.getMessage()));
        }
    }

    private static String to(Words words) {
        var to = words.to();
        if (to == null || to.isEmpty() || to.length() > Person.MAX_ID) {
            throw new RejectedException(TO_INVALID, words.id(), "to is the id of a person");
        }
        return to;
    }
}
