package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.api.Position;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReplayCacheTest {

    private static final ChannelName NEWS = ChannelName.NEWS;
    private static final int MESSAGE = page("a", 1, 1).get(0).size();

    private final ReplayCache pages = new ReplayCache(10L * MESSAGE);

    private static List<Delivery> page(String epoch, long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(offset -> new Delivery(
                        new Envelope(NEWS, new Position(epoch, offset), "news", null, null, Instant.EPOCH, "1")))
                .toList();
    }

    @Test
    void givesTheSameDeliveriesToAllWhoComeNext() {
        var read = page("a", 4, 6);
        pages.add(NEWS, read);

        assertThat(pages.after(NEWS, new Position("a", 3))).contains(read);
        assertThat(pages.after(NEWS, new Position("a", 5))).contains(read.subList(2, 3));
    }

    @Test
    void givesNothingThatDoesNotComeNext() {
        pages.add(NEWS, page("a", 4, 6));

        assertThat(pages.after(NEWS, new Position("a", 2))).isEmpty();
        assertThat(pages.after(NEWS, new Position("a", 6))).isEmpty();
        assertThat(pages.after(NEWS, new Position("b", 3))).isEmpty();
        assertThat(pages.after(new ChannelName("orders"), new Position("a", 3))).isEmpty();
    }

    @Test
    void forgetsTheOldestBeyondItsBound() {
        pages.add(NEWS, page("a", 1, 5));
        pages.add(NEWS, page("a", 6, 10));
        assertThat(pages.after(NEWS, new Position("a", 0))).isPresent();

        pages.add(NEWS, page("a", 11, 11));

        assertThat(pages.after(NEWS, new Position("a", 0))).isEmpty();
        assertThat(pages.after(NEWS, new Position("a", 5))).isPresent();
        assertThat(pages.after(NEWS, new Position("a", 10))).isPresent();
    }

    @Test
    void doesNotKeepWhatIsLargerThanItsBound() {
        pages.add(NEWS, page("a", 1, 11));

        assertThat(pages.after(NEWS, new Position("a", 0))).isEmpty();
    }
}
