package dev.herald.request;

import dev.herald.api.Credentials;
import dev.herald.api.Identity;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Knows whose a token is: the application's {@link dev.herald.api.Authenticator}, in the end. Any thread may call. */
public interface Authentication {

    /** Knows no tokens. */
    Authentication NONE = new Authentication() {

        @Override
        public boolean takesTokens() {
            return false;
        }

        @Override
        public Optional<Identity> authenticate(Credentials credentials) {
            return Optional.empty();
        }

        @Override
        public CompletionStage<Optional<Identity>> authenticateLater(Credentials credentials) {
            return CompletableFuture.completedStage(Optional.empty());
        }
    };

    /** Whether tokens are anything to it. Otherwise they are the application's own affair, and nothing is asked. */
    boolean takesTokens();

    /**
     * Says whose a token is. May wait: called by threads of requests and of observers, with no lock held.
     *
     * @return empty when it is not valid
     * @throws RejectedException when that cannot be found out
     */
    Optional<Identity> authenticate(Credentials credentials);

    /** As above, on another thread; does not wait. */
    CompletionStage<Optional<Identity>> authenticateLater(Credentials credentials);
}
