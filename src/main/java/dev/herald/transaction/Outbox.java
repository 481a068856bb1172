package dev.herald.transaction;

import dev.herald.api.ChannelName;
import dev.herald.api.Receipt;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.random.RandomIds;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/**
 * The transactional outbox: messages to durable channels are written by the transaction that publishes them, into a table of the
 * application's database, and moved to the log after its commit. Any thread may call, holding no lock; {@link #write} waits for the
 * database.
 */
public final class Outbox {

    /** Of a message's random id, which is 24 characters. */
    private static final int ID_BYTES = 18;

    private final DataSource database;
    private final Predicate<ChannelName> isDurable;
    private final Clock clock;
    private final OutboxRelay relay;

    Outbox(DataSource database, Predicate<ChannelName> isDurable, Clock clock, OutboxRelay relay) {
        this.database = database;
        this.isDurable = isDurable;
        this.clock = clock;
        this.relay = relay;
    }

    /**
     * An outbox as it is set.
     *
     * @param isDurable whether messages to a channel go by the outbox; the others would not survive the server anyway
     * @param clock gives the rows' time, which is information only
     * @param executor lends one thread as long as there are messages to be moved
     * @param timer may have a single thread: what it runs here does not wait
     * @return empty when none is used
     * @throws IllegalArgumentException when there is no such data source
     */
    public static Optional<Outbox> of(
            OutboxSettings settings,
            Hub hub,
            Predicate<ChannelName> isDurable,
            Clock clock,
            Executor executor,
            ScheduledExecutorService timer) {
        if (!settings.isUsed()) {
            return Optional.empty();
        }
        var database = lookUp(settings.dataSource());
        Runnable prepare = settings.migrates() ? () -> OutboxSchema.migrate(database) : () -> {};
        var relay = new OutboxRelay(database, hub::publish, prepare, executor, timer);
        return Optional.of(new Outbox(database, isDurable, clock, relay));
    }

    /** The data source gives connections that belong to the calling thread's transaction. */
    @SuppressWarnings("BanJNDI") // the name is the operator's, never a client's
    private static DataSource lookUp(String name) {
        try {
            return InitialContext.doLookup(name);
        } catch (NamingException | ClassCastException e) {
            throw new IllegalArgumentException("herald.outbox.datasource: there is no data source " + name, e);
        }
    }

    void open() {
        relay.open();
    }

    void close() {
        relay.close();
    }

    /** Whether messages to this channel go by the outbox. */
    boolean takes(ChannelName channel) {
        return isDurable.test(channel);
    }

    /** The draft with an id, by which the log recognises it when it is moved twice. */
    static Draft named(Draft draft) {
        return new Draft(
                draft.channel(),
                draft.event(),
                draft.from(),
                draft.to(),
                draft.json(),
                RandomIds.ofBytes(ID_BYTES),
                draft.except());
    }

    /**
     * Writes a draft in the calling thread's transaction; until its end no other one writes to the draft's channel.
     *
     * @throws SQLException also when the data source gives a connection that commits by itself
     */
    void write(Draft draft) throws SQLException {
        relay.hold(draft);
        try (var connection = database.getConnection()) {
            if (connection.getAutoCommit()) {
                throw new SQLException(
                        "connections of herald.outbox.datasource do not take part in the transaction now");
            }
            OutboxTable.write(connection, draft, clock.millis());
        }
    }

    /** The receipt of a draft that is committed now; it fails when nobody knows yet. */
    CompletionStage<Receipt> receipt(Draft committed) {
        return relay.expect(committed);
    }

    /** The transaction that wrote drafts, or was to, has ended: has them moved, if it has committed. */
    void ended(List<Draft> drafts, boolean isCommitted) {
        relay.release(drafts);
        if (isCommitted) {
            relay.wake();
        }
    }
}
