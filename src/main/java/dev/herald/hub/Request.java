package dev.herald.hub;

import static dev.herald.hub.ErrorCode.CHANNEL_FORBIDDEN;
import static dev.herald.hub.ErrorCode.CHANNEL_INVALID;
import static dev.herald.hub.ErrorCode.EVENT_INVALID;
import static dev.herald.hub.ErrorCode.EVENT_RESERVED;
import static dev.herald.hub.ErrorCode.HISTORY_INVALID;
import static dev.herald.hub.ErrorCode.ID_INVALID;
import static dev.herald.hub.ErrorCode.SEEN_INVALID;
import static dev.herald.hub.ErrorCode.TO_INVALID;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import org.jspecify.annotations.Nullable;

/** What a client can ask of Herald, in whichever protocol. */
public sealed interface Request {

    /** The word that stands for the connection's own private channel where a channel is named. */
    String PRIVATE = "private";

    /** The event by which clients ask for a channel's past. */
    String HISTORY = "history";

    /** The event by which clients say what has been seen. */
    String SEEN = "seen";

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
            @Nullable String id) implements Request {

        /** The channel, if who has this private channel may join it. */
        ChannelName permittedTo(ChannelName own) {
            return Request.permitted(channel, own, id);
        }
    }

    /**
     * Wants a channel's messages no longer.
     *
     * @param channel {@code null} for the own private one
     */
    record Leave(@Nullable ChannelName channel, @Nullable String id) implements Request {}

    /**
     * Wants a page of a channel's past.
     *
     * @param channel {@code null} for the own private one
     * @param before only messages of lower offsets, at least 1
     * @param limit the most messages, 1 to {@link HistoryPage#MAX_LIMIT}
     */
    record History(
            @Nullable ChannelName channel,
            long before,
            int limit,
            @Nullable String id) implements Request {

        /** The channel, if who has this private channel may read it. */
        ChannelName permittedTo(ChannelName own) {
            return Request.permitted(channel, own, id);
        }
    }

    /**
     * Says that all messages of the own private channel up to one are seen on this device.
     *
     * @param offset at least 0
     * @param epoch {@code null} for the channel's as it is
     */
    record Seen(
            long offset, @Nullable String epoch, @Nullable String id) implements Request {}

    /** The channel that is named, {@code null} for the own private one, if who has this private channel may be in it. */
    private static ChannelName permitted(@Nullable ChannelName named, ChannelName own, @Nullable String id) {
        var channel = named == null ? own : named;
        if (channel.isPrivate() && !channel.equals(own)) {
            throw new RejectedException(CHANNEL_FORBIDDEN, id, "this is another person's private channel");
        }
        return channel;
    }

    /**
     * What a client says, before anybody has looked at it. What it left out is {@code null}.
     *
     * @param since is checked already
     * @param before as JSON text, or in a URL
     * @param limit likewise
     * @param offset as JSON text
     */
    record Words(
            @Nullable String event,
            @Nullable String channel,
            @Nullable String to,
            @Nullable String id,
            @Nullable Position since,
            String json,
            @Nullable String before,
            @Nullable String limit,
            @Nullable String offset,
            @Nullable String epoch) {

        /** Words that ask for nothing of the past. */
        public Words(
                @Nullable String event,
                @Nullable String channel,
                @Nullable String to,
                @Nullable String id,
                @Nullable Position since,
                String json) {
            this(event, channel, to, id, since, json, null, null, null, null);
        }

        /** Words that ask for a page of a channel's past. */
        public static Words ofHistory(
                @Nullable String channel, @Nullable String id, @Nullable String before, @Nullable String limit) {
            return new Words(HISTORY, channel, null, id, null, "null", before, limit, null, null);
        }

        /** Words that say what has been seen. */
        public static Words ofSeen(@Nullable String id, @Nullable String offset, @Nullable String epoch) {
            return new Words(SEEN, null, null, id, null, "null", null, null, offset, epoch);
        }

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
            case HISTORY -> history(words);
            case SEEN -> seen(words);
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

    private static History history(Words words) {
        var channel = channelOrOwn(words);
        var before = words.before() == null ? Long.MAX_VALUE : number(words.before());
        var limit = words.limit() == null ? HistoryPage.DEFAULT_LIMIT : number(words.limit());
        if (before < 1) {
            throw new RejectedException(HISTORY_INVALID, words.id(), "before is an offset: a positive integer");
        }
        if (limit < 1 || limit > HistoryPage.MAX_LIMIT) {
            throw new RejectedException(
                    HISTORY_INVALID, words.id(), "limit is an integer from 1 to " + HistoryPage.MAX_LIMIT);
        }
        return new History(channel, before, (int) limit, words.id());
    }

    private static Seen seen(Words words) {
        var offset = words.offset();
        if (offset == null || !offset.matches("0|[1-9][0-9]{0,17}")) {
            throw new RejectedException(
                    SEEN_INVALID, words.id(), "offset is that of the last message seen: a whole number, not negative");
        }
        return new Seen(Long.parseLong(offset), words.epoch(), words.id());
    }

    /** The number, or the largest one if it is larger; 0 for what is no positive integer. */
    private static long number(String text) {
        if (!text.matches("[1-9][0-9]*")) {
            return 0;
        }
        return text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text);
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
