package dev.herald.request;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.document.Awareness;
import dev.herald.document.Documents;
import dev.herald.hub.Draft;
import dev.herald.hub.EventName;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import dev.herald.measure.Tally;
import dev.herald.request.Permission.Decision;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does what clients ask for, if it is permitted. The requests of all protocols come through here. The requests of one
 * connection are given here one after the other, those of different connections by any threads, which hold no lock, as the log
 * and the application are asked. What it returns never completes exceptionally: whatever goes wrong is a
 * {@link Reply.Rejected}, and a mistake of the server's own is logged here.
 */
public final class Requests {

    private final Hub hub;
    private final Permission permission;

    private final Quotas quotas;
    private final Tally refusals = new Tally();
    private final Rooms rooms;

    /** The connections of which something waits for a decision. */
    private final ConcurrentMap<Member, Undecided> undecided = new ConcurrentHashMap<>();

    private final Authentication authentication;
    private final Logins logins;
    private final Renewals renewals;

    /** {@code null} when there are no documents. */
    private final @Nullable DocumentRequests documents;

    /** Requests to a hub that takes no tokens, as many as clients like. */
    public Requests(Hub hub, Permission permission) {
        this(hub, permission, Quotas.NONE);
    }

    /** Requests to a hub that takes no tokens. */
    public Requests(Hub hub, Permission permission, Quotas quotas) {
        this(hub, permission, quotas, Authentication.NONE, new Logins(hub, Clock.systemUTC(), Runnable::run));
    }

    /** Requests to a hub, as many as clients like. */
    public Requests(Hub hub, Permission permission, Authentication authentication, Logins logins) {
        this(hub, permission, Quotas.NONE, authentication, logins);
    }

    /** Requests to a hub that has no documents. */
    public Requests(Hub hub, Permission permission, Quotas quotas, Authentication authentication, Logins logins) {
        this(hub, permission, quotas, authentication, logins, null, null);
    }

    /** Requests to a hub and its documents. */
    public Requests(
            Hub hub,
            Permission permission,
            Quotas quotas,
            Authentication authentication,
            Logins logins,
            @Nullable Documents documents,
            @Nullable Awareness awareness) {
        this.hub = hub;
        this.quotas = quotas;
        this.authentication = authentication;
        this.logins = logins;
        this.rooms = new Rooms(hub, this);
        this.renewals = new Renewals(authentication, logins, rooms);
        this.permission = permission;
        this.documents = documents == null || awareness == null
                ? null
                : new DocumentRequests(hub, documents, awareness, quotas, rooms);
    }

    /** Which channels connections may be in that they have not asked for. */
    public Rooms rooms() {
        return rooms;
    }

    /** How long connections may last. */
    public Logins logins() {
        return logins;
    }

    /** Whether clients may give new tokens. */
    public boolean takesTokens() {
        return authentication.takesTokens();
    }

    /** Reads what a connection says, and does it. */
    public CompletionStage<Reply> handle(Member member, RawRequest request) {
        try {
            return Request.AUTHENTICATE.equals(request.event()) && takesTokens()
                    ? handle(member, request.authenticate())
                    : handle(member, request.read(member.privateChannel()));
        } catch (RejectedException e) {
            return invalid(Asker.of(member), request, e);
        }
    }

    /** How often clients were refused what they asked for, by the error's code. */
    public Map<String, Long> refusals() {
        return refusals.now();
    }

    private CompletionStage<Reply> counted(CompletionStage<Reply> reply) {
        var unused = reply.whenComplete((answer, failure) -> {
            if (answer instanceof Reply.Rejected rejected) {
                refusals.count(rejected.code().code());
            } else if (failure != null) {
                var cause = failure instanceof CompletionException ? failure.getCause() : failure;
                var code = cause instanceof RefusedException refused
                        ? ErrorCode.of(refused.reason())
                        : ErrorCode.SERVER_ERROR;
                refusals.count(code.code());
            }
        });
        return reply;
    }

    /** Does what a connection asks for, after all that it has asked for before. */
    public CompletionStage<Reply> handle(Member member, Request request) {
        return counted(work(member, request));
    }

    private CompletionStage<Reply> work(Member member, Request request) {
        var asker = Asker.of(member);
        var tooMuch = quotas.charge(asker, request);
        if (tooMuch.isPresent()) {
            return CompletableFuture.completedStage(tooMuch.get());
        }
        var revocations = asker.decisions().revocations();
        var decision = decide(asker, request);
        Function<Decision, CompletionStage<Reply>> work = decided -> {
            if (decided instanceof Decision.Denied denied) {
                return rejected(denied);
            }
            var reply = request instanceof Request.Open open
                    ? ofDocument(requestOf(member), all -> all.open(member, open, revocations))
                    : perform(member, request);
            if (request instanceof Request.Join join
                    && revocations != asker.decisions().revocations()) {
                rooms.askAgain(member, join.channel());
            }
            return reply;
        };
        // A document is opened by another thread, and may be closed by the next request.
        var holdsUp = request instanceof Request.Open;
        return decision.isDone() && !holdsUp && !undecided.containsKey(member)
                ? work.apply(decision.join())
                : inOrder(member, decision, work, holdsUp);
    }

    /** Reads what somebody asks for by a single request, without a connection, and does it. */
    public CompletionStage<Reply> handle(Asker asker, RawRequest request) {
        try {
            return handle(asker, request.read(asker.privateChannel()));
        } catch (RejectedException e) {
            return invalid(asker, request, e);
        }
    }

    private CompletionStage<Reply> invalid(Asker asker, RawRequest request, RejectedException e) {
        return counted(
                CompletableFuture.completedStage(quotas.charge(asker, request).orElseGet(e::reply)));
    }

    /**
     * Does what somebody asks for by a single request, without a connection: publishes a message, or reads history, without what is
     * not for everybody, or who is in a channel. Reading waits for the log.
     */
    public CompletionStage<Reply> handle(Asker asker, Request request) {
        return counted(work(asker, request));
    }

    private CompletionStage<Reply> work(Asker asker, Request request) {
        var tooMuch = quotas.charge(asker, request);
        if (tooMuch.isPresent()) {
            return CompletableFuture.completedStage(tooMuch.get());
        }
        return decide(asker, request)
                .thenCompose(decided ->
                        decided instanceof Decision.Denied denied ? rejected(denied) : perform(asker, request));
    }

    private CompletionStage<Reply> perform(Asker asker, Request request) {
        var from = asker.person();
        try {
            if (request instanceof Request.Publish publish) {
                return publish(asker, draft(from, publish), hub::receive, requestOf(from));
            } else if (request instanceof Request.Tell tell) {
                return publish(asker, draft(from, tell), hub::receive, requestOf(from));
            } else if (request instanceof Request.History history) {
                return CompletableFuture.completedStage(new Reply.History(hub.history(
                        history.channel(), history.before(), history.limit(), except -> !except.isEmpty())));
            } else if (request instanceof Request.Presence presence) {
                return CompletableFuture.completedStage(presence(presence.channel()));
            } else if (request instanceof Request.OfDocument ofDocument) {
                return ofDocument(requestOf(from), all -> all.perform(asker, ofDocument));
            }
            throw new IllegalArgumentException("this needs a connection: " + request.getClass());
        } catch (RuntimeException | Error e) {
            return CompletableFuture.completedStage(Rejections.of(requestOf(from), e));
        }
    }

    private Reply presence(ChannelName channel) {
        var people = hub.presence().people(channel);
        return new Reply.Presence(
                channel, people.size(), people.subList(0, Math.min(people.size(), Reply.Presence.MAX_PEOPLE)));
    }

    /**
     * Whether a connection may do something in a channel, as would be decided if its client asked now. Does nothing, and counts for no
     * quota. Completes on any thread; it does not fail.
     */
    public CompletionStage<Boolean> may(Member member, Action action, ChannelName channel) {
        return decide(Asker.of(member), new Request.Consider(action, channel))
                .thenApply(Decision.Allowed.class::isInstance);
    }

    /** The decision; it does not fail. */
    CompletableFuture<Decision> decide(Asker asker, Request request) {
        try {
            var decision = permission.decide(asker, request).toCompletableFuture();
            return decision.isDone() && !decision.isCompletedExceptionally()
                    ? decision
                    : decision.exceptionally(failure -> undecidable(asker, failure));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(undecidable(asker, e));
        }
    }

    private static Decision undecidable(Asker asker, Throwable failure) {
        return new Decision.Denied(Rejections.of(requestOf(asker.person()), failure));
    }

    private CompletionStage<Reply> inOrder(
            Member member,
            CompletableFuture<Decision> decision,
            Function<Decision, CompletionStage<Reply>> work,
            boolean holdsUp) {
        var waiting = new Undecided.Waiting(decision, work, new CompletableFuture<>(), holdsUp);
        var requests = undecided.compute(member, (m, there) -> {
            var all = there == null ? new Undecided() : there;
            if (!all.add(waiting)) {
                waiting.reply().complete(new Reply.Rejected(ErrorCode.OVERLOADED, "too many of your requests wait"));
            }
            return all;
        });
        var unused = decision.whenComplete((decided, failure) ->
                requests.work(() -> undecided.computeIfPresent(member, (m, there) -> there.isEmpty() ? null : there)));
        return waiting.reply();
    }

    private CompletionStage<Reply> perform(Member member, Request request) {
        try {
            return obey(member, request);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.completedStage(Rejections.of(requestOf(member), e));
        }
    }

    private CompletionStage<Reply> obey(Member member, Request request) {
        var from = member.connection().person();
        if (request instanceof Request.Publish publish) {
            return publish(member, draft(from, publish));
        } else if (request instanceof Request.Tell tell) {
            return publish(member, draft(from, tell));
        } else if (request instanceof Request.Seen seen) {
            return member.seen(seen.offset(), seen.epoch())
                    .handle((upTo, failure) -> failure == null
                            ? new Reply.Seen(member.privateChannel(), upTo)
                            : Rejections.of(requestOf(member), failure));
        } else if (request instanceof Request.Join join) {
            return CompletableFuture.completedStage(join(member, join));
        } else if (request instanceof Request.Leave leave) {
            return CompletableFuture.completedStage(leave(member, leave));
        } else if (request instanceof Request.History history) {
            var page = member.history(history.channel(), history.before(), history.limit());
            return CompletableFuture.completedStage(new Reply.History(page));
        } else if (request instanceof Request.Presence presence) {
            return CompletableFuture.completedStage(presence(presence.channel()));
        } else if (request instanceof Request.OfDocument ofDocument) {
            return ofDocument(requestOf(member), all -> all.perform(member, ofDocument));
        } else if (request instanceof Request.Authenticate authenticate) {
            return renewals.renew(member, authenticate.token());
        } else if (request instanceof Request.ToApplication message) {
            return CompletableFuture.completedStage(hand(member, message));
        }
        throw new IllegalStateException("an unknown kind of request: " + request.getClass());
    }

    private CompletionStage<Reply> ofDocument(
            String request, Function<DocumentRequests, CompletionStage<Reply>> question) {
        if (documents == null) {
            return CompletableFuture.completedStage(
                    new Reply.Rejected(ErrorCode.CHANNEL_FORBIDDEN, "there are no documents here"));
        }
        try {
            return question.apply(documents).exceptionally(failure -> Rejections.of(request, failure));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.completedStage(Rejections.of(request, e));
        }
    }

    private static Draft draft(Person from, Request.Publish request) {
        return new Draft(request.channel(), request.event(), from, null, request.json(), request.id());
    }

    private static Draft draft(Person from, Request.Tell request) {
        var channel = ChannelName.ofUser(request.to());
        return new Draft(channel, Request.PRIVATE, from, request.to(), request.json(), request.id());
    }

    private CompletionStage<Reply> publish(Member member, Draft draft) {
        return publish(Asker.of(member), draft, one -> hub.receive(member, one), requestOf(member));
    }

    private CompletionStage<Reply> publish(
            Asker asker, Draft draft, Function<Draft, CompletionStage<Receipt>> hubs, String request) {
        var tooMany = quotas.checkChannel(asker, () -> hub.isNew(draft.channel()));
        if (tooMany.isPresent()) {
            return CompletableFuture.completedStage(tooMany.get());
        }
        return hubs.apply(draft).handle((receipt, failure) -> {
            if (failure != null) {
                return Rejections.of(request, failure);
            }
            var position = receipt.position();
            if (position != null && position.offset() == 1 && !receipt.duplicate()) {
                quotas.chargeChannel(asker);
            }
            return new Reply.Published(receipt);
        });
    }

    private static Reply join(Member member, Request.Join request) {
        return member.join(request.channel(), request.since())
                .<Reply>map(Reply.Joined::new)
                .orElseGet(() -> new Reply.Rejected(ErrorCode.NOT_JOINED, "this connection has ended"));
    }

    private static Reply leave(Member member, Request.Leave request) {
        return member.unsubscribe(request.channel())
                ? new Reply.Left(request.channel())
                : new Reply.Rejected(ErrorCode.NOT_JOINED, "this connection is not in channel " + request.channel());
    }

    private Reply hand(Member member, Request.ToApplication request) {
        var event = request.event();
        if (!EventName.isValid(event)) {
            return new Reply.Rejected(
                    ErrorCode.EVENT_INVALID,
                    "event is the message's name, 1 to " + EventName.MAX_LENGTH + " characters");
        }
        if (EventName.isReservedBySocketIo(event)) {
            return new Reply.Rejected(ErrorCode.EVENT_RESERVED, "the event " + event + " is the server's own");
        }
        return hub.hand(member, event, request.json(), request.answer())
                ? new Reply.Handed()
                : new Reply.Rejected(
                        ErrorCode.NO_HANDLER, "nobody here handles the event " + event + ", and it names no channel");
    }

    private static CompletionStage<Reply> rejected(Decision.Denied denied) {
        return CompletableFuture.completedStage(denied.reply());
    }

    private static String requestOf(Person person) {
        return "a request of " + person.id();
    }

    private static String requestOf(Member member) {
        return "a request of connection " + member.connection().id();
    }
}
