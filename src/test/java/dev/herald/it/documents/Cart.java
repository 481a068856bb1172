package dev.herald.it.documents;

import java.util.ArrayList;
import java.util.List;

/** A cart, as far as the till knows it. */
public record Cart(List<String> articles, boolean paid) {

    public Cart {
        articles = articles == null ? List.of() : List.copyOf(articles);
    }

    Cart with(String article) {
        var all = new ArrayList<>(articles);
        all.add(article);
        return new Cart(all, paid);
    }
}
