package dev.herald.cluster;

/**
 * What nodes that are to hear each other have in common on a bus.
 *
 * @param value 1 to 40 of {@code A-Z a-z 0-9 _ -}, as it is part of the names of a server's channels
 */
public record ClusterName(String value) {

    public ClusterName {
        if (!value.matches("[A-Za-z0-9_-]{1,40}")) {
            throw new IllegalArgumentException("a cluster's name is 1 to 40 of A-Z a-z 0-9 _ -, not \"" + value + "\"");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
