package dev.herald.web;

import dev.herald.document.DocumentRules;
import dev.herald.document.DocumentSettings;
import dev.herald.document.Documents;
import dev.herald.hub.Hub;
import dev.herald.hub.Log;
import dev.herald.hub.Snapshots;
import java.time.Clock;
import java.util.Optional;

/** Documents without snapshots. */
final class DocumentFixture {

    private DocumentFixture() {}

    /** All is done on the calling thread. */
    static Documents of(Hub hub, Log log) {
        var none = new Snapshots() {

            @Override
            public Optional<Snapshot> latest(String name) {
                return Optional.empty();
            }

            @Override
            public void keep(String name, Snapshot snapshot) {
                // All changes are in the log.
            }
        };
        return new Documents(
                hub, log, none, DocumentRules.NONE, DocumentSettings.DEFAULT, Clock.systemUTC(), Runnable::run);
    }
}
