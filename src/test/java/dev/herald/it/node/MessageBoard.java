package dev.herald.it.node;

import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import java.util.concurrent.atomic.AtomicInteger;

@ApplicationScoped
public class MessageBoard {

    public record News(String msg, int count) {}

    public record Welcome(String msg) {}

    private final AtomicInteger count = new AtomicInteger();

    @Inject
    Herald herald;

    void connection(@Observes Connected connected) {
        var now = count.incrementAndGet();
        herald.channel("news").publish("news", new News("One more person is online", now));
        herald.connection(connected.connection().id())
                .send("private", new Welcome("Welcome you are the " + now + " person here"));
    }

    @OnEvent("private")
    void thanks(JsonObject data) {
        System.out.println(data);
    }

    void disconnect(@Observes Disconnected disconnected) {
        herald.channel("news").publish("news", new News("Someone went home", count.decrementAndGet()));
    }
}
