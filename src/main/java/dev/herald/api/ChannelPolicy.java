package dev.herald.api;

import java.util.Set;

/**
 * Decides which client may do what in which channel. An application implements it as one bean; then the setting {@code
 * herald.policy} counts only where the bean says so.
 *
 * <pre>{@code
 * @ApplicationScoped
 * public class OrderPolicy implements ChannelPolicy {
 *     @Override
 *     public Access decide(PersonPrincipal who, Action action, ChannelName channel) {
 *         if (!channel.value().startsWith("orders.")) {
 *             return Access.asConfigured();
 *         }
 *         return who.isInRole("clerk") ? Access.allow() : Access.deny("orders are for clerks");
 *     }
 *
 *     @Override
 *     public Set<String> roles() {
 *         return Set.of("clerk");
 *     }
 * }
 * }</pre>
 *
 * <p>It is asked for the channels of the main namespace, whatever the road: Socket.IO, the feed and HTTP, also when a client comes
 * back. It can forbid what is allowed otherwise, but never allow other people's private channels. What beans do, it is not
 * asked about.
 *
 * <p>It is asked on the container's threads, many of them at a time, with a CDI request context of its own; it may wait, for a
 * database for example. Meanwhile the later requests of the same connection wait in their order, and nobody else. One that
 * throws, or does not answer within {@code herald.policy.timeout}, denies.
 */
public interface ChannelPolicy {

    /**
     * Decides for one client. A permission to publish, to read history or to see who is there is kept with the client's connection
     * until {@code herald.policy.recheck} is over, or {@link Herald#revoke} is called; a refusal is not.
     *
     * @param who the person, as the connection's handshake has shown
     * @param channel an open one, or a person's private one: the client's own, or for {@link Action#PUBLISH} anybody's
     */
    Access decide(PersonPrincipal who, Action action, ChannelName channel);

    /**
     * The roles that it asks for by {@link PersonPrincipal#isInRole}. They are read once, when the application is deployed, because
     * the container can be asked for a person's roles only when the person connects.
     */
    default Set<String> roles() {
        return Set.of();
    }
}
