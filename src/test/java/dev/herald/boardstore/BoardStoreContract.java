package dev.herald.boardstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import dev.herald.boardstore.ChannelTables.Outcome;
import dev.herald.journal.Schema;
import dev.herald.testing.AdjustableClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the board's tables promise on each database. */
abstract class BoardStoreContract {

    static final ChannelName ORDERS = new ChannelName("orders");
    static final ChannelName TEA = new ChannelName("tea_time");
    static final String ANN = "ann";
    static final String SALMA = "سلمى 😀";

    final AdjustableClock clock = new AdjustableClock(Instant.parse("2026-01-01T12:00:00Z"));
    BoardStore store;

    /** A database that is new and empty. */
    abstract DataSource createDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        var database = createDatabase();
        Schema.prepare(database, "epoch");
        store = BoardStore.in(database, clock);
    }

    @Test
    void aChannelIsMadeOnceAndAsManyAsAllowed() {
        assertThat(store.channels().make(ORDERS, "名前", 2)).isEqualTo(Outcome.DONE);
        assertThat(store.channels().make(ORDERS, "another", 2)).isEqualTo(Outcome.WAS_SO);
        assertThat(store.channels().make(TEA, "", 2)).isEqualTo(Outcome.DONE);
        assertThat(store.channels().make(new ChannelName("more"), "", 2)).isEqualTo(Outcome.TOO_MANY);

        assertThat(store.channels().find(List.of(ORDERS, new ChannelName("more"))))
                .containsOnly(Map.entry(ORDERS, new BoardChannel(ORDERS, "名前", 0)));
        assertThat(store.channels().find(List.of())).isEmpty();
    }

    @Test
    void channelsAreBrowsedInTheOrderOfTheirNamesByPartsOfNameAndTopic() {
        for (var name : List.of("orders", "tea_time", "teatime", "Zoo")) {
            store.channels().make(new ChannelName(name), name.equals("orders") ? "Kaffee & Käse 100%" : "", 10);
        }

        assertThat(names("", "", 10)).containsExactlyInAnyOrder("orders", "tea_time", "teatime", "Zoo");
        assertThat(names("KÄSE", "", 10)).containsExactly("orders");
        assertThat(names("A_T", "", 10)).containsExactly("tea_time");
        assertThat(names("%", "", 10)).containsExactly("orders");
        assertThat(names("!", "", 10)).isEmpty();
        var first = names("", "", 2);
        var rest = names("", first.get(1), 10);
        assertThat(first).hasSize(2).doesNotContainAnyElementsOf(rest);
        assertThat(rest).hasSize(2);
    }

    private List<String> names(String part, String after, int limit) {
        return store.channels().browse(part, after, limit).stream()
                .map(channel -> channel.name().value())
                .toList();
    }

    @Test
    void topicsAreChangedAndAChannelWithATopicExists() {
        store.channels().topic(ORDERS, "one");
        store.channels().topic(ORDERS, "two 😀");

        assertThat(store.channels().find(List.of(ORDERS)).get(ORDERS).topic()).isEqualTo("two 😀");
    }

    @Test
    void peopleAreInChannelsUntilTheyLeave() {
        store.channels().make(ORDERS, "", 10);
        assertThat(store.channels().enter(ANN, ORDERS, 2)).isEqualTo(Outcome.DONE);
        assertThat(store.channels().enter(ANN, ORDERS, 2)).isEqualTo(Outcome.WAS_SO);
        assertThat(store.channels().enter(SALMA, ORDERS, 2)).isEqualTo(Outcome.DONE);
        assertThat(store.channels().enter(ANN, TEA, 2)).isEqualTo(Outcome.DONE);
        assertThat(store.channels().enter(ANN, new ChannelName("more"), 2)).isEqualTo(Outcome.TOO_MANY);

        assertThat(store.channels().memberships(ANN))
                .containsExactly(new Membership(ORDERS, false), new Membership(TEA, false));
        assertThat(store.channels().find(List.of(ORDERS)).get(ORDERS).members()).isEqualTo(2);

        assertThat(store.channels().exit(ANN, ORDERS)).isTrue();
        assertThat(store.channels().exit(ANN, ORDERS)).isFalse();
        assertThat(store.channels().memberships(ANN)).containsExactly(new Membership(TEA, false));
        assertThat(store.channels().memberships(SALMA)).containsExactly(new Membership(ORDERS, false));
    }

    @Test
    void aChannelIsMutedForOnePerson() {
        store.channels().enter(SALMA, ORDERS, 2);
        store.channels().mute(ANN, ORDERS, true);
        assertThat(store.channels().memberships(ANN)).containsExactly(new Membership(ORDERS, true));
        assertThat(store.channels().memberships(SALMA)).containsExactly(new Membership(ORDERS, false));

        store.channels().mute(ANN, ORDERS, false);
        assertThat(store.channels().memberships(ANN)).containsExactly(new Membership(ORDERS, false));
    }

    @Test
    void nobodyReadsBackwardsWithinAnEpoch() {
        var orders = Conversation.in(ORDERS);
        assertThat(store.reads().move(ANN, orders, at(7))).isEqualTo(at(7));
        assertThat(store.reads().move(ANN, orders, at(3))).isEqualTo(at(7));
        assertThat(store.reads().move(ANN, orders, at(9))).isEqualTo(at(9));
        assertThat(store.reads().move(ANN, Conversation.with(SALMA), at(1))).isEqualTo(at(1));
        assertThat(store.reads().move(SALMA, orders, at(2))).isEqualTo(at(2));

        assertThat(store.reads().all(ANN))
                .containsOnly(Map.entry(orders, at(9)), Map.entry(Conversation.with(SALMA), at(1)));

        assertThat(store.reads().move(ANN, orders, new Position("another", 1))).isEqualTo(new Position("another", 1));
    }

    static Position at(long offset) {
        return new Position("life", offset);
    }

    @Test
    void whatSeveralNodesDoAtOnceIsDoneOnce() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try {
            var outcomes = new ArrayList<Outcome>();
            var work = IntStream.rangeClosed(1, 8)
                    .<Callable<Outcome>>mapToObj(n -> () -> {
                        store.reads().move(ANN, Conversation.in(ORDERS), at(n));
                        store.channels().mute(ANN, ORDERS, true);
                        return store.channels().make(ORDERS, "topic " + n, 10);
                    })
                    .toList();
            for (var outcome : threads.invokeAll(work)) {
                outcomes.add(outcome.get());
            }

            assertThat(outcomes).containsOnlyOnce(Outcome.DONE).contains(Outcome.WAS_SO);
            assertThat(store.reads().all(ANN)).containsValue(at(8));
        } finally {
            threads.shutdownNow();
        }
    }
}
