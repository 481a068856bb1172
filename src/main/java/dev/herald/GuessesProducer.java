package dev.herald;

import dev.herald.request.Guesses;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.ConfigProvider;

/** Counts the wrong passwords of the board's login. */
@ApplicationScoped
public class GuessesProducer {

    @Produces
    @Singleton
    Guesses guesses() {
        return of("the login");
    }

    /** Counts those of something else. */
    static Guesses of(String what) {
        return new Guesses(what, QuotaSettings.proxies(ConfigProvider.getConfig()), System::nanoTime);
    }
}
