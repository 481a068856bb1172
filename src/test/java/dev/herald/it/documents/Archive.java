package dev.herald.it.documents;

import dev.herald.api.Once;
import dev.herald.api.Published;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** Sees each change of a note, once for all nodes. */
@ApplicationScoped
public class Archive {

    @Inject
    Auditor auditor;

    void keep(@Observes @Once(name = "archive", channel = "doc:note-*") Published published) {
        var change = published.message().data().asJsonObject();
        auditor.lines().add("kept " + change.getString("name") + " " + change.getInt("version"));
    }
}
