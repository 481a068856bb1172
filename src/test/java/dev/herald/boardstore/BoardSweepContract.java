package dev.herald.boardstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.boardstore.ChannelTables.Outcome;
import dev.herald.journal.Housekeeping;
import dev.herald.journal.Schema;
import dev.herald.testing.AdjustableClock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is removed from the board's tables on each database, and what is not. */
abstract class BoardSweepContract {

    private static final ChannelName ORDERS = new ChannelName("orders");
    private static final Person GUEST = new Person("guest-0123456789abcdef", "Jürgen");
    private static final Person OTHER = new Person("guest-0123456789abcdeX", "名前");
    private static final Person USER = new Person("guest-book", "سلمى");
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final AdjustableClock clock = new AdjustableClock(Instant.parse("2026-01-01T12:00:00Z"));
    private final AtomicBoolean isMine = new AtomicBoolean(true);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private DataSource database;
    private BoardStore store;
    private BoardSweeper sweeper;

    /** A database that is new and empty. */
    abstract DataSource createDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = createDatabase();
        Schema.prepare(database, "epoch");
        var housekeeping = new Housekeeping(true, isMine::get);
        store = BoardStore.in(database, clock, housekeeping);
        sweeper = BoardSweeper.in(database, housekeeping, clock, timer, Runnable::run);
    }

    @AfterEach
    void end() {
        sweeper.close();
        timer.shutdownNow();
    }

    private void run(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static MarkTables.Place at(String life, long offset) {
        return new MarkTables.Place(ORDERS, life, offset);
    }

    private Set<Long> marked(String life) {
        return store.marks().read(at(life, 1), 2_000).keySet();
    }

    @Test
    void whatBecameOfTrimmedMessagesIsRemovedHoweverMuchItIs() throws Exception {
        var many = BoardSweeper.BATCH * 2 + 100L;
        run("INSERT INTO board_mark (channel, life, number, text, deleted) VALUES "
                + LongStream.rangeClosed(1, many)
                        .mapToObj(n -> "('" + ORDERS + "', '', " + n + ", 'text', FALSE)")
                        .collect(Collectors.joining(", ")));
        store.marks().react(at("", 1), "ann", "👍", true);
        store.marks().react(at("", many), "ann", "👍", true);
        store.marks().edit(at("life", 1), "in memory");
        sweeper.sweep();
        assertThat(marked("")).hasSize((int) many);

        run("INSERT INTO channel (name, epoch, head, first_kept) VALUES ('orders', 'epoch', " + many + ", " + many
                + ")");
        isMine.set(false);
        sweeper.sweep();
        assertThat(marked("")).as("another node sweeps").hasSize((int) many);
        isMine.set(true);
        sweeper.sweep();

        assertThat(marked("")).containsExactly(many);
        assertThat(store.marks().read(at("", many), many + 1).get(many).hasReaction("👍", "ann"))
                .isTrue();
        assertThat(marked("life")).containsExactly(1L);
        assertThat(store.marks().react(at("", 1), "ann", "👍", true))
                .as("it was removed")
                .isEqualTo(Outcome.DONE);
    }

    private void comes(Person person) {
        store.channels().enter(person.id(), ORDERS, 10);
        store.reads().move(person.id(), Conversation.in(ORDERS), new Position("e", 1));
        store.names().claim(person, "skeleton of " + person.id(), id -> false);
        store.names().away(person.id(), true);
        store.push()
                .keep(
                        new PushTables.Device("https://push.example/" + person.id(), "key", "secret", "en"),
                        person.id(),
                        person.name());
    }

    @Test
    void guestsWhoDoNotComeBackAreForgottenAndUsersAreNot() {
        List.of(GUEST, OTHER, USER).forEach(this::comes);
        clock.pass(BoardSweeper.GUESTS_KEPT);
        sweeper.sweep();
        assertThat(store.names().away()).containsExactlyInAnyOrder(GUEST.id(), OTHER.id(), USER.id());

        store.reads().move(OTHER.id(), Conversation.in(ORDERS), new Position("e", 2));
        clock.pass(MOMENT);
        sweeper.sweep();

        assertThat(store.channels().memberships(GUEST.id())).isEmpty();
        assertThat(store.reads().all(GUEST.id())).isEmpty();
        assertThat(store.names().away()).containsOnly(OTHER.id(), USER.id());
        assertThat(store.names().claim(USER, "skeleton of " + GUEST.id(), id -> true))
                .as("the name is free")
                .isTrue();
        for (var person : List.of(OTHER, USER)) {
            assertThat(store.channels().memberships(person.id())).hasSize(1);
            assertThat(store.reads().all(person.id())).hasSize(1);
        }
    }

    @Test
    void devicesOfWhichNothingWasHeardForTooLongAreForgotten() throws Exception {
        List.of(GUEST, USER).forEach(this::comes);
        clock.pass(PushTables.LIFETIME);
        comes(OTHER);
        sweeper.sweep();
        assertThat(devices()).isEqualTo(3);

        clock.pass(MOMENT);
        sweeper.sweep();
        assertThat(devices()).isEqualTo(1);
        assertThat(store.push().of(OTHER.id())).hasSize(1);
    }

    private int devices() throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM board_push")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void aGuestWhoIsThereIsNotForgotten() {
        comes(GUEST);
        store.present().write(List.of(GUEST), List.of());
        clock.pass(BoardSweeper.GUESTS_KEPT.plus(MOMENT));
        sweeper.sweep();
        assertThat(store.channels().memberships(GUEST.id())).hasSize(1);

        store.present().write(List.of(), List.of(GUEST.id()));
        sweeper.sweep();
        assertThat(store.channels().memberships(GUEST.id())).isEmpty();
    }
}
