package dev.herald.journal;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import dev.herald.api.ChannelKind;
import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.concurrent.WriteBatch;
import dev.herald.hub.Appended;
import dev.herald.hub.Draft;
import dev.herald.hub.Log;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import dev.herald.json.WellFormed;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A log in a database, which keeps everything until it is {@linkplain #trim trimmed}. Any number of nodes may use the same
 * database.
 *
 * <p>Drafts wait in a queue, and one thread commits all of them in one transaction. While a thread is in a {@link WriteBatch},
 * the writer waits a moment for more drafts from it. When a transaction fails, its drafts are refused, and so are all that wait
 * at that time, unless a single draft was the cause. The next draft is tried as usual: when the database has been restarted,
 * the log works again without a restart.
 *
 * <p>Texts may have any Unicode character but U+0000 and halves of surrogate pairs.
 *
 * <p>Threads: any thread may append, even while it holds a lock. Reading waits for the database, so readers hold no lock. The
 * stages complete on the one thread that writes. It commits nothing meanwhile, so dependent stages must only compute and queue.
 */
public final class JdbcLog implements Log, AutoCloseable {

    /** The most drafts in one transaction. */
    static final int BATCH = 256;

    /** The most text in one transaction, in characters. A single larger draft is committed alone. */
    private static final int BATCH_SIZE = 4 * 1024 * 1024;

    /**
     * The most messages that are handed out together. With more, queues could overflow before their clients have emptied them.
     */
    private static final int TOLD_TOGETHER = 16;

    /** How long a commit waits for more drafts of the same {@link WriteBatch}. */
    private static final Duration PATIENCE = Duration.ofMillis(1);

    /** How long the writer keeps its thread when there is nothing to write. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** How long {@link #close} waits until everything is committed. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger(JdbcLog.class.getName());

    private final GroupCommit groupCommit;
    private final Tails tails;
    private final LogReader reader;
    private final Writer<Waiting> writer;
    private final Runnable noMoreExpected;

    /** Whether the last transaction failed. Used only by the thread that writes; that may be a different thread each time. */
    private volatile boolean failing;

    private record Waiting(Draft draft, CompletableFuture<Appended> stage) {

        int size() {
            return draft.event().length() + draft.json().length();
        }
    }

    /**
     * The most that the log keeps in memory.
     *
     * @param waiting drafts that are not committed yet
     * @param waitingSize of their text, in characters
     * @param recent committed messages of all channels
     * @param recentBytes of these, an estimate of the memory they take
     */
    public record Bounds(int waiting, long waitingSize, int recent, long recentBytes) {

        public Bounds {
            if (waiting < 1 || waitingSize < 1 || recent < 1 || recentBytes < 1) {
                throw new IllegalArgumentException("each bound is at least 1");
            }
        }
    }

    /**
     * The log in a database whose {@linkplain Schema tables} exist when it is first used.
     *
     * @param database should be a pool whose connections fail within a known time when the database does not answer
     * @param clock gives the messages' time
     * @param threads one of these writes as long as drafts wait
     */
    public JdbcLog(DataSources database, Clock clock, Threads threads, Bounds bounds) {
        this.groupCommit = new GroupCommit(database.writing(), clock);
        this.tails = new Tails(bounds.recent(), bounds.recentBytes());
        this.reader = new LogReader(database.reading(), tails, groupCommit::settled);
        this.writer = new Writer<>(
                threads,
                new Writer.Bounds(bounds.waiting(), bounds.waitingSize(), BATCH, BATCH_SIZE, PATIENCE, LINGER),
                Waiting::size,
                this::write,
                JdbcLog::fail);
        this.noMoreExpected = writer::expectNoMore;
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        if (!isStorable(draft)) {
            return CompletableFuture.failedStage(unavailable("the log holds neither U+0000 nor broken Unicode"));
        }
        if (WriteBatch.beforeWrites(noMoreExpected)) {
            writer.expectMore();
        }
        var waiting = new Waiting(draft, new CompletableFuture<>());
        if (writer.offer(waiting)) {
            return waiting.stage();
        }
        return CompletableFuture.failedStage(unavailable(
                writer.isClosed() ? "the server goes down; try again" : "too many messages wait for the database"));
    }

    /** Takes no more drafts, and waits a limited time until the waiting ones are committed; the rest is refused. */
    @Override
    public void close() {
        writer.close(CLOSE_PATIENCE);
    }

    private static boolean isStorable(Draft draft) {
        var from = draft.from();
        return isStorable(draft.event())
                && isStorable(draft.json())
                && isStorable(draft.to())
                && isStorable(draft.clientId())
                && (from == null || (isStorable(from.id()) && isStorable(from.name())))
                && draft.except().stream().allMatch(JdbcLog::isStorable);
    }

    /** Whether every supported database can store the text. */
    static boolean isStorable(@Nullable String text) {
        return text == null || WellFormed.is(text);
    }

    private void write(List<Waiting> batch) {
        List<Outcome> outcomes;
        try {
            outcomes = groupCommit.append(batch.stream().map(Waiting::draft).toList());
        } catch (SQLException e) {
            failed(batch, e);
            return;
        } catch (RuntimeException | Error e) {
            reject(batch, e);
            return;
        }
        committed(batch, outcomes);
    }

    private void failed(List<Waiting> batch, SQLException cause) {
        if (!Failures.isOfData(cause)) {
            reject(batch, cause);
        } else if (batch.size() == 1) {
            // The failure is not logged: its text may contain the message.
            LOG.log(
                    ERROR,
                    () -> "the database does not take a message to "
                            + batch.get(0).draft().channel() + ": SQLSTATE " + cause.getSQLState());
            fail(batch);
        } else {
            writeOneByOne(batch);
        }
    }

    /**
     * Commits the drafts one by one to find the one that caused the failure. When the database itself fails meanwhile, the
     * others are not tried.
     */
    private void writeOneByOne(List<Waiting> batch) {
        for (var n = 0; n < batch.size(); n++) {
            if (failing) {
                fail(batch.subList(n, batch.size()));
                return;
            }
            write(batch.subList(n, n + 1));
        }
    }

    /** Hands out the committed messages. What fails from here on is not the database's failure. */
    private void committed(List<Waiting> batch, List<Outcome> outcomes) {
        if (failing) {
            failing = false;
            LOG.log(INFO, "the database takes messages again");
        }
        try {
            remember(outcomes);
        } finally {
            tell(batch, outcomes);
        }
    }

    private void tell(List<Waiting> batch, List<Outcome> outcomes) {
        for (var n = 0; n < batch.size(); n += TOLD_TOGETHER) {
            var from = n;
            var to = Math.min(n + TOLD_TOGETHER, batch.size());
            try {
                WriteBatch.during(() -> complete(batch.subList(from, to), outcomes.subList(from, to)));
            } catch (RuntimeException | Error e) {
                LOG.log(ERROR, "committed messages were not delivered to everyone", e);
            }
        }
    }

    private static void complete(List<Waiting> batch, List<Outcome> outcomes) {
        for (var n = 0; n < batch.size(); n++) {
            var stage = batch.get(n).stage();
            var outcome = outcomes.get(n);
            if (outcome instanceof Outcome.Taken taken) {
                stage.complete(taken.answer());
            } else if (outcome instanceof Outcome.Refused refused) {
                stage.completeExceptionally(refused.why());
            }
        }
    }

    private void remember(List<Outcome> outcomes) {
        var messages = new HashMap<ChannelName, List<Envelope>>();
        for (var outcome : outcomes) {
            if (outcome instanceof Outcome.Taken taken && !taken.answer().duplicate()) {
                var message = taken.answer().message();
                var channel = message.channel();
                if (channel != null) {
                    messages.computeIfAbsent(channel, it -> new ArrayList<>()).add(message);
                }
            }
        }
        messages.forEach(tails::add);
    }

    private void reject(List<Waiting> batch, Throwable cause) {
        if (writer.isClosed()) {
            LOG.log(DEBUG, "messages are refused as Herald goes down", cause);
        } else if (!failing) {
            failing = true;
            LOG.log(ERROR, "the database takes no messages; each is refused until it does", cause);
        }
        // Drafts in the queue would only wait for another failure, so they are refused too. They are taken out before
        // any sender is told, because a sender may offer its message again at once.
        var others = writer.takeAll();
        fail(batch);
        fail(others);
    }

    private static void fail(List<Waiting> batch) {
        // No draft may be written before those are broken off that it would have to follow.
        batch.forEach(waiting -> waiting.draft().breakChain());
        for (var waiting : batch) {
            waiting.stage().completeExceptionally(unavailable("the log cannot take the message now; try again"));
        }
    }

    private static RefusedException unavailable(String why) {
        return new RefusedException(LOG_UNAVAILABLE, why);
    }

    @Override
    public Replay since(ChannelName channel, Position since, int limit) {
        return reader.since(channel, since, limit);
    }

    @Override
    public Page before(ChannelName channel, long before, int limit) {
        return reader.before(channel, before, limit);
    }

    @Override
    public Position head(ChannelName channel) {
        return reader.head(channel);
    }

    @Override
    public Map<ChannelName, Position> heads(Collection<ChannelName> channels) {
        return reader.heads(channels);
    }

    @Override
    public ChannelKind kind(ChannelName channel) {
        return ChannelKind.DURABLE;
    }

    /**
     * Forgets the oldest messages of a channel, and the ids by which repeats of them were recognised. Readers stop seeing them
     * at once; the database removes them in small steps, one step for each call. No step delays publishers for long: the
     * statement that locks the channel changes one row.
     *
     * @param upTo the last one to forget; nothing more is forgotten when it is ahead of the head
     * @return whether the database still has forgotten messages. The next call removes more of them, even if its {@code upTo}
     *     is different
     * @throws dev.herald.hub.LogUnavailableException when the database does not answer; the messages may or may not be
     *     forgotten
     */
    public boolean trim(ChannelName channel, Position upTo) {
        return reader.trim(channel, upTo);
    }

    /** How many messages are not committed yet. */
    public int waiting() {
        return writer.waiting();
    }
}
