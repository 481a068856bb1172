package dev.herald.it.documents;

import dev.herald.api.DocumentChange;
import dev.herald.api.DocumentValidator;
import dev.herald.api.EventException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** What a cart may be. */
@ApplicationScoped
public class CartRules implements DocumentValidator {

    @Inject
    Stock stock;

    @Override
    public JsonValue validate(DocumentChange change) {
        if (!change.name().startsWith("cart-")) {
            return change.after();
        }
        if (!(change.after() instanceof JsonObject cart)
                || !(cart.getOrDefault("articles", JsonValue.EMPTY_JSON_ARRAY) instanceof JsonArray articles)) {
            throw new EventException("no-cart", "a cart has a list of articles");
        }
        for (var article : articles) {
            if (!stock.has(article)) {
                throw new EventException("sold-out", "there is no more " + article);
            }
        }
        return Json.createObjectBuilder(cart).add("count", articles.size()).build();
    }
}
