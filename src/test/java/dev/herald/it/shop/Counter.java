package dev.herald.it.shop;

import dev.herald.api.Herald;
import dev.herald.api.JsonBytes;
import dev.herald.api.Namespace;
import dev.herald.api.On;
import dev.herald.api.Received;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonString;

@ApplicationScoped
public class Counter {

    @Inject
    Herald herald;

    /** emit("watch", "tea") */
    void watch(@Observes @On("watch") @Namespace("/shop") Received watch) {
        if (watch.data() instanceof JsonString article) {
            watch.peer().join(article.getString());
            watch.ack();
        }
    }

    /** emit("offer", 5): a client that watches both gets it once. */
    void offer(@Observes @On("offer") @Namespace("/shop") Received offer) {
        herald.in("/shop").to("tea", "coffee").emit("offered", offer.data());
    }

    /** emit("weigh", new Uint8Array([1, 2, 3]), (size, bytes) => …) */
    void weigh(@Observes @On("weigh") @Namespace("/shop") Received parcel) {
        JsonBytes.read(parcel.data())
                .ifPresentOrElse(
                        bytes -> parcel.ack(Json.createValue(bytes.length), JsonBytes.of(bytes)),
                        () -> parcel.refuse("malformed", "a parcel is bytes"));
    }
}
