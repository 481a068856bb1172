package dev.herald.cluster;

import java.time.Duration;

/**
 * How quick a bus is in noticing that it is cut, and in mending that.
 *
 * @param ping how often it tells itself something
 * @param patience when nothing of that has come back for so long, it is deaf
 * @param firstPause how long it waits before it connects again; twice as long each further time
 * @param longestPause but never longer than this
 * @param shelfLife what could not be told for so long is dropped
 * @param goodbye how long the end waits for what is still to be told, and as long for threads to come back
 */
record BusPace(
        Duration ping,
        Duration patience,
        Duration firstPause,
        Duration longestPause,
        Duration shelfLife,
        Duration goodbye) {

    static final BusPace USUAL = new BusPace(
            Duration.ofSeconds(2),
            Duration.ofSeconds(6),
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1));

    /** The pause after so many failures, one or more. */
    Duration pauseAfter(int failures) {
        var pause = firstPause.multipliedBy(1L << Math.min(failures - 1, 20));
        return pause.compareTo(longestPause) < 0 ? pause : longestPause;
    }
}
