package dev.herald.cdi;

import dev.herald.api.ChannelPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Optional;

/** The application's policy of channels, if it has one: one bean, whose scope is the application's choice. Any thread may ask. */
@ApplicationScoped
public class ApplicationPolicy {

    @Inject
    Instance<ChannelPolicy> policies;

    /**
     * The bean.
     *
     * @throws IllegalArgumentException when there are several
     */
    public Optional<ChannelPolicy> bean() {
        if (policies.isAmbiguous()) {
            throw new IllegalArgumentException("several beans implement ChannelPolicy, and only one can decide");
        }
        return policies.isUnsatisfied() ? Optional.empty() : Optional.of(policies.get());
    }
}
