package dev.herald.hub;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.RefusedException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Log} promises. The test of each implementation inherits these. */
public abstract class LogContract {

    protected static final ChannelName NEWS = ChannelName.NEWS;
    protected static final ChannelName ORDERS = new ChannelName("orders");
    protected static final Person ANN = new Person("ann", "Ann");
    protected static final Person BOB = new Person("bob", "Bob");

    /** What the log's clock says; the part below the millisecond is not kept. */
    protected static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789123456Z"), ZoneOffset.UTC);

    /** All that a reader can want. */
    protected static final int ALL = 1_000_000;

    private static final int MESSAGES_KEPT = 10_000;

    protected Log log;

    /**
     * A new and empty log.
     *
     * @param messages of each channel that it keeps at the least
     */
    protected abstract Log createLog(Clock clock, int messages) throws Exception;

    @BeforeEach
    void createLog() throws Exception {
        log = createLog(CLOCK, MESSAGES_KEPT);
    }

    @Test
    void numbersTheMessagesOfEachChannelFrom1WithoutGaps() {
        for (var n = 1; n <= 5; n++) {
            assertThat(append(NEWS, "" + n).offset()).isEqualTo(n);
            assertThat(append(ORDERS, "" + n).offset()).isEqualTo(n);
        }
    }

    @Test
    void keepsTheOrderOfOneThreadsDrafts() {
        var stages = IntStream.rangeClosed(1, 500)
                .mapToObj(n -> log.append(draft(n % 2 == 0 ? NEWS : ORDERS, "" + n)))
                .toList();
        stages.forEach(LogContract::await);

        assertThat(jsons(all(NEWS)))
                .containsExactlyElementsOf(numbers(1, 250).map(n -> "" + 2 * n).toList());
        assertThat(jsons(all(ORDERS)))
                .containsExactlyElementsOf(
                        numbers(1, 250).map(n -> "" + (2 * n - 1)).toList());
    }

    @Test
    void takesEachMessageOfManyThreadsOnceAndWithoutGaps() throws Exception {
        var channels = List.of(NEWS, ORDERS, new ChannelName("third"));

        var receipts = inThreads(8, thread -> {
            var stages = new ArrayList<CompletionStage<Appended>>();
            for (var n = 1; n <= 100; n++) {
                for (var channel : channels) {
                    stages.add(log.append(draft(channel, thread * 1_000 + n + "")));
                }
            }
            return stages.stream().map(stage -> await(stage).message()).toList();
        });

        for (var channel : channels) {
            var stored = all(channel);
            assertThat(offsets(stored))
                    .containsExactlyElementsOf(numbers(1, 800).toList());
            assertThat(jsons(stored)).doesNotHaveDuplicates();
            assertThat(receipts.stream().flatMap(List::stream).filter(m -> channel.equals(m.channel())))
                    .containsExactlyInAnyOrderElementsOf(stored);
            for (var thread = 0; thread < 8; thread++) {
                var first = thread * 1_000;
                assertThat(stored.stream()
                                .map(m -> Integer.parseInt(m.json()))
                                .filter(json -> json > first && json < first + 1_000))
                        .isSorted();
            }
        }
    }

    @Test
    void keepsItsEpoch() {
        var before = log.head(NEWS).epoch();
        append(NEWS, "1");
        append(ORDERS, "1");
        append(NEWS, "2");

        assertThat(log.head(NEWS).epoch()).isEqualTo(before);
        assertThat(all(NEWS)).allSatisfy(m -> assertThat(position(m).epoch()).isEqualTo(before));
    }

    @Test
    void hasItsHeadAtTheLastMessage() {
        assertThat(log.head(NEWS).offset()).isZero();
        append(NEWS, "1");
        var second = append(NEWS, "2");
        append(ORDERS, "1");

        assertThat(log.head(NEWS)).isEqualTo(second);
        assertThat(log.head(new ChannelName("nobody-was-here")).offset()).isZero();
    }

    @Test
    void readsWhatCameAfterAPositionInItsOrder() {
        var beginning = log.head(NEWS);
        var first = append(NEWS, "1");
        append(ORDERS, "other");
        append(NEWS, "2");
        var third = append(NEWS, "3");

        assertThat(jsons(complete(NEWS, beginning, ALL).messages())).containsExactly("1", "2", "3");
        assertThat(jsons(complete(NEWS, first, ALL).messages())).containsExactly("2", "3");
        assertThat(complete(NEWS, first, ALL).head()).isEqualTo(third);
    }

    @Test
    void readsNoMoreThanTheLimitAndTellsWhereTheHeadIs() {
        var first = append(NEWS, "1");
        append(NEWS, "2");
        append(NEWS, "3");
        var fourth = append(NEWS, "4");

        var replay = complete(NEWS, first, 2);

        assertThat(jsons(replay.messages())).containsExactly("2", "3");
        assertThat(replay.head()).isEqualTo(fourth);
        assertThat(jsons(complete(NEWS, first, 1).messages())).containsExactly("2");
        assertThat(jsons(complete(NEWS, first, 3).messages())).containsExactly("2", "3", "4");
    }

    @Test
    void canBeReadPageByPage() {
        var position = log.head(NEWS);
        for (var n = 1; n <= 100; n++) {
            append(NEWS, "" + n);
        }

        var read = new ArrayList<String>();
        while (position.offset() < 100) {
            var page = complete(NEWS, position, 7).messages();
            read.addAll(jsons(page));
            position = position(page.get(page.size() - 1));
        }

        assertThat(read)
                .containsExactlyElementsOf(numbers(1, 100).map(String::valueOf).toList());
    }

    @Test
    void hasNothingAfterItsHead() {
        assertThat(complete(NEWS, log.head(NEWS), ALL).messages()).isEmpty();
        append(NEWS, "1");
        assertThat(complete(NEWS, log.head(NEWS), ALL).messages()).isEmpty();
    }

    @Test
    void saysThatAPositionIsAheadOfIt() {
        var first = append(NEWS, "1");

        assertThat(log.since(NEWS, new Position(first.epoch(), 2), ALL))
                .isEqualTo(new Replay.Gap(Replay.Reason.AHEAD, first));
        assertThat(log.since(ORDERS, new Position(log.head(ORDERS).epoch(), 1), ALL))
                .isEqualTo(new Replay.Gap(Replay.Reason.AHEAD, log.head(ORDERS)));
    }

    @Test
    void saysThatAPositionIsOfAnotherEpoch() {
        var first = append(NEWS, "1");

        for (var offset : List.of(0L, 1L, 2L)) {
            assertThat(log.since(NEWS, new Position("another", offset), ALL))
                    .isEqualTo(new Replay.Gap(Replay.Reason.EPOCH, first));
        }
        assertThat(log.since(ORDERS, new Position("another", 0), ALL))
                .isEqualTo(new Replay.Gap(Replay.Reason.EPOCH, log.head(ORDERS)));
    }

    @Test
    void answersARepeatWithTheFirstMessage() {
        var draft = draft(NEWS, ANN, "1", "id-1");
        var first = await(log.append(draft));
        append(NEWS, "2");

        var repeat = await(log.append(draft));

        assertThat(first.duplicate()).isFalse();
        assertThat(repeat).isEqualTo(new Appended(first.message(), true));
        assertThat(offsets(all(NEWS))).containsExactly(1L, 2L);
    }

    @Test
    void knowsARepeatByThePersonsIdNotByTheDisplayName() {
        append(draft(NEWS, ANN, "1", "id-1"));

        assertThat(await(log.append(draft(NEWS, new Person("ann", "Annie"), "1", "id-1")))
                        .duplicate())
                .isTrue();
    }

    @Test
    void refusesAnIdThatWasUsedForOtherContents() {
        append(new Draft(NEWS, "event", ANN, "bob", "1", "id-1"));

        for (var other : List.of(
                new Draft(NEWS, "event", ANN, "bob", "2", "id-1"),
                new Draft(NEWS, "other", ANN, "bob", "1", "id-1"),
                new Draft(NEWS, "event", ANN, "cid", "1", "id-1"),
                new Draft(NEWS, "event", ANN, null, "1", "id-1"))) {
            assertThat(refusal(log.append(other))).isEqualTo(RefusedException.Reason.ID_REUSED);
        }

        assertThat(jsons(all(NEWS))).containsExactly("1");
        assertThat(append(NEWS, "next").offset()).isEqualTo(2);
    }

    @Test
    void takesTheSameIdOfAnotherSenderOrInAnotherChannelAsAnotherMessage() {
        append(draft(NEWS, ANN, "1", "id-1"));

        assertThat(append(draft(NEWS, BOB, "2", "id-1")).offset()).isEqualTo(2);
        assertThat(append(draft(ORDERS, ANN, "3", "id-1")).offset()).isEqualTo(1);
        assertThat(append(draft(NEWS, ANN, "4", "ID-1")).offset()).isEqualTo(3);
    }

    @Test
    void neverTakesAMessageWithoutIdForARepeat() {
        for (var n = 1; n <= 2; n++) {
            append(draft(NEWS, ANN, "same", null));
            append(draft(NEWS, null, "same", null));
        }

        assertThat(all(NEWS)).hasSize(4);
    }

    @Test
    void knowsARepeatOfTheApplicationsOwnMessage() {
        var draft = draft(NEWS, null, "1", "id-1");
        append(draft(NEWS, ANN, "2", "id-1"));
        var first = await(log.append(draft));

        assertThat(await(log.append(draft))).isEqualTo(new Appended(first.message(), true));
        assertThat(first.duplicate()).isFalse();
        assertThat(refusal(log.append(draft(NEWS, null, "other", "id-1"))))
                .isEqualTo(RefusedException.Reason.ID_REUSED);
        assertThat(append(draft(ORDERS, null, "3", "id-1")).offset()).isEqualTo(1);
        assertThat(jsons(all(NEWS))).containsExactly("2", "1");
    }

    @Test
    void appendsADraftOnlyAfterTheHeadThatItIsToFollow() {
        var beginning = log.head(ORDERS);
        var first = append(draft(ORDERS, "1").onlyAfter(beginning));
        var second = append(draft(ORDERS, "2").onlyAfter(first));

        for (var wrong : List.of(beginning, first, new Position(second.epoch(), 3), new Position("another", 2))) {
            assertThatThrownBy(() -> await(log.append(draft(ORDERS, "3").onlyAfter(wrong))))
                    .as("after " + wrong)
                    .rootCause()
                    .isInstanceOf(HeadMovedException.class)
                    .hasMessageContaining("orders is at 2");
        }
        assertThat(jsons(all(ORDERS))).containsExactly("1", "2");
        assertThat(append(ORDERS, "3").offset()).isEqualTo(3);
    }

    @Test
    void takesTheFirstDraftOfAnEmptyChannelWhateverEpochIsExpected() {
        assertThat(append(draft(ORDERS, "1").onlyAfter(new Position("another", 0)))
                        .offset())
                .isEqualTo(1);
    }

    @Test
    void takesDraftsThatFollowOneAnotherUpToTheFirstThatItRefuses() {
        var head = append(ORDERS, "1");
        var chain = new Chain();
        var stages = LongStream.range(1, 100)
                .mapToObj(n -> log.append(
                        draft(ORDERS, "after " + n).onlyAfter(new Position(head.epoch(), n == 50 ? 1000 : n), chain)))
                .toList();

        assertThat(stages.subList(0, 49))
                .allSatisfy(stage -> assertThat(await(stage).duplicate()).isFalse());
        assertThat(stages.subList(49, 99)).allSatisfy(LogContract::assertMoved);
        assertThat(all(ORDERS)).hasSize(50);
        assertThat(append(ORDERS, "next").offset()).isEqualTo(51);
    }

    @Test
    void takesNothingOfAChainAfterARefusalThoughItsPlaceIsTheHeadByNow() {
        var head = log.head(ORDERS);
        var chain = new Chain();
        append(ORDERS, "somebody else's");
        var first = log.append(draft(ORDERS, "1").onlyAfter(head, chain));
        assertMoved(first);

        assertMoved(log.append(draft(ORDERS, "2").onlyAfter(log.head(ORDERS), chain)));
        assertThat(jsons(all(ORDERS))).containsExactly("somebody else's");
    }

    @Test
    void takesNothingOfAChainAfterARepeatThoughItsPlaceIsTheHeadByNow() {
        var chain = new Chain();
        append(draft(ORDERS, ANN, "1", "id-1"));
        assertThat(await(log.append(draft(ORDERS, ANN, "1", "id-1").onlyAfter(log.head(ORDERS), chain)))
                        .duplicate())
                .isTrue();

        assertMoved(log.append(draft(ORDERS, "2").onlyAfter(log.head(ORDERS), chain)));
    }

    private static void assertMoved(CompletionStage<Appended> stage) {
        assertThatThrownBy(() -> await(stage)).rootCause().isInstanceOf(HeadMovedException.class);
    }

    @Test
    void knowsARepeatByItsIdBeforeItLooksAtThePlace() {
        var head = log.head(ORDERS);
        var first = await(log.append(draft(ORDERS, ANN, "1", "id-1").onlyAfter(head)));
        append(ORDERS, "2");

        assertThat(await(log.append(draft(ORDERS, ANN, "something else", "id-1").onlyAfter(head))))
                .isEqualTo(new Appended(first.message(), true));
        assertThat(jsons(all(ORDERS))).containsExactly("1", "2");
    }

    @Test
    void appendsOneOfManyDraftsForOnePlace() throws Exception {
        for (var round = 1; round <= 20; round++) {
            var head = log.head(ORDERS);
            var wins = inThreads(8, thread -> {
                try {
                    await(log.append(draft(ORDERS, "by " + thread).onlyAfter(head)));
                    return true;
                } catch (RuntimeException | AssertionError e) {
                    return false;
                }
            });

            assertThat(wins).filteredOn(won -> won).hasSize(1);
            assertThat(log.head(ORDERS).offset()).isEqualTo(round);
        }
    }

    @Test
    void appendsTheSameDraftOfManyThreadsOnce() throws Exception {
        for (var round = 1; round <= 20; round++) {
            var draft = draft(NEWS, ANN, "" + round, "id-" + round);

            var answers = inThreads(16, thread -> await(log.append(draft)));

            assertThat(answers).filteredOn(a -> !a.duplicate()).hasSize(1);
            assertThat(answers)
                    .extracting(Appended::message)
                    .containsOnly(answers.get(0).message());
            assertThat(log.head(NEWS).offset()).isEqualTo(round);
        }
    }

    @Test
    void showsNoMessageBeforeAllThatPrecedeIt() throws Exception {
        var beginning = log.head(NEWS);
        var done = new AtomicBoolean();
        var threads = Executors.newFixedThreadPool(6);
        try {
            var writers = IntStream.range(0, 4)
                    .mapToObj(thread -> CompletableFuture.runAsync(
                            () -> numbers(1, 250)
                                    .map(n -> log.append(draft(NEWS, thread + "-" + n)))
                                    .toList()
                                    .forEach(LogContract::await),
                            threads))
                    .toList();
            var readers = IntStream.range(0, 2)
                    .mapToObj(thread -> CompletableFuture.runAsync(
                            () -> {
                                do {
                                    var head = log.head(NEWS);
                                    var replay = complete(NEWS, beginning, ALL);
                                    assertThat(replay.head().offset()).isGreaterThanOrEqualTo(head.offset());
                                    assertThat(offsets(replay.messages()))
                                            .containsExactlyElementsOf(
                                                    numbers(1, replay.head().offset())
                                                            .toList());
                                } while (!done.get());
                            },
                            threads))
                    .toList();
            for (var writer : writers) {
                writer.get(60, SECONDS);
            }
            done.set(true);
            for (var reader : readers) {
                reader.get(60, SECONDS);
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        assertThat(all(NEWS)).hasSize(1_000);
    }

    @Test
    void hasWhatWasAcknowledged() {
        for (var n = 1; n <= 20; n++) {
            var acknowledged = await(log.append(draft(NEWS, "" + n))).message();

            assertThat(log.head(NEWS)).isEqualTo(acknowledged.position());
            assertThat(latest(log, NEWS, 1)).containsExactly(acknowledged);
        }
    }

    @Test
    void readsTheLatestOldestFirst() {
        assertThat(latest(log, NEWS, 3)).isEmpty();
        for (var n = 1; n <= 5; n++) {
            append(NEWS, "" + n);
        }

        assertThat(jsons(latest(log, NEWS, 3))).containsExactly("3", "4", "5");
        assertThat(jsons(latest(log, NEWS, 1))).containsExactly("5");
        assertThat(jsons(latest(log, NEWS, ALL))).containsExactly("1", "2", "3", "4", "5");
        assertThat(latest(log, ORDERS, 3)).isEmpty();
    }

    @Test
    void readsBackwardsFromAnOffset() {
        for (var n = 1; n <= 5; n++) {
            append(NEWS, "" + n);
            append(ORDERS, "other");
        }
        var head = log.head(NEWS);

        assertThat(offsets(log.before(NEWS, 4, 2).messages())).containsExactly(3L, 2L);
        assertThat(jsons(log.before(NEWS, 4, ALL).messages())).containsExactly("3", "2", "1");
        assertThat(log.before(NEWS, 4, 1).head()).isEqualTo(head);
        assertThat(jsons(log.before(NEWS, 2, 1).messages())).containsExactly("1");
        assertThat(log.before(NEWS, 1, ALL)).isEqualTo(new Page(List.of(), head));
    }

    @Test
    void readsBackwardsFromItsEndWhereTheOffsetIsBeyondIt() {
        append(NEWS, "1");
        append(NEWS, "2");

        for (var before : List.of(3L, 4L, 1_000L, Long.MAX_VALUE)) {
            assertThat(jsons(log.before(NEWS, before, 1).messages())).containsExactly("2");
            assertThat(jsons(log.before(NEWS, before, ALL).messages())).containsExactly("2", "1");
        }
    }

    @Test
    void hasNothingBeforeAnyOffsetOfAnEmptyChannel() {
        append(NEWS, "1");

        for (var before : List.of(1L, 2L, Long.MAX_VALUE)) {
            assertThat(log.before(ORDERS, before, ALL)).isEqualTo(new Page(List.of(), log.head(ORDERS)));
        }
    }

    @Test
    void canBeReadBackwardsPageByPageWhileOthersWrite() throws Exception {
        for (var n = 1; n <= 100; n++) {
            append(NEWS, "" + n);
        }

        inThreads(4, thread -> {
            for (var n = 1; n <= 100; n++) {
                if (thread < 2) {
                    await(log.append(draft(NEWS, thread + "-" + n)));
                } else {
                    var newest = log.before(NEWS, Long.MAX_VALUE, 7);
                    var last = newest.head().offset();
                    assertThat(offsets(newest.messages()))
                            .containsExactly(last, last - 1, last - 2, last - 3, last - 4, last - 5, last - 6);
                    assertThat(offsets(log.before(NEWS, last - 6, 9).messages()))
                            .containsExactlyElementsOf(numbers(last - 15, last - 7)
                                    .sorted(Comparator.reverseOrder())
                                    .toList());
                }
            }
            return true;
        });

        var read = new ArrayList<String>();
        for (var page = log.before(NEWS, 101, 9).messages(); !page.isEmpty(); ) {
            read.addAll(jsons(page));
            page = log.before(NEWS, position(page.get(page.size() - 1)).offset(), 9)
                    .messages();
        }
        Collections.reverse(read);
        assertThat(read)
                .containsExactlyElementsOf(numbers(1, 100).map(String::valueOf).toList());
    }

    @Test
    void keepsAMessageAsItWasSent() {
        var json =
                "{\"text\":\"gr\u00fc\u00df \u4f60\u597d \ud83d\ude00 \\u0000 \\\"quoted\\\"\",\"n\":1.50, \"nil\":null}";
        var channel = ChannelName.ofUser("bob");
        var event = "\u00e9v\u00e9nement \ud83c\udf89";
        var from = new Person("ann@example.org", "\u00c5nn \ud83d\ude00");

        var appended = await(log.append(new Draft(channel, event, from, "bob", json, "id-1")));

        assertThat(appended.message())
                .isEqualTo(new Envelope(
                        channel,
                        new Position(log.head(channel).epoch(), 1),
                        event,
                        from,
                        "bob",
                        Instant.parse("2026-02-03T04:05:06.789Z"),
                        json));
        assertThat(all(channel)).containsExactly(appended.message());
    }

    @Test
    void keepsThatTheApplicationItselfSentAMessage() {
        append(draft(NEWS, null, "1", null));

        assertThat(all(NEWS)).singleElement().satisfies(message -> {
            assertThat(message.from()).isNull();
            assertThat(message.to()).isNull();
        });
    }

    protected static Draft draft(ChannelName channel, String json) {
        return draft(channel, ANN, json, null);
    }

    protected static Draft draft(ChannelName channel, Person from, String json, String clientId) {
        return new Draft(channel, "event", from, null, json, clientId);
    }

    protected Position append(ChannelName channel, String json) {
        return append(draft(channel, json));
    }

    /** Appends a message that is not a repeat. */
    protected Position append(Draft draft) {
        var appended = await(log.append(draft));
        assertThat(appended.duplicate()).isFalse();
        return position(appended.message());
    }

    protected Replay.Complete complete(ChannelName channel, Position since, int limit) {
        var replay = log.since(channel, since, limit);
        assertThat(replay).isInstanceOf(Replay.Complete.class);
        return (Replay.Complete) replay;
    }

    protected List<Envelope> all(ChannelName channel) {
        return complete(channel, new Position(log.head(channel).epoch(), 0), ALL)
                .messages();
    }

    /** The latest messages, oldest first. */
    protected static List<Envelope> latest(Log log, ChannelName channel, int limit) {
        var messages =
                new ArrayList<>(log.before(channel, Long.MAX_VALUE, limit).messages());
        Collections.reverse(messages);
        return messages;
    }

    protected static Position position(Envelope message) {
        return Objects.requireNonNull(message.position());
    }

    protected static List<Long> offsets(List<Envelope> messages) {
        return messages.stream().map(m -> position(m).offset()).toList();
    }

    protected static List<String> jsons(List<Envelope> messages) {
        return messages.stream().map(Envelope::json).toList();
    }

    private static Stream<Long> numbers(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed();
    }

    protected static RefusedException.Reason refusal(CompletionStage<?> stage) {
        var refused = new ArrayList<RefusedException.Reason>();
        assertThatThrownBy(() -> stage.toCompletableFuture().get(30, SECONDS))
                .cause()
                .isInstanceOfSatisfying(RefusedException.class, e -> refused.add(e.reason()));
        return refused.get(0);
    }

    protected static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Something to do in the thread of this number. */
    protected interface InThread<T> {
        T run(int thread) throws Exception;
    }

    /** Does it in so many threads that begin together. */
    protected static <T> List<T> inThreads(int count, InThread<T> what) throws Exception {
        var barrier = new CyclicBarrier(count);
        var threads = Executors.newFixedThreadPool(count);
        try {
            var futures = IntStream.range(0, count)
                    .mapToObj(thread -> threads.submit(() -> {
                        barrier.await(30, SECONDS);
                        return what.run(thread);
                    }))
                    .toList();
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get(60, SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
