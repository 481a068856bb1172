package dev.herald.testing;

import dev.herald.api.Credentials;
import dev.herald.api.Identity;
import dev.herald.request.Authentication;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** An application's tokens: those that a test has given out. The token {@code broken} cannot be checked. */
public final class Tokens implements Authentication {

    private final Map<String, Identity> tokens = new ConcurrentHashMap<>();

    /** Gives out a token. */
    public Tokens give(String token, Identity identity) {
        tokens.put(token, identity);
        return this;
    }

    @Override
    public boolean takesTokens() {
        return true;
    }

    @Override
    public Optional<Identity> authenticate(Credentials credentials) {
        if (credentials.token().equals("broken")) {
            throw new RejectedException(ErrorCode.SERVER_ERROR, "the server made a mistake");
        }
        return Optional.ofNullable(tokens.get(credentials.token()));
    }

    @Override
    public CompletionStage<Optional<Identity>> authenticateLater(Credentials credentials) {
        try {
            return CompletableFuture.completedStage(authenticate(credentials));
        } catch (RejectedException e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
