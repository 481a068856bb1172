package dev.herald.board;

import dev.herald.api.Connection;
import dev.herald.api.EventException;
import dev.herald.api.OnEvent;
import dev.herald.push.PushDevice;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What pages say of Web Push; docs/board.md has the events. Handlers wait for the database. */
@ApplicationScoped
public class PushEvents {

    @Inject
    Pusher pusher;

    /**
     * What a browser needs to subscribe.
     *
     * @param key the board's public key in base64url; left out when nothing is pushed
     */
    public record Key(@Nullable String key) {}

    /** Tells whether anything is pushed, and the key. */
    @OnEvent("board:push-key")
    Key key() {
        return new Key(pusher.publicKey().orElse(null));
    }

    /** What a device needs to read a message. */
    public record Keys(@Nullable String p256dh, @Nullable String auth) {}

    /**
     * A browser's subscription.
     *
     * @param language of the page
     */
    public record Subscription(
            @Nullable String endpoint,
            @Nullable Keys keys,
            @Nullable String language) {}

    /** From now on, the person is told by this browser of what was missed. */
    @OnEvent("board:push-on")
    Map<String, String> on(@Nullable Subscription given, Connection connection) {
        var subscription = Given.required(given);
        pusher.keep(device(subscription), subscription.language(), connection.person());
        return Map.of();
    }

    private static PushDevice device(Subscription subscription) {
        var keys = subscription.keys();
        try {
            return new PushDevice(
                    given(subscription.endpoint()),
                    given(keys == null ? null : keys.p256dh()),
                    given(keys == null ? null : keys.auth()));
        } catch (IllegalArgumentException e) {
            throw new EventException("device-invalid", String.valueOf(e.getMessage()));
        }
    }

    private static String given(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Where a browser was told. */
    public record Endpoint(@Nullable String endpoint) {}

    /** Nobody is told by this browser any more. */
    @OnEvent("board:push-off")
    Map<String, String> off(@Nullable Endpoint given) {
        pusher.forget(given(Given.required(given).endpoint()));
        return Map.of();
    }
}
