package dev.herald.api;

/**
 * What a client may want to do in a channel, as far as a {@link ChannelPolicy} is asked.
 *
 * <pre>{@code
 * Access decide(PersonPrincipal who, Action action) {
 *     return action == Action.PUBLISH && !who.isInRole("clerk") ? Access.deny("you may only read") : Access.allow();
 * }
 * }</pre>
 */
public enum Action {
    /** Get the channel's messages from now on, or from where the client was. */
    JOIN,
    /** Write to the channel; in a private channel, write to its person. */
    PUBLISH,
    /** Read the channel's past. */
    HISTORY,
    /** See who is in the channel. */
    PRESENCE
}
