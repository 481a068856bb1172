package dev.herald.socketio;

import dev.herald.engine.EngineServer.Caller;
import dev.herald.socketio.SocketIoSettings.BareEvents;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a client gets its events bare: with the arguments that the sender gave, and without {@code meta} and the offset, which
 * only clients that can recover make use of ({@code docs/socketio.md}, "Bare events").
 */
enum Bareness {
    /** It gets {@code meta} and offsets, and may recover. */
    NONE,
    /** It, or the settings, said so. */
    SAID,
    /** Its library is known not to recover. If it comes back with a private id after all, it is one that does. */
    GUESSED;

    /** How the {@code User-Agent} begins of the HTTP libraries that Socket.IO clients without recovery use. */
    private static final List<String> LIBRARIES = List.of(
            "okhttp/", "python-requests/", "python/", "python-httpx/", "java-http-client/", "apache-httpclient/");

    /** On Apple's systems the application's name comes first. */
    private static final String APPLE = "cfnetwork/";

    /** How a client with this {@code auth} wants its events. */
    static Bareness of(JsonObject auth, Caller caller, BareEvents rule) {
        var said = said(auth.getOrDefault("bare", JsonValue.NULL));
        if (said.isPresent()) {
            return said.get() ? SAID : NONE;
        } else if (rule != BareEvents.AUTO) {
            return rule == BareEvents.ALWAYS ? SAID : NONE;
        }
        var needsMore = auth.containsKey("pid") || auth.containsKey("resume");
        return !needsMore && !caller.isPage() && isKnownNotToRecover(caller.userAgent()) ? GUESSED : NONE;
    }

    /** Some libraries have only texts in their {@code auth}. */
    private static Optional<Boolean> said(JsonValue bare) {
        var text = bare instanceof JsonString string ? string.getString() : bare.toString();
        return switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static boolean isKnownNotToRecover(String userAgent) {
        var name = userAgent.toLowerCase(Locale.ROOT);
        return LIBRARIES.stream().anyMatch(name::startsWith) || name.contains(APPLE);
    }
}
