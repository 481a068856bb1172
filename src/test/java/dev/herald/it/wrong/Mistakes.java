package dev.herald.it.wrong;

import dev.herald.api.OnEvent;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;

/** Handlers with mistakes. */
@ApplicationScoped
public class Mistakes {

    @OnEvent("upload")
    void upload(InputStream file) {
        // No JSON is a stream.
    }

    @OnEvent("connect")
    void connect() {
        // The name is Socket.IO's own.
    }

    @OnEvent("order")
    void order(String article) {
        // There is another one.
    }

    @OnEvent("order")
    void orderAgain(String article) {
        // There is another one.
    }
}
