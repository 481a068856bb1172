package dev.herald.it.orders;

import dev.herald.api.Access;
import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.ChannelPolicy;
import dev.herald.api.Herald;
import dev.herald.api.PersonPrincipal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

@ApplicationScoped
public class OrderPolicy implements ChannelPolicy {

    @Inject
    Herald herald;

    private final Set<String> dismissed = ConcurrentHashMap.newKeySet();

    @Override
    public Access decide(PersonPrincipal who, Action action, ChannelName channel) {
        if (!channel.value().startsWith("orders.")) {
            return Access.asConfigured();
        }
        if (dismissed.contains(who.person().id())) {
            return Access.deny("dismissed", "you do not work here any more");
        }
        return action != Action.PUBLISH || who.isInRole("clerk")
                ? Access.allow()
                : Access.deny("only clerks write orders");
    }

    @Override
    public Set<String> roles() {
        return Set.of("clerk");
    }

    public void dismiss(String personId) {
        dismissed.add(personId);
        herald.revoke(personId);
    }
}
