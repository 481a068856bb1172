package dev.herald.api;

/**
 * A place in a channel's log. Positions of one epoch are ordered by their offset; positions of different epochs cannot be
 * compared.
 *
 * @param epoch the random id of the log's life, 1 to 64 characters; another epoch means that
 *     the log began anew
 * @param offset the number of messages up to and including this one: 1 for the first message of the epoch, 0 for the place
 *     before it; there are no gaps
 */
public record Position(String epoch, long offset) {

    public Position {
        if (epoch.isEmpty() || epoch.length() > 64) {
            throw new IllegalArgumentException("an epoch is 1 to 64 characters");
        }
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset + " is negative");
        }
    }
}
