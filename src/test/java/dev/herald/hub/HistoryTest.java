package dev.herald.hub;

import static dev.herald.hub.LogContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.ObserverDiary;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What people get to read of a channel's past. */
class HistoryTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final ChannelName ROOM = new ChannelName("room");
    private static final Person ANN = new Person("ann", "Ann");

    private final UnrulyLog log =
            new UnrulyLog(new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(20_000, 100_000_000, 100)));
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of("typing:*"), List.of()),
            new ObserverDiary(),
            new HubLimits(10, 3, 5),
            Clock.systemUTC(),
            Runnable::run);
    private final Member ann = new TestClient(ANN).connect(hub).member();

    @Test
    void isTheLatestMessagesTheNewestFirstIfNothingMoreIsSaid() {
        publish(NEWS, 60);

        var page = ask("news", null, null);

        assertThat(page.channel()).isEqualTo(NEWS);
        assertThat(offsets(page)).isEqualTo(downFrom(60, 11));
        assertThat(page.head()).isEqualTo(log.head(NEWS));
    }

    @Test
    void goesOnBeforeTheLastMessageOfAPageUntilNothingIsLeft() {
        publish(ROOM, 300);
        var read = new ArrayList<Long>();

        for (var page = ask("room", null, "130"); !page.messages().isEmpty(); page = ask("room", oldest(page), "130")) {
            read.addAll(offsets(page));
        }

        assertThat(read).isEqualTo(downFrom(300, 1));
    }

    @Test
    void hasAThousandMessagesAtTheMostAndReadsThemInSmallSteps() {
        publish(ROOM, 1_200);

        assertThat(offsets(ask("room", null, "1000"))).isEqualTo(downFrom(1_200, 201));

        assertThat(log.largestPage()).isLessThanOrEqualTo(HistoryPage.STEP);
    }

    @Test
    void hasHalfAMegabyteOfTextAtTheMostButAlwaysOneMessage() {
        for (var n = 1; n <= 5; n++) {
            publish(ROOM, "\"" + "x".repeat(200_000) + "\"");
        }
        publish(ROOM, "\"" + "x".repeat(1_000_000) + "\"");

        var first = ask("room", null, null);
        var second = ask("room", oldest(first), null);
        var third = ask("room", oldest(second), null);

        assertThat(offsets(first)).containsExactly(6L);
        assertThat(offsets(second)).containsExactly(5L, 4L);
        assertThat(offsets(third)).containsExactly(3L, 2L);
    }

    @Test
    void isEmptyOfAVolatileChannelAndOfOneThatNobodyHasWrittenTo() {
        publish(new ChannelName("typing:room"), "1");

        assertThat(ask("typing:room", null, null).messages()).isEmpty();
        assertThat(ask("quiet", null, null))
                .isEqualTo(new HistoryPage(new ChannelName("quiet"), List.of(), log.head(new ChannelName("quiet"))));
    }

    @Test
    void leavesOutMessagesThatExceptWhoAsks() {
        var tab = ann.connection().id();
        for (var n = 1; n <= 400; n++) {
            publish(ROOM, "" + n, n % 4 == 0 ? "somebody-else" : tab);
        }

        assertThat(offsets(ask("room", null, "60"))).hasSize(60).first().isEqualTo(400L);
        assertThat(offsets(ask("room", 10L, null))).containsExactly(8L, 4L);
        assertThat(offsets(hub.history(ROOM, Long.MAX_VALUE, 3, except -> !except.isEmpty())))
                .isEmpty();
    }

    @Test
    void looksAtTenThousandMessagesForOnePageAtTheMost() {
        publish(ROOM, "\"first\"");
        for (var n = 1; n <= HistoryPage.MAX_READ + HistoryPage.STEP; n++) {
            publish(ROOM, "" + n, ann.connection().id());
        }

        assertThat(ask("room", null, null).messages()).isEmpty();
        assertThat(ask("room", 2L, null).messages()).hasSize(1);
    }

    @Test
    void isOnePersonsOwnInAPrivateChannel() {
        publish(ChannelName.ofUser("ann"), 2);

        assertThat(offsets(ask("user:ann", null, null))).containsExactly(2L, 1L);
    }

    @Test
    void isRefusedWhenTheLogCannotBeReadAndOneLineSaysSo() {
        log.cannotRead(ROOM::equals);
        try (var errors = new ErrorLog("dev.herald.hub")) {
            for (var n = 1; n <= 100; n++) {
                assertThatExceptionOfType(RefusedException.class)
                        .isThrownBy(() -> ask("room", null, null))
                        .matches(e -> e.reason() == RefusedException.Reason.LOG_UNAVAILABLE);
            }

            assertThat(errors.lines()).singleElement().asString().startsWith("the log cannot be read");
        }
        log.cannotRead(channel -> false);
        assertThat(ask("room", null, null).messages()).isEmpty();
    }

    @Test
    void hasNothingOfAnotherLifeOfTheChannel() {
        publish(ROOM, 300);
        log.afterNextPage(() -> log.become(
                new MemoryLog("next", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 1_000_000, 100)), ROOM, 300));

        var page = ask("room", null, "200");

        assertThat(page.head().epoch()).isEqualTo("life.0");
        assertThat(page.messages())
                .hasSize(HistoryPage.STEP)
                .allSatisfy(message -> assertThat(position(message).epoch()).isEqualTo("life.0"));
    }

    private HistoryPage ask(String channel, Long before, String limit) {
        return ann.history(
                new ChannelName(channel),
                before == null ? Long.MAX_VALUE : before,
                limit == null ? HistoryPage.DEFAULT_LIMIT : Integer.parseInt(limit));
    }

    private void publish(ChannelName channel, int messages) {
        for (var n = 1; n <= messages; n++) {
            publish(channel, "" + n);
        }
    }

    private void publish(ChannelName channel, String json, String... except) {
        await(hub.publish(new Draft(channel, "event", null, null, json, null, Set.of(except))));
    }

    private static Position position(Envelope message) {
        return LogContract.position(message);
    }

    private static List<Long> offsets(HistoryPage page) {
        return LogContract.offsets(page.messages());
    }

    private static Long oldest(HistoryPage page) {
        return position(page.messages().get(page.messages().size() - 1)).offset();
    }

    private static List<Long> downFrom(int newest, int oldest) {
        var offsets = new ArrayList<>(
                IntStream.rangeClosed(oldest, newest).mapToObj(n -> (long) n).toList());
        Collections.reverse(offsets);
        return offsets;
    }
}
