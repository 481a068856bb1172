package dev.herald.hub;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a server has to know of its clients after a crash, so that they go on where they were: for each a text, whose meaning is
 * its dialect's, under a secret that only the client and the server know. Thread-safe.
 */
public interface ClientStates {

    /** Keeps nothing: clients are forgotten when the server ends. */
    ClientStates NONE = new ClientStates() {

        @Override
        public CompletionStage<Void> put(String secret, String state) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public Optional<String> take(String secret) {
            return Optional.empty();
        }

        @Override
        public void remove(String secret) {
            // There is nothing.
        }
    };

    /**
     * Keeps a state instead of the one before. Does not wait. What is put and removed under one secret takes effect in the order of
     * the calls; of several that wait only the last needs to be written. The stages under one secret complete in this order as well,
     * but for one that is refused at once.
     *
     * @return completes when the state, or a later one, would survive a crash; in finite time exceptionally with
     *     {@link dev.herald.api.RefusedException} and {@code LOG_UNAVAILABLE} when it is not known to, or when it was taken by
     *     another server meanwhile
     */
    CompletionStage<Void> put(String secret, String state);

    /**
     * Takes the state that an earlier life of the server left, or another server from which the client comes here: from now on it is
     * this life's. Of several callers at once, one gets it. May wait for the database.
     *
     * @return empty when there is none, or it is this life's already
     * @throws RuntimeException when the states cannot be read; maybe it is this life's now
     */
    Optional<String> take(String secret);

    /** Forgets a state, soon. When that fails, it is kept as long as this life, and a while longer. */
    void remove(String secret);
}
