package dev.herald.document;

import static dev.herald.api.RefusedException.Reason.OVERLOADED;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.hub.Chain;
import dev.herald.hub.Draft;
import dev.herald.hub.HeadMovedException;
import dev.herald.hub.LogUnavailableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A document that is in use on this node. It checks each change against the value that all before it lead to, and has it appended to the
 * log only after the last of them. So it need not wait for one to be committed before it checks the next. When one is not appended, none
 * that was checked after it is, and all of these are checked again: for others of this document's log, on other nodes, may have come
 * between.
 *
 * <p>Its methods are called one after another, each by any thread that holds no lock, as they read the log and ask the application.
 */
final class LiveDocument {

    private static final System.Logger LOG = System.getLogger(LiveDocument.class.getName());

    /** The most changes that are in the log's hands. */
    private static final int MAX_IN_FLIGHT = 64;

    /** How often a change is checked again because others were faster. */
    private static final int MAX_TRIES = 50;

    /** A place where nothing is ever appended: it only finds out whether the log has a message already. */
    private static final long NOWHERE = Long.MAX_VALUE;

    private final String name;
    private final ChannelName channel;
    private final Documents documents;
    private final DocumentLog log;

    private final Deque<Proposal> waiting = new ArrayDeque<>();
    /** What the log has been given and has not answered, in the order of the versions. */
    private final Deque<Flight> flying = new ArrayDeque<>();
    /** Those of a broken chain, which are checked again once nothing is in the log's hands. */
    private final List<Proposal> again = new ArrayList<>();

    /** What the log has; {@code null} when it must be read. */
    private @Nullable DocumentState head;

    /** What the log will have when it has taken all that it was given. */
    private @Nullable DocumentState ahead;

    /** What the log was given since it was read last. */
    private Chain chain = new Chain();

    /** Whether something was not appended, so that nothing after it will be. */
    private boolean isBroken;

    /** The version of the latest snapshot, as far as this node knows. */
    private long snapshot;

    /** A proposal that the log was given, and what the document is when it is taken. */
    private record Flight(Proposal proposal, DocumentState after) {}

    LiveDocument(String name, Documents documents, DocumentLog log) {
        this.name = name;
        this.channel = ChannelName.ofDocument(name);
        this.documents = documents;
        this.log = log;
    }

    /** Whether it only takes memory. */
    boolean isIdle() {
        return waiting.isEmpty() && flying.isEmpty();
    }

    /** How much of it, in characters. */
    long size() {
        return head == null ? 0 : head.size();
    }

    /** Takes a change; it is answered in time. */
    void propose(Proposal proposal) {
        waiting.add(proposal);
        work();
    }

    /** Tells what the document is: nobody who asks sees less than was acknowledged to anybody before. */
    void read(CompletableFuture<DocumentState> answer) {
        try {
            var state = flying.isEmpty() || head == null ? refresh() : head;
            if (state.version() > 0) {
                answer.complete(state);
                return;
            }
        } catch (LogUnavailableException e) {
            answer.completeExceptionally(Documents.unavailable(e));
            return;
        }
        // It may have to begin with something of the application's.
        var nothing = new Proposal(null, null, state -> null);
        var unused = nothing.answer().whenComplete((changed, failure) -> {
            var state = head;
            if (failure != null || state == null) {
                answer.completeExceptionally(failure == null ? new IllegalStateException("nothing was read") : failure);
            } else {
                answer.complete(state);
            }
        });
        propose(nothing);
    }

    private DocumentState refresh() {
        var read = log.read(channel, name, head);
        snapshot = Math.max(snapshot, read.snapshot());
        head = read.state();
        if (flying.isEmpty()) {
            ahead = head;
        }
        return head;
    }

    /** The last value that is known. A document to which nobody has written begins with what the application has for it. */
    private DocumentState beforeNext() {
        var before = ahead == null ? refresh() : ahead;
        if (before.version() > 0) {
            return before;
        }
        var begin = documents.rules().source(name);
        if (begin.isEmpty()) {
            return before;
        }
        var value = Documents.requireShallow(begin.get());
        var change = Change.replacing(value);
        Proposal.Edit edit = state -> state.version() == 0 ? change : null;
        give(new Proposal(null, null, edit), change, before, documents.grown(before, change, value));
        return Objects.requireNonNull(ahead);
    }

    private void work() {
        while (!waiting.isEmpty() && !isBroken && flying.size() < MAX_IN_FLIGHT) {
            var proposal = waiting.remove();
            try {
                if (!check(proposal)) {
                    waiting.addFirst(proposal);
                    return;
                }
            } catch (RuntimeException | Error e) {
                proposal.fail(e instanceof LogUnavailableException ? Documents.unavailable(e) : e);
            }
        }
    }

    /** Checks a change and gives it to the log, or answers it; false when first the log must answer what it was given. */
    private boolean check(Proposal proposal) {
        var before = beforeNext();
        try {
            var change = proposal.edit().of(before);
            if (change != null) {
                var after = change.on(before.value());
                var wanted = documents.rules().check(name, proposal.by(), before, after);
                if (!wanted.equals(after)) {
                    change = Change.between(before.value(), Documents.requireShallow(wanted));
                }
                give(proposal, change, before, documents.grown(before, change, wanted));
                return true;
            }
        } catch (ChangeException e) {
            return isCurrent(before) ? refuse(proposal, e.at(before)) : flying.isEmpty() && check(proposal);
        }
        if (!isCurrent(before)) {
            return flying.isEmpty() && check(proposal);
        }
        proposal.answer().complete(new Changed(before.position(), false));
        return true;
    }

    /** Whether the log has just this value now: nothing is refused because of another. If another node was faster, that is known now. */
    private boolean isCurrent(DocumentState before) {
        return flying.isEmpty() && refresh().position().equals(before.position());
    }

    private void give(Proposal proposal, Change change, DocumentState before, DocumentState after) {
        var json = documents.write(name, proposal, change, after.position());
        if (json.length() > DocumentLog.MAX_TEXT) {
            throw ChangeException.tooLarge(documents.settings().maxSize());
        }
        var draft = new Draft(channel, DocumentLog.CHANGED, proposal.by(), null, json, proposal.id())
                .onlyAfter(before.position(), chain);
        var flight = new Flight(proposal, after);
        flying.add(flight);
        ahead = after;
        append(draft, answer -> landed(flight, answer));
    }

    /** What became of a draft. */
    private record Answer(
            @Nullable Receipt receipt, @Nullable Throwable failure) {

        boolean isMoved() {
            return failure instanceof HeadMovedException;
        }
    }

    private void append(Draft draft, Consumer<Answer> then) {
        var unused = documents.publish(draft).whenComplete((receipt, failure) -> {
            if (failure != null) {
                // Also when it did not come to the log at all.
                draft.breakChain();
            }
            var cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            documents.doFor(name, this, () -> then.accept(new Answer(receipt, cause)));
        });
    }

    /** A repeat does not fit any more where it was made already, so the log is asked before it is refused. */
    private boolean refuse(Proposal proposal, ChangeException why) {
        var now = why.head().orElseThrow();
        if (proposal.id() == null || now.version() == 0) {
            proposal.fail(why);
            return true;
        }
        var draft = new Draft(channel, DocumentLog.CHANGED, proposal.by(), null, "null", proposal.id())
                .onlyAfter(new Position(now.position().epoch(), NOWHERE));
        var flight = new Flight(proposal, now);
        flying.add(flight);
        append(draft, answer -> {
            if (answer.isMoved()) {
                flying.remove(flight);
                proposal.fail(why);
                goOn();
            } else {
                landed(flight, answer);
            }
        });
        return true;
    }

    private void landed(Flight flight, Answer answer) {
        flying.remove(flight);
        var proposal = flight.proposal();
        var receipt = answer.receipt();
        if (receipt != null) {
            var position = Objects.requireNonNull(receipt.position(), "a document's channel is durable");
            if (receipt.duplicate()) {
                isBroken = true;
            } else if (head == null || head.version() < position.offset()) {
                head = flight.after();
            }
            proposal.answer().complete(new Changed(position, receipt.duplicate()));
        } else {
            isBroken = true;
            if (answer.isMoved()) {
                again.add(proposal);
            } else {
                proposal.fail(Objects.requireNonNull(answer.failure()));
            }
        }
        goOn();
    }

    private void goOn() {
        if (isBroken && flying.isEmpty()) {
            isBroken = false;
            chain = new Chain();
            ahead = null;
            for (var n = again.size() - 1; n >= 0; n--) {
                retry(again.get(n));
            }
            again.clear();
        }
        keepSnapshot();
        work();
    }

    private void retry(Proposal proposal) {
        var next = proposal.triedAgain();
        if (next.tries() > MAX_TRIES) {
            proposal.fail(new RefusedException(OVERLOADED, "others change this document all the time; try again"));
        } else {
            waiting.addFirst(next);
        }
    }

    private void keepSnapshot() {
        var now = head;
        if (now == null || now.version() - snapshot < documents.settings().snapshotEvery()) {
            return;
        }
        snapshot = now.version();
        try {
            log.keep(name, now);
        } catch (LogUnavailableException e) {
            LOG.log(
                    WARNING,
                    () -> "document " + name + " has no new snapshot; the next one is tried after "
                            + documents.settings().snapshotEvery() + " changes: " + e.getMessage());
        }
    }
}
