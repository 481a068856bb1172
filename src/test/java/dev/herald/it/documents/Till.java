package dev.herald.it.documents;

import dev.herald.api.DocumentVersion;
import dev.herald.api.Documents;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.transaction.Transactional;
import java.util.concurrent.CompletionStage;

/** Reads and changes carts. */
@ApplicationScoped
public class Till {

    @Inject
    Documents documents;

    /** Changes one member, whatever the others are. */
    public CompletionStage<DocumentVersion> deliverTo(String cart, String address) {
        return documents.merge(
                cart, Json.createObjectBuilder().add("address", address).build());
    }

    /** Computes the next value from the present one. */
    public CompletionStage<DocumentVersion> empty(String cart) {
        return documents.change(
                cart,
                now -> Json.createObjectBuilder(now.asJsonObject())
                        .remove("articles")
                        .build());
    }

    /** Likewise, as an object. */
    public CompletionStage<DocumentVersion> add(String cart, String article) {
        return documents.of(cart, Cart.class).change(now -> now.with(article));
    }

    /** Is made after the commit, and never after a rollback. */
    @Transactional
    public CompletionStage<DocumentVersion> pay(String cart, Bank bank) {
        var paid = documents.of(cart, Cart.class).change(now -> new Cart(now.articles(), true));
        bank.charge(cart);
        return paid;
    }

    /** Something that may fail. */
    public interface Bank {

        /** Takes the money, or throws. */
        void charge(String cart);
    }
}
