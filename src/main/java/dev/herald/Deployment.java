package dev.herald;

import jakarta.enterprise.context.ApplicationScoped;

/**
 * Where the application is on its server. {@link Startup} says it, before anything else is made; any thread may ask, whatever locks it
 * holds.
 */
@ApplicationScoped
public class Deployment {

    private volatile String contextPath = "";

    void beginAt(String path) {
        contextPath = path;
    }

    /** As people write it: {@code /} for the root application. */
    String path() {
        return contextPath.isEmpty() ? "/" : contextPath;
    }
}
