package dev.herald.journal;

import static dev.herald.api.RefusedException.Reason.LOG_UNAVAILABLE;
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
import dev.herald.hub.LogUnavailableException;
import dev.herald.hub.Page;
import dev.herald.hub.Replay;
import dev.herald.json.WellFormed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A log in a database, which keeps everything until it is {@linkplain #trim trimmed}. Any number of nodes may have one on the same
 * database.
 *
 * <p>Drafts wait in a queue, and one writer commits all that wait in one transaction; it waits a moment for more of what a thread
 * appends within one {@link WriteBatch}. When the transaction fails, so do its
 * drafts and those that have waited for it meanwhile, unless one of them was the cause. The next one is tried as if nothing had
 * been: the log needs no restart after the database had one.
 *
 * <p>All texts may be any Unicode but the character U+0000 and halves of surrogate pairs.
 */
public final class JdbcLog implements Log {

    /** How many drafts are committed together at the most. */
    static final int BATCH = 256;

    /** How much text is committed together at the most, in characters, unless one draft has more. */
    private static final int BATCH_SIZE = 4 * 1024 * 1024;

    /** How many messages are handed out together at the most, lest queues fill up that their clients would have emptied. */
    private static final int TOLD_TOGETHER = 16;

    /** How long a commit is put off for what a thread may append in the same go. */
    private static final Duration PATIENCE = Duration.ofMillis(1);

    /** How long the writer keeps its thread when nothing waits. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** How many trimmed messages are removed together at the most. */
    static final int TRIMMED_TOGETHER = 500;

    private static final System.Logger LOG = System.getLogger(JdbcLog.class.getName());

    private final DataSource database;
    private final GroupCommit groupCommit;
    private final Tails tails;

    private final Writer<Waiting> writer;
    private final Runnable noMoreExpected;

    /** Whether the last transaction failed. Only the writer uses it. */
    private volatile boolean failing;

    private record Waiting(Draft draft, CompletableFuture<Appended> stage) {

        int size() {
            return draft.event().length() + draft.json().length();
        }
    }

    /**
     * What the log keeps in memory at the most.
     *
     * @param waiting drafts that are not committed yet
     * @param waitingSize of their text, in characters
     * @param recent committed messages of all channels
     * @param recentBytes of these, as the memory taken is estimated
     */
    public record Bounds(int waiting, long waitingSize, int recent, long recentBytes) {

        public Bounds {
            if (waiting < 1 || waitingSize < 1 || recent < 1 || recentBytes < 1) {
                throw new IllegalArgumentException("each bound is at least 1");
            }
        }
    }

    /**
     * The log in a database whose {@linkplain Schema tables} are there when it is first used.
     *
     * @param database best gives connections from a pool, that fail in finite time when the database does not answer
     * @param clock gives the messages' time
     * @param executor lends one thread as long as drafts wait
     */
    public JdbcLog(DataSource database, Clock clock, Executor executor, Bounds bounds) {
        this.database = database;
        this.groupCommit = new GroupCommit(database, clock);
        this.tails = new Tails(bounds.recent(), bounds.recentBytes());
        this.writer = new Writer<>(
                executor,
                new Writer.Bounds(bounds.waiting(), bounds.waitingSize(), BATCH, BATCH_SIZE, PATIENCE, LINGER),
                Waiting::size,
                this::write,
                JdbcLog::fail);
        this.noMoreExpected = writer::expectNoMore;
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        var waiting = new Waiting(draft, new CompletableFuture<>());
        if (!isStorable(draft)) {
            return CompletableFuture.failedStage(unavailable("the log holds neither U+0000 nor broken Unicode"));
        }
        if (WriteBatch.beforeWrites(noMoreExpected)) {
            writer.expectMore();
        }
        return writer.offer(waiting)
                ? waiting.stage()
                : CompletableFuture.failedStage(unavailable("too many messages wait for the database"));
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

    /** Whether every database of ours takes the text. */
    static boolean isStorable(@Nullable String text) {
        return text == null || WellFormed.is(text);
    }

    private void write(List<Waiting> batch) {
        try {
            commit(batch);
        } catch (SQLException e) {
            if (!Failures.isOfData(e)) {
                reject(batch, e);
            } else if (batch.size() == 1) {
                // Not with the failure: its text may have the message in it.
                LOG.log(
                        ERROR,
                        () -> "the database does not take a message to "
                                + batch.get(0).draft().channel() + ": SQLSTATE " + e.getSQLState());
                fail(batch);
            } else {
                writeOneByOne(batch);
            }
        } catch (RuntimeException | Error e) {
            reject(batch, e);
        }
    }

    /** Finds out which of the drafts was the cause. When the database is gone meanwhile, it is asked no more for the others. */
    private void writeOneByOne(List<Waiting> batch) {
        for (var n = 0; n < batch.size(); n++) {
            if (failing) {
                fail(batch.subList(n, batch.size()));
                return;
            }
            write(batch.subList(n, n + 1));
        }
    }

    private void commit(List<Waiting> batch) throws SQLException {
        var outcomes = groupCommit.append(batch.stream().map(Waiting::draft).toList());
        if (failing) {
            failing = false;
            LOG.log(INFO, "the database takes messages again");
        }
        remember(outcomes);
        for (var n = 0; n < batch.size(); n += TOLD_TOGETHER) {
            var from = n;
            var to = Math.min(n + TOLD_TOGETHER, batch.size());
            WriteBatch.during(() -> tell(batch.subList(from, to), outcomes.subList(from, to)));
        }
    }

    private static void tell(List<Waiting> batch, List<Outcome> outcomes) {
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
        if (!failing) {
            failing = true;
            LOG.log(ERROR, "the database takes no messages; each is refused until it does", cause);
        }
        // They have waited as long, and would wait once more. Taken before anybody is told: who hears of it may try
        // again.
        var others = writer.takeAll();
        fail(batch);
        fail(others);
    }

    private static void fail(List<Waiting> batch) {
        for (var waiting : batch) {
            waiting.stage().completeExceptionally(unavailable("the log cannot take the message now; try again"));
        }
    }

    private static RefusedException unavailable(String why) {
        return new RefusedException(LOG_UNAVAILABLE, why);
    }

    @Override
    public Replay since(ChannelName channel, Position since, int limit) {
        return read(connection -> since(connection, channel, since, limit));
    }

    private Replay since(Connection connection, ChannelName channel, Position since, int limit) throws SQLException {
        while (true) {
            var row = channel(connection, channel);
            var head = row.position();
            if (!head.epoch().equals(since.epoch())) {
                return new Replay.Gap(Replay.Reason.EPOCH, head);
            }
            if (since.offset() > head.offset()) {
                return new Replay.Gap(Replay.Reason.AHEAD, head);
            }
            if (since.offset() < row.firstKept() - 1) {
                return new Replay.Gap(Replay.Reason.TRIMMED, head);
            }
            var upTo = Math.min(head.offset(), since.offset() + limit);
            var messages = messages(connection, channel, head.epoch(), since.offset(), upTo);
            if (messages.size() == upTo - since.offset()) {
                return new Replay.Complete(messages, head);
            }
            requireTrimmed(connection, channel, row);
        }
    }

    @Override
    public Page before(ChannelName channel, long before, int limit) {
        return read(connection -> before(connection, channel, before, limit));
    }

    private Page before(Connection connection, ChannelName channel, long before, int limit) throws SQLException {
        while (true) {
            var row = channel(connection, channel);
            var upTo = Math.min(row.head(), before - 1);
            var after = Math.max(row.firstKept() - 1, upTo - limit);
            var messages = new ArrayList<>(messages(connection, channel, row.epoch(), after, upTo));
            if (messages.size() == Math.max(upTo - after, 0)) {
                Collections.reverse(messages);
                return new Page(messages, row.position());
            }
            requireTrimmed(connection, channel, row);
        }
    }

    @Override
    public Position head(ChannelName channel) {
        return read(connection -> channel(connection, channel)).position();
    }

    @Override
    public ChannelKind kind(ChannelName channel) {
        return ChannelKind.DURABLE;
    }

    /**
     * Forgets the oldest messages of a channel, and that they could be repeated: at once for those who read, but in small steps
     * in the database, of which a call does one. No step holds up those who publish: what locks the channel changes one row.
     *
     * @param upTo the last one to forget; nothing more is forgotten when it is ahead of the head
     * @return whether the database still has messages that are forgotten, which the next call removes: so does one with another
     *     {@code upTo}, when something came between
     * @throws LogUnavailableException when the database does not answer; they are forgotten or not
     */
    public boolean trim(ChannelName channel, Position upTo) {
        return read(connection -> {
            var row = Tables.channel(connection, channel);
            if (row.firstKept() <= upTo.offset()) {
                Tables.trim(connection, channel, upTo);
                row = Tables.channel(connection, channel);
            }
            tails.forget(channel, row.firstKept() - 1);
            var first = Tables.first(connection, channel).orElse(row.firstKept());
            var last = Math.min(first + TRIMMED_TOGETHER, row.firstKept()) - 1;
            if (first <= last) {
                Tables.remove(connection, channel, first, last);
            }
            return last < row.firstKept() - 1;
        });
    }

    /** How many messages wait for the database. */
    public int waiting() {
        return writer.waiting();
    }

    private Tables.Row channel(Connection connection, ChannelName channel) throws SQLException {
        var row = Tables.channel(connection, channel);
        return new Tables.Row(row.epoch(), groupCommit.settled(channel, row.head()), row.firstKept());
    }

    private List<Envelope> messages(Connection connection, ChannelName channel, String epoch, long after, long upTo)
            throws SQLException {
        if (after >= upTo) {
            return List.of();
        }
        var recent = tails.read(channel, epoch, after, upTo);
        if (recent.isPresent()) {
            return recent.get();
        }
        var messages = Tables.messages(connection, channel, epoch, after, upTo);
        if (messages.size() == upTo - after) {
            tails.add(channel, messages);
        }
        return messages;
    }

    /** Messages that were to be read are not there: that is so only when they were trimmed since their channel was read. */
    private static void requireTrimmed(Connection connection, ChannelName channel, Tables.Row before)
            throws SQLException {
        if (Tables.channel(connection, channel).firstKept() == before.firstKept()) {
            throw new LogUnavailableException("messages are missing in channel " + channel);
        }
    }

    /** Something to read. */
    private interface Reading<T> {
        T from(Connection connection) throws SQLException;
    }

    private static <T> T read(Connection connection, Reading<T> reading) throws SQLException {
        try {
            return reading.from(connection);
        } catch (SQLException e) {
            Tables.afterFailure(connection, e);
            throw e;
        }
    }

    private <T> T read(Reading<T> reading) {
        try (var connection = database.getConnection()) {
            return read(connection, reading);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private static LogUnavailableException unreadable(SQLException cause) {
        return new LogUnavailableException("the log's database does not answer", cause);
    }
}
