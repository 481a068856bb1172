package dev.herald.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.testing.ErrorLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteBatchTest {

    private final List<String> done = new ArrayList<>();
    private final Runnable write = this::write;

    private void write() {
        done.add("write");
    }

    @Test
    void doesAtTheEndAndOnceWhatWasPutOff() {
        WriteBatch.during(() -> {
            WriteBatch.putOff(write);
            WriteBatch.putOff(write);
            done.add("work");
        });

        assertThat(done).containsExactly("work", "write");
    }

    @Test
    void putsNothingOffOutside() {
        assertThat(WriteBatch.putOff(write)).isFalse();
        assertThat(WriteBatch.beforeWrites(write)).isFalse();
    }

    @Test
    void doesFirstWhatComesBeforeTheWrites() {
        WriteBatch.during(() -> {
            WriteBatch.putOff(write);
            WriteBatch.beforeWrites(() -> done.add("before"));
        });

        assertThat(done).containsExactly("before", "write");
    }

    @Test
    void withinAnotherEndsWithThatOne() {
        WriteBatch.during(() -> {
            WriteBatch.during(() -> WriteBatch.putOff(write));
            done.add("work");
        });

        assertThat(done).containsExactly("work", "write");
    }

    @Test
    void writesAfterSoManyMessages() {
        WriteBatch.during(() -> {
            WriteBatch.putOff(write);
            for (var n = 0; n < WriteBatch.MAX_MESSAGES; n++) {
                WriteBatch.countMessage();
            }
            done.add("work");
        });

        assertThat(done).containsExactly("write", "work");
    }

    @Test
    void writesAlsoWhenTheWorkFails() {
        assertThatExceptionOfType(StackOverflowError.class)
                .isThrownBy(() -> WriteBatch.during(() -> {
                    WriteBatch.putOff(write);
                    throw new StackOverflowError("planted");
                }));

        assertThat(done).containsExactly("write");
        assertThat(WriteBatch.putOff(write)).isFalse();
    }

    @Test
    void writesToTheOthersWhenOneCannotBeWrittenTo() {
        try (var log = new ErrorLog(WriteBatch.class)) {
            WriteBatch.during(() -> {
                WriteBatch.putOff(() -> {
                    throw new StackOverflowError("planted");
                });
                WriteBatch.putOff(write);
            });

            assertThat(done).containsExactly("write");
            assertThat(log.lines()).containsExactly("a connection could not be written to");
        }
    }
}
