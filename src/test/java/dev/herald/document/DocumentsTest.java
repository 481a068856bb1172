package dev.herald.document;

import dev.herald.hub.Log;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Snapshots;
import java.time.Clock;

/** Documents in memory. */
class DocumentsTest extends DocumentsContract {

    @Override
    protected Log createLog() {
        return new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(100_000, 100_000_000, 1_000));
    }

    @Override
    protected Snapshots createSnapshots() {
        return new MemorySnapshots();
    }
}
