package dev.herald.cluster;

/**
 * How late the latest {@value Lags#REMEMBERED} messages of other nodes were heard: from when each got its time on the node that published it,
 * just before its commit, until this node took it off the bus. In milliseconds; the clocks of both servers count, so a difference
 * between them is part of it.
 *
 * @param median half of them were as quick
 * @param p99 99 of 100 were as quick
 * @param max the latest
 */
public record Lag(long median, long p99, long max) {

    /** Nothing was heard. */
    public static final Lag NONE = new Lag(0, 0, 0);
}
