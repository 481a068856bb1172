package dev.herald.hub;

import java.util.Optional;

/**
 * Keeps a late value of each shared document, so that not all of its changes need to be read. What the latest snapshot needs to be
 * brought up to date, the log does not trim. Called by any thread that holds no lock, as it waits for a database; fails with {@link
 * LogUnavailableException}.
 */
public interface Snapshots {

    /**
     * A value.
     *
     * @param version the offset of the last change in it, in the document's channel
     * @param json as text
     */
    record Snapshot(long version, String json) {}

    /** The latest one. */
    Optional<Snapshot> latest(String name);

    /** Keeps one, unless a later one is kept already. */
    void keep(String name, Snapshot snapshot);
}
