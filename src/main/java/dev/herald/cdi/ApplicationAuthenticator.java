package dev.herald.cdi;

import dev.herald.api.Authenticator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Optional;

/** What the application knows tokens by, if it does: one bean, whose scope is the application's choice. Any thread may ask. */
@ApplicationScoped
public class ApplicationAuthenticator {

    @Inject
    Instance<Authenticator> authenticators;

    /**
     * The bean.
     *
     * @throws IllegalArgumentException when there are several
     */
    public Optional<Authenticator> bean() {
        if (authenticators.isAmbiguous()) {
            throw new IllegalArgumentException("several beans implement Authenticator, and only one can decide");
        }
        return authenticators.isUnsatisfied() ? Optional.empty() : Optional.of(authenticators.get());
    }
}
