package dev.herald.it.forward;

import dev.herald.api.On;
import dev.herald.api.Received;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.json.Json;

/** Answers with what it hears. */
@ApplicationScoped
public class Echo {

    void echo(@Observes @On("echo") Received received) {
        received.ack(received.data());
    }

    /** Answers with what the first request of the connection said of itself. */
    void whence(@Observes @On("whence") Received received) {
        received.ack(Json.createValue(
                received.connection().handshake().header("x-mark").orElse("")));
    }
}
