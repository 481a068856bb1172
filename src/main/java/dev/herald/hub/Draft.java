package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A message before it is in a log.
 *
 * @param from {@code null} when the application itself sends it
 * @param to the id of the person it is for; {@code null} unless it is private
 * @param json the data as well-formed JSON text, as in an {@link dev.herald.api.Envelope}; the caller has checked it
 * @param clientId the sender's own name for the message, by which a repeat is recognised; the application has such names of its own;
 *     {@code null} when it has none
 * @param except connection ids, and names of channels: whoever has or is in one of them does not get it
 * @param after appended only after this; {@code null} for wherever the head is. Of such a draft any message of its sender with its
 *     client id is the first one, whatever is in it
 */
public record Draft(
        ChannelName channel,
        String event,
        @Nullable Person from,
        @Nullable String to,
        String json,
        @Nullable String clientId,
        Set<String> except,
        @Nullable Place after) {

    public Draft {
        except = Set.copyOf(except);
    }

    /** A message that is appended wherever the channel's head is. */
    public Draft(
            ChannelName channel,
            String event,
            @Nullable Person from,
            @Nullable String to,
            String json,
            @Nullable String clientId,
            Set<String> except) {
        this(channel, event, from, to, json, clientId, except, null);
    }

    /** A message that nobody is excepted from. */
    public Draft(
            ChannelName channel,
            String event,
            @Nullable Person from,
            @Nullable String to,
            String json,
            @Nullable String clientId) {
        this(channel, event, from, to, json, clientId, Set.of());
    }

    /** The longest client id, in characters. */
    public static final int MAX_CLIENT_ID = 64;

    /**
     * Where a draft may be appended.
     *
     * @param head the channel's head at that moment
     * @param chain of drafts that this one is the next of
     */
    public record Place(Position head, Chain chain) {}

    /** The same message, which is appended only if this is the channel's head. */
    public Draft onlyAfter(Position head) {
        return onlyAfter(head, new Chain());
    }

    /** The same message, which is appended only if this is the channel's head, and all drafts before it in the chain were appended. */
    public Draft onlyAfter(Position head, Chain chain) {
        return new Draft(channel, event, from, to, json, clientId, except, new Place(head, chain));
    }

    /** It is not appended, so none is that has to follow it. For the log. */
    public void breakChain() {
        if (after != null) {
            after.chain().breakOff();
        }
    }

    /**
     * Whether this may be appended.
     *
     * @param head the channel's; an empty channel has no epoch that anybody could have seen
     * @throws HeadMovedException when not
     */
    public void requireAfter(Position head) {
        if (after != null && (after.chain().isBroken() || !isAt(after.head(), head))) {
            throw new HeadMovedException(channel, head);
        }
    }

    private static boolean isAt(Position expected, Position head) {
        return head.offset() == 0 ? expected.offset() == 0 : expected.equals(head);
    }

    /** Whether this is the same message, sent again, as the one that the log has under its client id. */
    public boolean isRepeatOf(Envelope first) {
        return after != null
                || (first.event().equals(event) && first.json().equals(json) && Objects.equals(first.to(), to));
    }

    /** What the log holds of this message besides the fixed part, in characters. */
    int size() {
        return event.length() + json.length();
    }
}
