package dev.herald.it.shop;

import dev.herald.api.Herald;
import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import dev.herald.api.Received;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

@ApplicationScoped
@Namespace("/tenant-*")
public class Tenants {

    @Inject
    Herald herald;

    @OnEvent("order")
    void order(String article, Received order) {
        herald.in(order.connection().namespace()).emit("ordered", order.data());
    }
}
