package dev.herald.kill;

import dev.herald.api.Position;
import dev.herald.kill.History.Joined;
import dev.herald.kill.History.Received;
import jakarta.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Listens at the feed, and goes on after a cut where it was. May cut itself off at random. */
final class FeedSubscriber extends Actor {

    private final List<String> channels;
    private final Random random;
    private final int cutEvery;
    private final Map<String, Position> reached = new HashMap<>();

    /**
     * Listens to channels.
     *
     * @param cutEvery messages, on an average; 0 for never
     */
    FeedSubscriber(String name, int port, History history, List<String> channels, int cutEvery, Random random) {
        super(name, port, history);
        this.channels = channels;
        this.cutEvery = cutEvery;
        this.random = random;
    }

    @Override
    void act(FeedSocket socket) throws InterruptedException {
        var since = Map.copyOf(reached);
        channels.forEach(channel -> socket.join(channel, since.get(channel)));
        for (var heard = socket.hear(); heard.isPresent(); heard = socket.hear()) {
            var message = heard.get();
            var channel = message.getString("channel", "");
            if (message.getString("event").equals("error")) {
                requirePassing(message);
                pause();
                return;
            }
            if (channels.contains(channel)) {
                hear(message, channel, since);
            }
            if (cutEvery > 0 && random.nextInt(cutEvery) == 0) {
                return;
            }
        }
    }

    private void requirePassing(JsonObject error) {
        if (!isPassing(error)) {
            throw new AssertionError(name + " was told " + error);
        }
    }

    private void hear(JsonObject message, String channel, Map<String, Position> since) {
        if (message.getString("event").equals("joined")) {
            var head = new Position(
                    message.getString("epoch"), message.getJsonNumber("head").longValue());
            var recovered = message.getBoolean("recovered");
            history.add(new Joined(name, channel, since.get(channel), recovered, head));
            if (!recovered) {
                reached.put(channel, head);
            }
        } else {
            var position = Position.of(message);
            history.add(new Received(name, channel, position, message.getString("data")));
            reached.put(channel, position);
        }
    }
}
