package dev.herald.request;

import dev.herald.api.Access;
import dev.herald.api.PersonPrincipal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides by what holds everywhere ({@link Permission#byChannel}), and then by the application's policy, or by the configured rules
 * where there is no policy or it leaves it to them. Thread-safe; what is kept for a connection is in its {@link Asker}.
 */
public final class ChannelPermission implements Permission {

    private final AccessRules rules;
    private final @Nullable Policy policy;
    private final long recheck;
    private final LongSupplier nanoTime;

    /**
     * @param policy the application's; {@code null} when it has none
     * @param recheck for how long a permission counts that is not one to join
     */
    public ChannelPermission(AccessRules rules, @Nullable Policy policy, Duration recheck, LongSupplier nanoTime) {
        this.rules = rules;
        this.policy = policy;
        this.recheck = recheck.toNanos();
        this.nanoTime = nanoTime;
    }

    @Override
    public CompletionStage<Decision> decide(Asker asker, Request request) {
        var base = Permission.byChannel(asker, request);
        if (base != ALLOWED || (policy == null && rules.rules().isEmpty())) {
            return base;
        }
        var right = request.right(asker.privateChannel());
        if (right.isEmpty()) {
            return ALLOWED;
        }
        // Each join asks anew.
        var maxAge = request instanceof Request.Join ? 0 : recheck;
        return asker.decisions()
                .recent(right.get(), maxAge, nanoTime.getAsLong(), asked -> ask(asker.visitor(), asked));
    }

    private CompletionStage<Decision> ask(PersonPrincipal who, Right right) {
        return policy == null
                ? CompletableFuture.completedFuture(byRules(who, right))
                : policy.ask(who, right).thenApply(access -> decision(access, who, right));
    }

    private Decision decision(Access access, PersonPrincipal who, Right right) {
        if (access instanceof Access.Denied denied) {
            return new Decision.Denied(
                    new Reply.Rejected(ErrorCode.CHANNEL_FORBIDDEN, denied.code(), denied.sentence(), null));
        }
        return access instanceof Access.Allowed ? new Decision.Allowed() : byRules(who, right);
    }

    private Decision byRules(PersonPrincipal who, Right right) {
        return rules.allow(who, right)
                ? new Decision.Allowed()
                : new Decision.Denied(ErrorCode.CHANNEL_FORBIDDEN, sentence(right));
    }

    private static String sentence(Right right) {
        return switch (right.action()) {
            case JOIN -> "you may not join channel " + right.channel();
            case PUBLISH -> "you may not write to channel " + right.channel();
            case HISTORY -> "you may not read what was said in channel " + right.channel();
            case PRESENCE -> "you may not see who is in channel " + right.channel();
        };
    }
}
