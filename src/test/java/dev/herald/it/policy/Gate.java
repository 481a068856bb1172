package dev.herald.it.policy;

import dev.herald.api.Access;
import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.ChannelPolicy;
import dev.herald.api.PersonPrincipal;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Asks by the channel's name. What begins with {@code gate.} is for all but those from whom it was taken away; what begins with
 * {@code late.} is denied by a stage; to {@code broken.} it throws, and to {@code silent.} it never answers. All others are left to
 * the configuration.
 */
@ApplicationScoped
public class Gate implements ChannelPolicy {

    private static final long LATE_MILLIS = 300;

    /** Entries such as {@code ann gate.orders PUBLISH}. */
    private final Set<String> takenAway = ConcurrentHashMap.newKeySet();

    @Resource
    ManagedScheduledExecutorService timer;

    /** Takes a right away from a person, or all rights in a channel when no action is named. */
    void takeAway(String person, String channel, String action) {
        var actions = action.isEmpty() ? Set.of("JOIN", "PUBLISH", "HISTORY", "PRESENCE") : Set.of(action);
        actions.forEach(one -> takenAway.add(person + " " + channel + " " + one));
    }

    @Override
    public Access decide(PersonPrincipal who, Action action, ChannelName channel) {
        var name = channel.value();
        if (takenAway.contains(who.person().id() + " " + name + " " + action)) {
            return Access.deny("taken-away", "名前: " + action + " was taken away from you, Jürgen 😀");
        } else if (name.startsWith("late.")) {
            var answer = new CompletableFuture<Access>();
            var unused = timer.schedule(
                    () -> answer.complete(Access.deny("too-late", "سلمى has thought about it")),
                    LATE_MILLIS,
                    TimeUnit.MILLISECONDS);
            return Access.later(answer);
        } else if (name.startsWith("broken.")) {
            throw new IllegalStateException("this policy is broken on purpose");
        } else if (name.startsWith("silent.")) {
            return Access.later(new CompletableFuture<>());
        }
        return Access.asConfigured();
    }
}
