package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryLogTest extends LogContract {

    private static final int KEPT = 3;
    private static final long PLENTY = Long.MAX_VALUE;

    @Override
    protected Log createLog(Clock clock, int messages) {
        return new MemoryLog("life", clock, new MemoryLog.Bounds(messages, PLENTY, 100));
    }

    @Test
    void admitsAGapOnceAMessageIsNoLongerKept() {
        bounds(KEPT, PLENTY, 10);
        var beginning = log.head(NEWS);
        var first = append(NEWS, "1");
        append(NEWS, "2");
        append(NEWS, "3");
        assertThat(complete(NEWS, beginning, ALL).messages()).hasSize(3);

        var fourth = append(NEWS, "4");

        assertThat(log.since(NEWS, beginning, ALL)).isEqualTo(new Replay.Gap(Replay.Reason.TRIMMED, fourth));
        assertThat(log.since(NEWS, beginning, 1)).isEqualTo(new Replay.Gap(Replay.Reason.TRIMMED, fourth));
        assertThat(jsons(complete(NEWS, first, ALL).messages())).containsExactly("2", "3", "4");
        assertThat(jsons(latest(log, NEWS, ALL))).containsExactly("2", "3", "4");
    }

    @Test
    void readsBackwardsOnlyWhatIsStillKept() {
        bounds(KEPT, PLENTY, 10);
        for (var n = 1; n <= 5; n++) {
            append(NEWS, "" + n);
        }

        assertThat(jsons(log.before(NEWS, 5, ALL).messages())).containsExactly("4", "3");
        assertThat(jsons(log.before(NEWS, 4, ALL).messages())).containsExactly("3");
        for (var before : List.of(3L, 2L, 1L)) {
            assertThat(log.before(NEWS, before, ALL)).isEqualTo(new Page(List.of(), log.head(NEWS)));
        }
    }

    @Test
    void trimsEachChannelForItself() {
        bounds(KEPT, PLENTY, 10);
        var beginning = log.head(ORDERS);
        append(ORDERS, "kept");

        for (var n = 1; n <= 10; n++) {
            append(NEWS, "" + n);
        }

        assertThat(jsons(complete(ORDERS, beginning, ALL).messages())).containsExactly("kept");
    }

    @Test
    void forgetsTheOldestMessagesOfAllChannelsWhenTheyTakeTooMuchRoom() {
        bounds(1_000, 10 * bytes("x"), 10);
        for (var n = 0; n < 10; n++) {
            append(n < 5 ? NEWS : ORDERS, "x");
        }
        assertThat(latest(log, NEWS, ALL)).hasSize(5);

        append(ORDERS, "x");
        append(ORDERS, "x");

        assertThat(offsets(latest(log, NEWS, ALL))).containsExactly(3L, 4L, 5L);
        assertThat(latest(log, ORDERS, ALL)).hasSize(7);
        assertThat(log.head(NEWS).offset()).isEqualTo(5);
    }

    @Test
    void keepsTheNewestMessageWhateverItsSize() {
        bounds(1_000, 1, 10);

        append(NEWS, "1");
        assertThat(jsons(latest(log, NEWS, ALL))).containsExactly("1");

        append(ORDERS, "x".repeat(10_000));
        assertThat(latest(log, NEWS, ALL)).isEmpty();
        assertThat(latest(log, ORDERS, ALL)).hasSize(1);
    }

    @Test
    void goesOnCountingInAChannelWhoseMessagesAreAllForgotten() {
        bounds(1_000, 1, 10);
        var first = append(NEWS, "1");
        append(ORDERS, "1");

        assertThat(log.head(NEWS)).isEqualTo(first);
        assertThat(append(NEWS, "2")).isEqualTo(new Position(first.epoch(), 2));
    }

    @Test
    void forgetsARepeatWithItsFirstMessage() {
        bounds(KEPT, PLENTY, 10);
        var draft = draft(NEWS, ANN, "1", "id-1");
        append(draft);
        append(NEWS, "2");
        append(NEWS, "3");
        assertThat(await(log.append(draft)).duplicate()).isTrue();

        append(NEWS, "4");

        assertThat(append(draft).offset()).isEqualTo(5);
        assertThat(await(log.append(draft)).duplicate()).isTrue();
    }

    @Test
    void forgetsTheChannelThatHasBeenQuietForLongest() {
        bounds(KEPT, PLENTY, 2);
        var news = append(NEWS, "1");
        var orders = append(ORDERS, "1");
        append(NEWS, "2");

        append(new ChannelName("third"), "1");

        assertThat(latest(log, ORDERS, ALL)).isEmpty();
        assertThat(log.since(ORDERS, orders, ALL)).isEqualTo(new Replay.Gap(Replay.Reason.EPOCH, log.head(ORDERS)));
        assertThat(jsons(complete(NEWS, news, ALL).messages())).containsExactly("2");
    }

    @Test
    void aRepeatDoesNotKeepItsChannelFromBeingForgotten() {
        bounds(KEPT, PLENTY, 2);
        var draft = draft(NEWS, ANN, "1", "id-1");
        append(draft);
        append(ORDERS, "1");
        await(log.append(draft));

        append(new ChannelName("third"), "1");

        assertThat(latest(log, NEWS, ALL)).isEmpty();
        assertThat(latest(log, ORDERS, ALL)).hasSize(1);
    }

    @Test
    void aForgottenChannelComesBackWithANewEpoch() {
        bounds(KEPT, PLENTY, 1);
        var before = append(NEWS, "1");
        append(ORDERS, "1");
        var empty = log.head(NEWS);

        var after = append(NEWS, "2");

        assertThat(empty.offset()).isZero();
        assertThat(empty.epoch()).isNotEqualTo(before.epoch());
        assertThat(after.offset()).isEqualTo(1);
        assertThat(after.epoch()).isNotEqualTo(before.epoch());
    }

    @Test
    void readingOrAskingForTheHeadOfAChannelTakesNoRoom() {
        bounds(KEPT, PLENTY, 1);
        var first = append(NEWS, "1");

        for (var n = 0; n < 100; n++) {
            var quiet = new ChannelName("quiet-" + n);
            assertThat(latest(log, quiet, 1)).isEmpty();
            assertThat(complete(quiet, log.head(quiet), 1).messages()).isEmpty();
        }

        assertThat(log.head(NEWS)).isEqualTo(first);
        assertThat(latest(log, NEWS, 1)).hasSize(1);
    }

    /** A position with what was in its channel, over all its lives, when the position was taken. */
    private record Taken(ChannelName channel, Position position, int messages) {}

    /** Whatever is forgotten: a complete replay has every message that came after the position, in whichever life. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void neverCallsCompleteWhatIsNot(long seed) {
        var random = new Random(seed);
        bounds(1 + random.nextInt(5), (2 + random.nextInt(10)) * bytes("100"), 1 + random.nextInt(4));
        var channels =
                IntStream.range(0, 6).mapToObj(n -> new ChannelName("c" + n)).toList();
        var history = new HashMap<ChannelName, List<String>>();
        var meanings = new HashMap<Map.Entry<ChannelName, Position>, String>();
        var taken = new ArrayList<Taken>();
        var complete = 0;
        for (var step = 0; step < 3_000; step++) {
            var channel = channels.get(Math.min(random.nextInt(6), random.nextInt(6)));
            var messages = history.computeIfAbsent(channel, c -> new ArrayList<>());
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    var json = "" + step;
                    var position = append(channel, json);
                    messages.add(json);
                    assertThat(meanings.put(Map.entry(channel, position), json)).isNull();
                    taken.add(new Taken(channel, position, messages.size()));
                    assertThat(jsons(latest(log, channel, 1))).containsExactly(json);
                }
                case 2 -> taken.add(new Taken(channel, log.head(channel), messages.size()));
                default -> {
                    if (!taken.isEmpty()) {
                        var recent = Math.min(taken.size(), 20);
                        var one = taken.get(taken.size() - 1 - random.nextInt(recent));
                        var after = history.get(one.channel());
                        if (log.since(one.channel(), one.position(), ALL) instanceof Replay.Complete replay) {
                            assertThat(jsons(replay.messages())).isEqualTo(after.subList(one.messages(), after.size()));
                            complete++;
                        }
                    }
                }
            }
        }
        assertThat(complete).isGreaterThan(50);
    }

    private void bounds(int messages, long bytes, int channels) {
        log = new MemoryLog("life", CLOCK, new MemoryLog.Bounds(messages, bytes, channels));
    }

    /** What the log reckons for one message of this text. */
    private static long bytes(String json) {
        return 400 + 2L * ("event".length() + json.length());
    }
}
