package dev.herald.document;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static dev.herald.api.RefusedException.Reason.OVERLOADED;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.api.RefusedException;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.Log;
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.Snapshots;
import dev.herald.json.JsonGuard;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Shared documents: JSON values, each changed by many, and everyone who has one open gets its changes in the order of its versions. A
 * document is the durable channel {@code doc:name}, and its version is the offset of its last change there. So the log's order is the
 * order of the changes, on any number of nodes.
 *
 * <p>A change is checked on a borrowed thread, one of a document after another, against the value that it is to be made to, and appended
 * only if no other one has come between ({@link Draft#after}). What it has to bear is asked of the {@link DocumentRules}.
 *
 * <p>Any thread may call, with any lock held that {@link DocumentRules} and the hub's observers do not take: all methods only queue.
 * Stages complete on borrowed threads that hold no lock.
 */
public final class Documents implements AutoCloseable {

    /** How long the end waits for what is under way. */
    private static final Duration LAST_CHANGES = Duration.ofSeconds(2);

    /** What a document takes in memory besides its value, in characters. */
    private static final int OVERHEAD = 500;

    private static final JsonProvider JSON = JsonProvider.provider();

    private final Hub hub;
    private final DocumentLog log;
    private final DocumentRules rules;
    private final DocumentSettings settings;
    private final Clock clock;
    private final OrderedDispatcher<String, Runnable> work;

    /** How many changes and openings are not answered. */
    private final AtomicInteger unanswered = new AtomicInteger();

    // Guarded by this map's monitor, under which nothing is called.
    /** The documents in memory, the one that was used the longest time ago first. */
    private final Map<String, Resident> residents = new LinkedHashMap<>(16, 0.75f, true);

    private long residentSize;

    /** A document in memory. Only the thread that works at the document uses what is in it. */
    private record Resident(LiveDocument document, long size) {}

    /**
     * What there are in a hub.
     *
     * @param log the hub's
     * @param executor lends the threads
     */
    public Documents(
            Hub hub,
            Log log,
            Snapshots snapshots,
            DocumentRules rules,
            DocumentSettings settings,
            Clock clock,
            Executor executor) {
        this.hub = hub;
        this.log = new DocumentLog(log, snapshots);
        this.rules = rules;
        this.settings = settings;
        this.clock = clock;
        this.work = new OrderedDispatcher<>(
                executor, settings.threads(), settings.waiting(), DocumentSettings.LINGER, (name, what) -> what.run());
    }

    /**
     * What a document is. Whoever asks sees all changes that were acknowledged before.
     *
     * @return fails with {@link RefusedException} when that cannot be read
     */
    public CompletionStage<DocumentState> read(String name) {
        var answer = new CompletableFuture<DocumentState>();
        return queue(name, answer, document -> document.read(answer));
    }

    /**
     * What a document is for somebody who has an earlier version.
     *
     * @param since what the asker has; {@code null} for nothing
     * @return fails with {@link RefusedException} when that cannot be read
     */
    public CompletionStage<Opened> open(String name, @Nullable Position since) {
        var opened = new CompletableFuture<Opened>();
        var unused = read(name).whenComplete((state, failure) -> {
            try {
                if (failure == null) {
                    opened.complete(opened(name, state, since));
                } else {
                    opened.completeExceptionally(failure);
                }
            } catch (LogUnavailableException e) {
                opened.completeExceptionally(unavailable(e));
            } catch (RuntimeException | Error e) {
                opened.completeExceptionally(e);
            }
        });
        return opened;
    }

    private Opened opened(String name, DocumentState state, @Nullable Position since) {
        var text = state.text();
        if (since != null
                && since.epoch().equals(state.position().epoch())
                && since.offset() <= state.version()
                && state.version() - since.offset() <= settings.snapshotEvery() * 10L) {
            var changes = log.changes(ChannelName.ofDocument(name), since, state.version(), text.length());
            if (changes.isPresent()) {
                return new Opened(name, state.position(), null, changes.get());
            }
        }
        return new Opened(name, state.position(), text, null);
    }

    /**
     * Changes a document.
     *
     * @param by who does; {@code null} for the application itself
     * @param base the version that the author has seen; {@code null} for whatever it is
     * @param only the version that the document must have still; {@code null} for any that the change fits
     * @param id the author's own id of the change, 1 to {@link Draft#MAX_CLIENT_ID} characters, by which a repeat is recognised;
     *     {@code null} for none
     * @return completes when the change is in the log; fails with {@link ChangeException} when it is not made, with
     *     {@link RefusedException} when it is not, or nobody knows
     */
    public CompletionStage<Changed> change(
            String name,
            @Nullable Person by,
            @Nullable Long base,
            @Nullable Position only,
            @Nullable String id,
            Change change) {
        return propose(name, new Proposal(by, id, head -> {
            if (only != null && !only.equals(head.position())) {
                throw ChangeException.conflict("the document is at version " + head.version());
            }
            return fitting(head, base, change);
        }));
    }

    /** As above, whatever the version is, as far as the change fits. */
    public CompletionStage<Changed> change(
            String name, @Nullable Person by, @Nullable Long base, @Nullable String id, Change change) {
        return change(name, by, base, null, id, change);
    }

    /**
     * Changes a document to what is computed from it. The function may be called again, when others were faster; it gets the value that
     * the change is made to.
     *
     * @return as {@link #change}; nothing is changed when the function returns an equal value
     */
    public CompletionStage<Changed> change(String name, @Nullable Person by, Rewriting rewriting) {
        return propose(name, new Proposal(by, null, head -> {
            var after = rewriting.of(head.value());
            JsonGuard.requireHarmless(after.toString());
            return after.equals(head.value()) ? null : Change.between(head.value(), after);
        }));
    }

    /** Computes what a document is to become. */
    @FunctionalInterface
    public interface Rewriting {

        /** The new value. */
        JsonValue of(JsonValue value);
    }

    private CompletionStage<Changed> propose(String name, Proposal proposal) {
        return queue(name, proposal.answer(), document -> document.propose(proposal));
    }

    /** The change, if it can be meant for this value by somebody who has seen that version. */
    private static Change fitting(DocumentState head, @Nullable Long base, Change change) {
        if (base == null || base == head.version()) {
            return change;
        }
        if (base > head.version()) {
            throw ChangeException.conflict("there is no version " + base + " yet");
        }
        if (change instanceof Patch patch) {
            if (patch.guesses(head.value())) {
                throw ChangeException.conflict("others have changed the document since version " + base
                        + ", and the patch names an element of an array by its index without a test of it");
            }
            try {
                patch.on(head.value());
            } catch (ChangeException e) {
                throw e.asConflict();
            }
        }
        return change;
    }

    private <T> CompletionStage<T> queue(String name, CompletableFuture<T> answer, Work what) {
        if (unanswered.incrementAndGet() > settings.waiting()) {
            unanswered.decrementAndGet();
            return CompletableFuture.failedStage(
                    new RefusedException(OVERLOADED, "too many changes of documents wait; try again later"));
        }
        var unused = answer.whenComplete((done, failure) -> unanswered.decrementAndGet());
        work.add(name, () -> {
            var document = resident(name);
            try {
                what.on(document);
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            } finally {
                settle(name, document);
            }
        });
        return answer;
    }

    /** Something to do with a document. */
    private interface Work {
        void on(LiveDocument document);
    }

    /** For the document: does something in its turn. */
    void doFor(String name, LiveDocument document, Runnable what) {
        work.add(name, () -> {
            try {
                what.run();
            } finally {
                settle(name, document);
            }
        });
    }

    private LiveDocument resident(String name) {
        synchronized (residents) {
            var there = residents.get(name);
            if (there != null) {
                return there.document();
            }
            var made = new LiveDocument(name, this, log);
            residents.put(name, new Resident(made, 0));
            return made;
        }
    }

    /** Notes how large a document is now, and has others leave the memory that nobody has used for a while. */
    private void settle(String name, LiveDocument document) {
        String oldest = null;
        synchronized (residents) {
            var there = residents.get(name);
            if (there != null) {
                var size = document.size() + OVERHEAD;
                residentSize += size - there.size();
                residents.put(name, new Resident(document, size));
            }
            if (residentSize > settings.idleSize() && residents.size() > 1) {
                oldest = residents.keySet().iterator().next();
            }
        }
        if (oldest != null) {
            var gone = oldest;
            work.add(gone, () -> forget(gone));
        }
    }

    private void forget(String name) {
        synchronized (residents) {
            var there = residents.get(name);
            if (there != null && there.document().isIdle()) {
                residents.remove(name);
                residentSize -= there.size();
            }
        }
    }

    /** How many documents are in memory. */
    public int residents() {
        synchronized (residents) {
            return residents.size();
        }
    }

    DocumentRules rules() {
        return rules;
    }

    DocumentSettings settings() {
        return settings;
    }

    CompletionStage<Receipt> publish(Draft draft) {
        try {
            return hub.publish(draft);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /**
     * What a document is after a change.
     *
     * @throws ChangeException when it is too large
     */
    DocumentState grown(DocumentState before, Change change, JsonValue after) {
        var grown = before.changed(new Position(before.position().epoch(), before.version() + 1), change, after);
        // Mostly it cannot be too large, and its text need not be written to know that.
        if (grown.size() > settings.maxSize()) {
            grown = grown.measured();
        }
        if (grown.size() > settings.maxSize()) {
            throw ChangeException.tooLarge(settings.maxSize());
        }
        return grown;
    }

    /**
     * Passes a value that does not come from a change that was made to one.
     *
     * @throws ChangeException when it is nested too deep
     */
    static JsonValue requireShallow(JsonValue value) {
        if (Operation.depth(value) > DocumentState.MAX_DEPTH) {
            throw ChangeException.tooDeep();
        }
        return value;
    }

    /** A change as clients get it, as JSON text. */
    String write(String name, Proposal proposal, Change change, Position position) {
        var json = JSON.createObjectBuilder()
                .add("name", name)
                .add("version", position.offset())
                .add("epoch", position.epoch());
        var by = proposal.by();
        if (by != null) {
            json.add("by", JSON.createObjectBuilder().add("id", by.id()).add("name", by.name()));
        }
        json.add("at", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        if (proposal.id() != null) {
            json.add("id", proposal.id());
        }
        return DocumentState.text(json.add(change.kind(), change.json()).build());
    }

    static RefusedException unavailable(Throwable failure) {
        return new RefusedException(LOG_UNAVAILABLE, String.valueOf(failure.getMessage()));
    }

    /** What is under way is answered, if that does not take long. */
    @Override
    public void close() {
        work.finish(LAST_CHANGES);
    }
}
