package dev.herald.board;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the board tells its pages, as JSON-B writes it: members that are {@code null} are left out. See docs/board.md. */
public final class Views {

    private Views() {}

    /**
     * A channel, as one person sees it.
     *
     * @param head the offset of its last message
     * @param read the offset up to which the person has read
     * @param people how many are in it
     */
    public record Channel(
            String name,
            String topic,
            boolean muted,
            long head,
            String epoch,
            long read,
            int unread,
            int mentions,
            int people) {}

    /** A private conversation, as one person sees it; offsets are those of the person's own private channel. */
    public record Talk(Someone with, int unread, int mentions, long head, String epoch, long read) {}

    /**
     * A person.
     *
     * @param state {@code here}, {@code away} or {@code offline}
     */
    public record Someone(String id, String name, String state, boolean guest) {}

    /** Who the client is. */
    public record Self(String id, String name, boolean guest) {}

    /**
     * What the client must keep to.
     *
     * @param text the longest text, in characters
     */
    public record Limits(int text) {}

    /** All that a page begins with. */
    public record Opened(
            Self self, List<Channel> channels, List<Talk> talks, List<Someone> people, int count, Limits limits) {}

    /** A channel, as everybody sees it. */
    public record Browsed(String name, String topic, int people, boolean member) {}

    /** Some channels, and whether there are more. */
    public record BrowsePage(List<Browsed> channels, boolean more) {}

    /** A channel's name. */
    public record Gone(String channel) {}

    /** A channel has another topic. */
    public record Topic(String channel, String topic, String by) {}

    /** How much is unread; to other tabs also where, and up to which place it is read. */
    public record Read(
            @Nullable String channel, @Nullable String with, long offset, String epoch, int unread, int mentions) {}
}
