package dev.herald.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryOffsetsTest {

    private static final ChannelName A = new ChannelName("a");
    private static final ChannelName B = new ChannelName("b");
    private static final String LIFE = "life";

    private static Position at(long offset) {
        return new Position(LIFE, offset);
    }

    private static String send(RecoveryOffsets progress, ChannelName channel, Position position) {
        var offset = progress.after(channel, position);
        progress.advance(channel, position);
        return offset;
    }

    @Test
    void offsetsNameAllChannelsThatHaveMoved() {
        var progress = new RecoveryOffsets(null);

        assertThat(progress.now()).isEqualTo("-");
        assertThat(send(progress, A, at(35))).isEqualTo("0.z");
        assertThat(send(progress, B, at(1))).isEqualTo("0.z_1.1");
        assertThat(send(progress, A, at(36))).isEqualTo("0.10_1.1");
        assertThat(progress.now()).isEqualTo("0.10_1.1");
    }

    @Test
    void offsetsAreTheSameForClientsThatNumberTheirChannelsAlike() {
        var first = new RecoveryOffsets(null);
        var second = new RecoveryOffsets(null);
        for (var progress : List.of(first, second)) {
            progress.number(A);
            progress.number(B);
        }

        assertThat(send(first, B, at(3))).isEqualTo(send(second, B, at(3))).isEqualTo("1.3");
    }

    @Test
    void whatIsNotTakenMovesNothing() {
        var progress = new RecoveryOffsets(null);

        progress.after(A, at(1));

        assertThat(progress.now()).isEqualTo("-");
        assertThat(progress.returnTo("-", Map.of(A, at(0)))).containsExactly(Map.entry(A, at(0)));
    }

    @Test
    void clientsWithoutAnOffsetHaveNothingYet() {
        var progress = new RecoveryOffsets(null);
        send(progress, A, at(8));

        assertThat(progress.returnTo(null, Map.of(A, at(7), B, at(2)))).isEqualTo(Map.of(A, at(7), B, at(2)));
        assertThat(progress.now()).isEqualTo("-");
    }

    @Test
    void aChannelThatWasLeftAndJoinedAgainBeginsAnew() {
        var progress = new RecoveryOffsets(null);
        var before = send(progress, A, at(9));
        progress.forget(A);

        var after = send(progress, A, at(3));

        assertThat(progress.returnTo(before, Map.of(A, at(2)))).isEqualTo(Map.of(A, at(2)));
        assertThat(progress.returnTo(after, Map.of(A, at(2)))).isEqualTo(Map.of(A, at(3)));
    }

    @Test
    void whatTheClientIsNoLongerInIsForgotten() {
        var progress = new RecoveryOffsets(null);
        var offset = send(progress, A, at(9));

        assertThat(progress.returnTo(offset, Map.of())).isEmpty();
        assertThat(progress.now()).isEqualTo("-");
    }

    @Test
    void anOffsetOfAnEarlierLifeSaysNothingOfThisOne() {
        var earlier = new RecoveryOffsets(null);
        send(earlier, A, at(7));
        var stale = send(earlier, B, at(9));
        var progress = new RecoveryOffsets(stale);

        var offset = send(progress, A, at(2));

        assertThat(progress.returnTo(stale, Map.of(A, at(1)))).isEqualTo(Map.of(A, at(1)));
        assertThat(progress.returnTo(offset, Map.of(A, at(1)))).isEqualTo(Map.of(A, at(2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zzzzzz.1", "zik0zj.1", "zzzzzz.zzzzzzzzzzzz_0.1"})
    void anInventedOffsetOfAnEarlierLifeHarmsNobody(String invented) {
        assertThat(RecoveryOffsets.isOffset(invented)).isTrue();
        var progress = new RecoveryOffsets(invented);

        var offset = send(progress, A, at(2));

        assertThat(offset).matches("[0-9a-z]+\\.2");
        assertThat(progress.returnTo(invented, Map.of(A, at(1)))).containsOnlyKeys(A);
    }

    @Test
    void aLogThatBeganAnewMeanwhileIsNotMistakenForTheOldOne() {
        var progress = new RecoveryOffsets(null);
        var begin = new Position("old", 0);
        var old = send(progress, A, new Position("old", 7));
        var renewed = send(progress, A, new Position("new", 1));
        var later = send(progress, A, new Position("new", 9));

        assertThat(new HashMap<>(progress.returnTo(later, Map.of(A, begin))))
                .isEqualTo(Map.of(A, new Position("new", 9)));
        assertThat(progress.returnTo(renewed, Map.of(A, begin))).isEqualTo(Map.of(A, new Position("new", 1)));
        assertThat(progress.returnTo(old, Map.of(A, begin)))
                .as("what came last in the old one is not known: the log has to say so")
                .isEqualTo(Map.of(A, begin));
    }

    @Test
    void aLogThatBeganAnewBeforeItsFirstMessageIsRead() {
        var progress = new RecoveryOffsets(null);
        send(progress, A, new Position("new", 1));

        assertThat(progress.returnTo(null, Map.of(A, new Position("empty", 0))))
                .isEqualTo(Map.of(A, new Position("new", 0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "0.",
                ".1",
                "0.1_",
                "_0.1",
                "0.1__1.1",
                "A.1",
                "0.1 ",
                "0.-1",
                "--",
                "1234567.1",
                "0.1234567890123",
                "Q7wZK0C"
            })
    void whatNoClientWasEverGivenIsNoOffset(String text) {
        assertThat(RecoveryOffsets.isOffset(text)).isFalse();
    }

    @Test
    void whatIsTooLongIsNoOffset() {
        assertThat(RecoveryOffsets.isOffset("0.1" + "_1.1".repeat(1_500))).isFalse();
    }

    @Test
    void manyChannelsMakeAnOffsetThatIsTakenBack() {
        var progress = new RecoveryOffsets(null);
        var begins = new HashMap<ChannelName, Position>();
        var offset = "";
        for (var n = 0; n < 250; n++) {
            var channel = new ChannelName("c" + n);
            begins.put(channel, at(0));
            offset = send(progress, channel, at(1_000_000 + n));
        }

        assertThat(RecoveryOffsets.isOffset(offset)).as(offset).isTrue();
        var reached = progress.returnTo(offset, begins);
        assertThat(reached).hasSize(250).containsEntry(new ChannelName("c249"), at(1_000_249));
    }

    /**
     * Messages of channels that are joined and left come in any order; the client is cut off after any of them and comes back,
     * some times over; each time it is where it was.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void clientsAreAlwaysWhereTheyWere(long seed) {
        for (var round = 0; round < 300; round++) {
            walk(new Random(seed * 1_000 + round));
        }
    }

    private static void walk(Random random) {
        var channels = IntStream.range(0, 1 + random.nextInt(5))
                .mapToObj(n -> new ChannelName("c" + n))
                .toList();
        var heads = new HashMap<ChannelName, Long>();
        channels.forEach(channel -> heads.put(channel, (long) random.nextInt(100)));
        var begins =
                new TreeMap<ChannelName, Position>((one, other) -> one.value().compareTo(other.value()));
        var progress = new RecoveryOffsets(random.nextBoolean() ? null : "0.5_3.2");
        String had = null;
        for (var life = 0; life < 4; life++) {
            // What the client has after each message that it could be cut off at.
            var offsets = new ArrayList<String>();
            var states = new ArrayList<Map<ChannelName, Position>>();
            offsets.add(had);
            states.add(new HashMap<>());
            for (var step = random.nextInt(30); step > 0; step--) {
                var channel = channels.get(random.nextInt(channels.size()));
                if (!begins.containsKey(channel)) {
                    begins.put(channel, at(heads.get(channel)));
                } else if (random.nextInt(6) == 0) {
                    begins.remove(channel);
                    progress.forget(channel);
                    states.forEach(state -> state.remove(channel));
                } else {
                    var position = at(heads.merge(channel, 1L, Long::sum));
                    offsets.add(send(progress, channel, position));
                    var state = new HashMap<>(states.get(states.size() - 1));
                    state.put(channel, position);
                    states.add(state);
                }
            }
            var cut = random.nextInt(offsets.size());
            had = offsets.get(cut);
            var expected = new HashMap<ChannelName, Position>(begins);
            expected.putAll(states.get(cut));

            var reached = progress.returnTo(had, begins);

            assertThat(reached).isEqualTo(expected);
            // What it is to get now begins there.
            begins.replaceAll((channel, begin) -> reached.get(channel));
            reached.forEach((channel, position) -> heads.put(channel, position.offset()));
        }
    }
}
