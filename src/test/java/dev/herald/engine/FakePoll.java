package dev.herald.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A GET that remembers how it was answered. */
final class FakePoll implements Poll {

    private final List<String> answers = new CopyOnWriteArrayList<>();
    private Runnable whenAnswered = () -> {};

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
