package dev.herald.it.documents;

import dev.herald.api.DocumentChanged;
import dev.herald.api.OfDocument;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes who has changed which cart. */
@ApplicationScoped
public class Auditor {

    private final List<String> lines = new CopyOnWriteArrayList<>();

    void note(@Observes @OfDocument("cart-*") DocumentChanged changed) {
        var author = changed.by() == null ? "the shop" : changed.by().name();
        lines.add(changed.name() + " " + changed.version() + " by " + author);
    }

    List<String> lines() {
        return lines;
    }
}
