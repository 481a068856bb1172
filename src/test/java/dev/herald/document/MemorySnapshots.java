package dev.herald.document;

import dev.herald.hub.Snapshots;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Snapshots in memory. */
final class MemorySnapshots implements Snapshots {

    final Map<String, Snapshot> kept = new ConcurrentHashMap<>();

    @Override
    public Optional<Snapshot> latest(String name) {
        return Optional.ofNullable(kept.get(name));
    }

    @Override
    public void keep(String name, Snapshot snapshot) {
        kept.merge(name, snapshot, (one, other) -> one.version() > other.version() ? one : other);
    }
}
