package dev.herald.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A GET that remembers how it was answered. */
final class FakePoll implements Poll {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final List<String> answers = new CopyOnWriteArrayList<>();
    private final @Nullable String mark;
    private Runnable whenAnswered = () -> {};

    /** As stock clients send it: each has a mark of its own. */
    FakePoll() {
        this(Integer.toString(NUMBERS.incrementAndGet(), 36));
    }

    FakePoll(@Nullable String mark) {
        this.mark = mark;
    }

    @Override
    public @Nullable String mark() {
        return mark;
    }

    @Override
    public boolean hasWaited() {
        return true;
    }

    /** What happens on the thread that answers. */
    FakePoll whenAnswered(Runnable task) {
        whenAnswered = task;
        return this;
    }

    /** Each answer, of which there is to be one: a payload with {@code |} between packets, or an error. */
    List<String> answers() {
        return answers;
    }

    @Override
    public void answer(List<Outgoing> packets) {
        answers.add(packets.stream()
                .map(Outgoing::payload)
                .collect(Collectors.joining("|"))
                .replace('\u001e', '|'));
        whenAnswered.run();
    }

    @Override
    public void release() {
        answers.add("6");
        whenAnswered.run();
    }

    @Override
    public void refuse(EngineError error) {
        answers.add(error.name());
        whenAnswered.run();
    }

    @Override
    public void refuse() {
        answers.add("400");
        whenAnswered.run();
    }
}
