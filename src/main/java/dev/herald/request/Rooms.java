package dev.herald.request;

import dev.herald.api.ChannelName;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import dev.herald.hub.Subscription;
import dev.herald.request.Permission.Decision;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the channels that a connection is in without a request: those of its own, and those that it was in before it was cut
 * off; and for all of a person's when a right was taken away. Any thread may call, holding no lock. Only channels of the main
 * namespace are asked for; into those of other namespaces only the application brings anybody.
 */
public final class Rooms {

    /** What other nodes are told, with the person and, unless it is for all, the channel. */
    private static final String REVOKE = "revoke";

    private final Hub hub;
    private final Requests requests;

    Rooms(Hub hub, Requests requests) {
        this.hub = hub;
        this.requests = requests;
        hub.remote().on(REVOKE, told -> revokeHere(told.get(0), told.size() < 2 ? null : new ChannelName(told.get(1))));
    }

    /**
     * Asks whether a connection may be in these channels. If nobody can say, it is closed, to come back later.
     *
     * @return completes with the first refusal, empty when it may be in all of them; not at all when nobody can say
     */
    public CompletionStage<Optional<Reply.Rejected>> examine(Member member, Collection<ChannelName> channels) {
        CompletionStage<Optional<Reply.Rejected>> first = CompletableFuture.completedFuture(Optional.empty());
        for (var channel : channels) {
            first = first.thenCombine(
                    decide(member, channel),
                    (before, decided) -> before.isEmpty() && decided instanceof Decision.Denied denied
                            ? Optional.of(denied.reply())
                            : before);
        }
        var answer = new CompletableFuture<Optional<Reply.Rejected>>();
        var unused = first.thenAccept(refusal -> {
            if (refusal.isPresent() && !isRefusal(refusal.get())) {
                member.sendBack(refusal.get().sentence());
            } else {
                answer.complete(refusal);
            }
        });
        return answer;
    }

    /** Whether it is one, and not just that nobody can say now. */
    private static boolean isRefusal(Reply.Rejected rejected) {
        return rejected.code() == ErrorCode.CHANNEL_FORBIDDEN;
    }

    /**
     * Starts a subscription that nobody has asked for, if the connection may be in the channel. If not, it ends, and the client is
     * told; if nobody can say, the connection is closed, to come back later.
     */
    public void admit(Member member, Subscription subscription, Runnable start) {
        var unused = decide(member, subscription.channel()).thenAccept(decided -> {
            if (!(decided instanceof Decision.Denied denied)) {
                start.run();
            } else if (isRefusal(denied.reply())) {
                member.expel(subscription, denied.reply().word(), denied.reply().sentence());
            } else {
                member.sendBack(denied.reply().sentence());
            }
        });
    }

    /**
     * Forgets what was decided for a person, and asks again for the channels that the person's connections are in; those that are
     * denied now are left, and the clients are told. Other nodes do the same.
     *
     * @param channel {@code null} for all
     */
    public void revoke(String personId, @Nullable ChannelName channel) {
        revokeHere(personId, channel);
        hub.neighbours().command(REVOKE, channel == null ? List.of(personId) : List.of(personId, channel.value()));
    }

    private void revokeHere(String personId, @Nullable ChannelName channel) {
        for (var member : hub.presence().members(personId)) {
            Asker.of(member).decisions().revoke(channel);
            member.channels().stream()
                    .filter(one -> channel == null || channel.equals(one))
                    .forEach(one -> askAgain(member, one));
        }
    }

    void askAgain(Member member, ChannelName channel) {
        var unused = decide(member, channel).thenAccept(decided -> {
            if (decided instanceof Decision.Denied denied && isRefusal(denied.reply())) {
                member.expel(channel, denied.reply().word(), denied.reply().sentence());
            } else if (decided instanceof Decision.Denied denied) {
                member.sendBack(denied.reply().sentence());
            }
        });
    }

    /** As it is decided when no right is taken away meanwhile. */
    private CompletableFuture<Decision> decide(Member member, ChannelName channel) {
        if (!member.connection().isMain() || channel.isOfConnection()) {
            return CompletableFuture.completedFuture(new Decision.Allowed());
        }
        var asker = Asker.of(member);
        var revocations = asker.decisions().revocations();
        return requests.decide(asker, new Request.Join(channel, null))
                .thenCompose(decided -> revocations == asker.decisions().revocations()
                        ? CompletableFuture.completedFuture(decided)
                        : decide(member, channel));
    }
}
