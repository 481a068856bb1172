package dev.herald.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Envelope;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeliveryTest {

    @Test
    void isWrittenOnceForEachDialectHoweverManyAsk() throws Exception {
        for (var round = 0; round < 50; round++) {
            var texts = new AtomicInteger();
            var bytes = new AtomicInteger();
            Dialect<String> text = message -> message.event() + texts.incrementAndGet();
            Dialect<byte[]> binary = message -> new byte[] {(byte) bytes.incrementAndGet()};
            var delivery = new Delivery(message("data", "{}"));

            var written = LogContract.inThreads(
                    8,
                    thread -> IntStream.range(0, 100)
                            .mapToObj(recipient -> List.<Object>of(delivery.as(text), delivery.as(binary)))
                            .toList());

            assertThat(texts).hasValue(1);
            assertThat(bytes).hasValue(1);
            assertThat(written)
                    .allSatisfy(answers -> assertThat(answers).allSatisfy(pair -> {
                        assertThat(pair.get(0)).isSameAs(delivery.as(text)).isEqualTo("data1");
                        assertThat(pair.get(1)).isSameAs(delivery.as(binary));
                    }));
        }
    }

    @Test
    void isNotWrittenForADialectThatNobodySpeaks() {
        var delivery = new Delivery(message("data", "{}"));

        assertThat(delivery.message()).isEqualTo(message("data", "{}"));
        assertThat(delivery.size()).isPositive();
    }

    @Test
    void takesMoreRoomTheLongerItsDataIs() {
        assertThat(new Delivery(message("data", "x".repeat(1_000))).size())
                .isGreaterThanOrEqualTo(1_000)
                .isGreaterThan(new Delivery(message("data", "x")).size());
    }

    private static Envelope message(String event, String json) {
        return new Envelope(null, null, event, null, null, Instant.EPOCH, json);
    }
}
