package dev.herald.hub;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a server must know about its clients so that they can recover after a crash. For each client it is a text that only its
 * dialect can read, stored under a secret that only the client and the server know. Thread-safe.
 */
public interface ClientStates {

    /** Stores nothing: clients are forgotten when the server ends. */
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
            // Nothing is stored.
        }
    };

    /**
     * Stores a state in place of the previous one. Does not wait. Calls for one secret take effect in their order; of several
     * that wait, only the last needs to be written. Their stages complete in the same order, except one that is refused at
     * once.
     *
     * @return completes when this state, or a later one, would survive a crash. Completes exceptionally, within a known time,
     *     with {@link dev.herald.api.RefusedException} and {@code LOG_UNAVAILABLE} when that is not certain, or when another
     *     server has taken the state
     */
    CompletionStage<Void> put(String secret, String state);

    /**
     * Takes over the state that an earlier life of this server, or another server, has stored. From now on it belongs to this
     * life. If several callers ask at the same time, only one gets it. May wait for the database.
     *
     * @return empty when there is none, or when it already belongs to this life
     * @throws RuntimeException when the states cannot be read. The caller may try again, and gets the state even if it already belongs
     *     to this life by then
     */
    Optional<String> take(String secret);

    /**
     * Whether another server may take a state while this one still knows its client. Then who has a client in memory asks {@link #take}
     * first when the client comes back.
     */
    default boolean areShared() {
        return false;
    }

    /** Deletes a state soon. When that fails, the state stays until some time after this life has ended. */
    void remove(String secret);
}
