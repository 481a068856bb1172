package dev.herald.cdi;

import dev.herald.api.Connection;
import dev.herald.api.Person;
import dev.herald.api.UnansweredException;
import dev.herald.hub.Delivery;
import dev.herald.hub.Hub;
import dev.herald.hub.Member;
import dev.herald.hub.Subscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A connection that notes what it hears and what it is asked. */
final class Listener implements Subscriber {

    final List<String> heard = new ArrayList<>();
    final List<String> asked = new ArrayList<>();
    CompletableFuture<String> answer = CompletableFuture.failedFuture(new UnansweredException("it has no answers"));
    final Member member;
    private final Connection connection;

    Listener(Hub hub, String id, String namespace) {
        connection = new Connection(id, new Person(id, id), namespace);
        member = hub.connect(this);
        member.waiting().forEach(one -> one.start(started -> true));
    }

    Listener in(String... rooms) {
        List.of(rooms).forEach(member::join);
        return this;
    }

    void answer(String json) {
        answer = CompletableFuture.completedFuture(json);
    }

    @Override
    public CompletionStage<String> ask(String event, String json, Duration patience) {
        asked.add(event + json);
        return answer;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean offer(Delivery delivery) {
        return heard.add(delivery.message().event() + delivery.message().json());
    }

    @Override
    public void end(boolean transportToo) {
        member.disconnect("ended");
    }

    @Override
    public void flush() {
        // It has heard already.
    }

    @Override
    public void fellBehind() {
        throw new AssertionError("it takes everything");
    }
}
