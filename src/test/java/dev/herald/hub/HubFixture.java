package dev.herald.hub;

import static dev.herald.hub.LogContract.await;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import dev.herald.api.Receipt;
import dev.herald.testing.ObserverDiary;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** A hub in front of a log in memory, and what its tests do with it again and again. */
abstract class HubFixture {

    static final ChannelName NEWS = ChannelName.NEWS;
    static final ChannelName ROOM = new ChannelName("room");
    static final ChannelName TYPING = new ChannelName("typing:room");
    static final Person ANN = new Person("ann", "Ann");
    static final Person BOB = new Person("bob", "Bob");
    static final Person CID = new Person("cid", "Cid");
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789123Z"), ZoneOffset.UTC);
    static final Instant NOW = Instant.parse("2026-02-03T04:05:06.789Z");
    static final int REPLAYED = 20;
    static final int KEPT = 50;

    final ObserverDiary observers = new ObserverDiary();
    UnrulyLog log;
    Hub hub = hub(new MemoryLog.Bounds(KEPT, 1_000_000, 100), new HubLimits(100, 2, REPLAYED));

    Hub hub(MemoryLog.Bounds bounds, HubLimits limits) {
        log = new UnrulyLog(new MemoryLog("life", CLOCK, bounds));
        return new Hub(log, new ChannelKinds(List.of("typing:*"), List.of()), observers, limits, CLOCK, Runnable::run);
    }

    boolean send(String connectionId, String event, String json) {
        return hub.peer(connectionId).map(peer -> peer.send(event, json)).orElse(false);
    }

    static Draft draft(ChannelName channel, String json) {
        return new Draft(channel, "event", ANN, null, json, null);
    }

    static Draft privately(Person from, Person to, String json, String clientId) {
        return new Draft(ChannelName.ofUser(to.id()), "private", from, to.id(), json, clientId);
    }

    Receipt publish(ChannelName channel, String json) {
        return await(hub.publish(draft(channel, json)));
    }

    void publish(ChannelName channel, int first, int last) {
        texts(first, last).forEach(json -> publish(channel, json));
    }

    Receipt tell(Person from, Person to, String json, String clientId) {
        CompletionStage<Receipt> receipt = hub.publish(privately(from, to, json, clientId));
        return await(receipt);
    }

    Position at(ChannelName channel, long offset) {
        return new Position(log.head(channel).epoch(), offset);
    }

    static List<String> texts(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(String::valueOf).toList();
    }
}
