package dev.herald.api;

import java.util.Optional;

/**
 * Knows whose a bearer token is. An application that takes tokens has one bean that implements this. It is asked for the token in
 * {@code auth.token} of Socket.IO, in the header {@code Authorization: Bearer}, in the WebSocket subprotocol {@code bearer.<token>},
 * and when a client gives a new one.
 *
 * <pre>{@code
 * @ApplicationScoped
 * public class Tokens implements Authenticator {
 *     public Optional<Identity> authenticate(Credentials credentials) {
 *         return accounts.byToken(credentials.token()).map(account -> Identity.of(account.id()));
 *     }
 * }
 * }</pre>
 */
@FunctionalInterface
public interface Authenticator {

    /**
     * Says whose a token is. Called on the container's threads, several at the same time, in a request context; it may wait.
     *
     * @return empty when the token is not valid: the client is answered {@code unauthorized}
     * @throws RuntimeException when that cannot be found out: it is logged, and the client is refused
     */
    Optional<Identity> authenticate(Credentials credentials);
}
