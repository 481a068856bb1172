package dev.herald.boardstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.boardstore.ChannelTables.Outcome;
import dev.herald.journal.Housekeeping;
import dev.herald.journal.Schema;
import dev.herald.testing.AdjustableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
        store = BoardStore.in(database, clock, Housekeeping.ALONE);
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

    private static PushTables.Device device(int n) {
        return new PushTables.Device("https://push.example/" + n, "key", "secret", "en");
    }

    @Test
    void allNodesHaveOneKeyPairThoughTheyStartAtOnce() throws Exception {
        var nodes = Executors.newFixedThreadPool(4);
        try {
            var made = nodes.invokeAll(IntStream.range(0, 4)
                    .mapToObj(n -> (Callable<PushTables.Keys>)
                            () -> store.push().keys(new PushTables.Keys("public " + n, "private " + n)))
                    .toList());
            var first = made.get(0).get();
            for (var one : made) {
                assertThat(one.get()).isEqualTo(first);
            }
            assertThat(store.push().keys(new PushTables.Keys("later", "later"))).isEqualTo(first);
        } finally {
            nodes.shutdownNow();
        }
    }

    @Test
    void aDeviceIsOfOnePersonUntilItIsForgotten() {
        assertThat(store.push().isAny()).isFalse();
        assertThat(store.push().keep(device(1), ANN, "ann")).isTrue();
        assertThat(store.push().keep(device(2), SALMA, SALMA)).isTrue();
        assertThat(store.push().isAny()).isTrue();
        assertThat(store.push().of(SALMA)).containsExactly(device(2));

        var inGerman = new PushTables.Device(device(2).endpoint(), "other key", "other secret", "de");
        store.push().keep(inGerman, ANN, "ann");
        assertThat(store.push().of(SALMA))
                .as("the browser is another person's now")
                .isEmpty();
        assertThat(store.push().of(ANN)).containsExactlyInAnyOrder(device(1), inGerman);

        assertThat(store.push().forget(device(1).endpoint())).isTrue();
        assertThat(store.push().forget(device(1).endpoint())).isFalse();
        assertThat(store.push().of(ANN)).containsExactly(inGerman);
    }

    @Test
    void theDeviceThatWasNotUsedForTheLongestTimeMakesRoom() {
        for (var n = 0; n < PushTables.MAX_DEVICES; n++) {
            store.push().keep(device(n), ANN, "ann");
            clock.pass(Duration.ofMillis(1));
        }
        store.push().keep(device(0), ANN, "ann");
        clock.pass(Duration.ofMillis(1));
        store.push().keep(device(99), ANN, "ann");
        store.push().keep(device(100), SALMA, SALMA);

        assertThat(store.push().of(ANN))
                .hasSize(PushTables.MAX_DEVICES)
                .contains(device(0), device(2), device(99))
                .doesNotContain(device(1));
        assertThat(store.push().of(SALMA)).hasSize(1);
    }

    @Test
    void peopleWithDevicesAreFoundByTheirNamesAndChannels() {
        store.push().keep(device(1), ANN, "ann");
        store.push().keep(device(2), ANN, "ann");
        store.push().keep(device(3), SALMA, SALMA);
        store.channels().enter(SALMA, ORDERS, 10);

        assertThat(store.push().named(List.of("ann", SALMA, "bob"), null, 10)).containsExactlyInAnyOrder(ANN, SALMA);
        assertThat(store.push().named(List.of("ann", SALMA), ORDERS, 10)).containsExactly(SALMA);
        assertThat(store.push().named(List.of("ann", SALMA), TEA, 10)).isEmpty();
        assertThat(store.push().named(List.of("ann", SALMA), null, 1)).hasSize(1);
        assertThat(store.push().named(List.of("an", "anna"), null, 10)).isEmpty();
        assertThat(store.push().named(List.of(), null, 10)).isEmpty();
        var many = IntStream.range(0, PushTables.MAX_NAMES - 1).mapToObj(n -> "n" + n);
        assertThat(store.push().named(Stream.concat(many, Stream.of("ann")).toList(), null, 10))
                .containsExactly(ANN);
    }

    @Test
    void aDeviceWhoseServiceFailsForDaysIsForgotten() {
        store.push().keep(device(1), ANN, "ann");
        store.push().fails(device(1).endpoint());
        clock.pass(PushTables.PATIENCE.minusMillis(1));
        store.push().fails(device(1).endpoint());
        store.push().works(device(1).endpoint());
        clock.pass(Duration.ofDays(1));
        store.push().fails(device(1).endpoint());
        clock.pass(PushTables.PATIENCE);
        assertThat(store.push().of(ANN)).as("it has worked meanwhile").hasSize(1);

        clock.pass(Duration.ofMillis(1));
        store.push().fails(device(1).endpoint());
        assertThat(store.push().of(ANN)).isEmpty();
    }

    @Test
    void aDeviceOfWhichNothingWasHeardForTooLongIsToldNothingUntilItComesBack() {
        store.push().keep(device(1), ANN, "ann");
        store.push().keep(device(2), SALMA, SALMA);
        clock.pass(PushTables.LIFETIME);
        store.push().keep(device(2), SALMA, SALMA);
        assertThat(store.push().of(ANN)).hasSize(1);

        clock.pass(Duration.ofMillis(1));
        assertThat(store.push().of(ANN)).isEmpty();
        assertThat(store.push().named(List.of("ann", SALMA), null, 10)).containsExactly(SALMA);

        store.push().keep(device(1), ANN, "ann");
        assertThat(store.push().of(ANN)).hasSize(1);
        assertThat(store.push().named(List.of("ann"), null, 10)).containsExactly(ANN);
    }

    @Test
    void whoIsSignedOutIsToldByNoDevice() {
        store.push().keep(device(1), ANN, "ann");
        store.push().keep(device(2), ANN, "ann");
        store.push().keep(device(3), SALMA, SALMA);
        store.push().forgetAll(ANN);

        assertThat(store.push().of(ANN)).isEmpty();
        assertThat(store.push().of(SALMA)).hasSize(1);
    }

    @Test
    void isAwayWhoIsNoted() {
        store.names().away(SALMA, true);

        assertThat(store.names().isAway(SALMA)).isTrue();
        assertThat(store.names().isAway(ANN)).isFalse();
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
    void aGuestsNameIsFreeWhenTheGuestHasGoneAndAUsersNever() {
        var bob = new Person("guest-bob0000000000000", "Jürgen");
        var eve = new Person("guest-eve0000000000000", "JÜRGEN");
        assertThat(store.names().claim(bob, "jurgen", id -> false)).isTrue();
        assertThat(store.names().claim(bob, "jurgen", id -> false)).isTrue();
        assertThat(store.names().claim(eve, "jurgen", id -> false))
                .as("he may be on the way back")
                .isFalse();
        clock.pass(NameTables.RESERVED.plusMillis(1));
        assertThat(store.names().claim(eve, "jurgen", bob.id()::equals)).isFalse();
        assertThat(store.names().claim(eve, "jurgen", id -> false)).isTrue();
        assertThat(store.names().claim(eve, "eve", id -> false)).isTrue();
        assertThat(store.names().claim(bob, "jurgen", id -> true))
                .as("Eve has another name now")
                .isTrue();

        assertThat(store.names().reserve(new Person("jurgen", "Jürgen"), "jurgen"))
                .isTrue();
        assertThat(store.names().reserve(new Person("other", "Jürgen"), "jurgen"))
                .isFalse();
        clock.pass(NameTables.RESERVED.plusMillis(1));
        assertThat(store.names().claim(bob, "jurgen", id -> false)).isFalse();
    }

    @Test
    void peopleAreAwayUntilTheyAreBack() {
        assertThat(store.names().away(ANN, true)).isTrue();
        assertThat(store.names().away(ANN, true)).isFalse();
        assertThat(store.names().away(SALMA, true)).isTrue();
        assertThat(store.names().away()).containsExactlyInAnyOrder(ANN, SALMA);
        assertThat(store.names().away(ANN, false)).isTrue();
        assertThat(store.names().away(ANN, false)).isFalse();
        assertThat(store.names().away()).containsExactly(SALMA);
    }

    @Test
    void messagesAreEditedDeletedAndReactedTo() {
        var seven = new MarkTables.Place(ORDERS, "", 7);
        assertThat(store.marks().edit(seven, "first")).isTrue();
        assertThat(store.marks().edit(seven, "名前 😀")).isTrue();
        assertThat(store.marks().react(seven, ANN, "👍", true)).isEqualTo(Outcome.DONE);
        assertThat(store.marks().react(seven, ANN, "👍", true)).isEqualTo(Outcome.WAS_SO);
        clock.pass(Duration.ofMillis(1));
        assertThat(store.marks().react(seven, SALMA, "👍", true)).isEqualTo(Outcome.DONE);
        assertThat(store.marks().react(seven, SALMA, "🎉", true)).isEqualTo(Outcome.DONE);
        assertThat(store.marks().react(seven, SALMA, "🎉", false)).isEqualTo(Outcome.DONE);
        assertThat(store.marks().react(seven, SALMA, "🎉", false)).isEqualTo(Outcome.WAS_SO);
        store.marks().delete(new MarkTables.Place(ORDERS, "", 8));
        store.marks().edit(new MarkTables.Place(ORDERS, "another life", 7), "not this one");
        store.marks().edit(new MarkTables.Place(ORDERS, "", 9), "not in the range");

        assertThat(store.marks().read(new MarkTables.Place(ORDERS, "", 1), 9))
                .containsOnly(
                        Map.entry(
                                7L,
                                new Marks(
                                        "名前 😀",
                                        clock.instant().minusMillis(1),
                                        false,
                                        Map.of("👍", List.of(ANN, SALMA)))),
                        Map.entry(8L, new Marks(null, null, true, Map.of())));

        store.marks().delete(seven);
        assertThat(store.marks().edit(seven, "too late")).isFalse();
        assertThat(store.marks().read(seven, 8)).containsOnly(Map.entry(7L, new Marks(null, null, true, Map.of())));
    }

    @Test
    void reactionsToAMessageAreBounded() {
        var place = new MarkTables.Place(ORDERS, "", 1);
        for (var n = 0; n < MarkTables.MAX_EMOJIS; n++) {
            assertThat(store.marks().react(place, ANN, "e" + n, true)).isEqualTo(Outcome.DONE);
        }
        assertThat(store.marks().react(place, ANN, "one more", true)).isEqualTo(Outcome.TOO_MANY);
        for (var n = MarkTables.MAX_EMOJIS; n < MarkTables.MAX_REACTIONS; n++) {
            assertThat(store.marks().react(place, "person " + n, "e0", true)).isEqualTo(Outcome.DONE);
        }
        assertThat(store.marks().react(place, "one more", "e0", true)).isEqualTo(Outcome.TOO_MANY);
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

    @Test
    void whoIsAnnouncedIsThereUntilTheyAreAnnouncedToBeGone() {
        assertThat(store.present().all()).isEmpty();

        store.present().write(List.of(new Person(ANN, "Ann"), new Person(SALMA, "سلمى 😀")), List.of());
        store.present().write(List.of(new Person(ANN, "名前")), List.of());
        assertThat(store.present().all().values())
                .containsExactlyInAnyOrder(new Person(ANN, "名前"), new Person(SALMA, "سلمى 😀"));

        store.present().write(List.of(), List.of(ANN, "nobody"));
        assertThat(store.present().all()).containsOnlyKeys(SALMA);
    }
}
