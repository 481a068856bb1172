package dev.herald.request;

import java.util.Set;

/**
 * How much clients may ask for.
 *
 * @param connection of one connection
 * @param person of one person by all connections together
 * @param storedOfPerson how many characters the log keeps of one person's messages
 * @param network of the guests of one address, or of one IPv6 network of 64 bits
 * @param proxies the addresses that stand for many clients, so that the limits of networks do not hold for them
 */
public record QuotaLimits(Asked connection, Asked person, Rate storedOfPerson, Network network, Set<String> proxies) {

    /**
     * What is asked for.
     *
     * @param characters of the messages' JSON
     * @param pages of history, and lists of who is in a channel
     */
    public record Asked(Rate messages, Rate characters, Rate joins, Rate pages) {

        Rate of(Measure measure) {
            return switch (measure) {
                case MESSAGES -> messages;
                case JOINS -> joins;
                case PAGES -> pages;
                default -> throw new IllegalArgumentException("there is no such limit: " + measure);
            };
        }
    }

    /**
     * What comes from one network.
     *
     * @param guests that are new to this server
     * @param channels that did not exist before, whoever writes to them first
     * @param stored how many characters the log keeps of guests' messages
     */
    public record Network(Rate guests, Rate channels, Rate stored) {}

    public QuotaLimits {
        proxies = Set.copyOf(proxies);
    }
}
