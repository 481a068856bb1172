package dev.herald.it.switchboard;

import dev.herald.api.Herald;
import dev.herald.api.Once;
import dev.herald.api.Published;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** Writes each sale into the books, once for all nodes. */
@ApplicationScoped
public class Bookkeeper {

    @Inject
    Herald herald;

    void book(@Observes @Once(name = "books", channel = "sales.*") Published sale) {
        herald.channel("books")
                .publish("booked", sale.message().data())
                .toCompletableFuture()
                .join();
    }
}
