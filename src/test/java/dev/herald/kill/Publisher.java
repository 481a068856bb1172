package dev.herald.kill;

import dev.herald.api.Position;
import dev.herald.kill.History.Acked;
import dev.herald.kill.History.Refused;
import dev.herald.kill.History.Tried;
import java.util.List;

/** Publishes one message after the other, each to the next channel, and repeats each until it has an answer for good. */
final class Publisher extends Actor {

    private final List<String> channels;
    private final long pause;
    /** Of the message that is to be published now, from 0. */
    private int number;

    /** @param pause after each message, in milliseconds */
    Publisher(String name, int port, History history, List<String> channels, long pause) {
        super(name, port, history);
        this.channels = channels;
        this.pause = pause;
    }

    @Override
    void act(FeedSocket socket) throws InterruptedException {
        while (!isOver()) {
            var channel = channels.get(number % channels.size());
            var id = name + "-" + number;
            if (!publish(socket, channel, id)) {
                return;
            }
            number++;
            Thread.sleep(pause);
        }
    }

    /** Whether there was an answer for good: if not, the connection has ended. */
    private boolean publish(FeedSocket socket, String channel, String id) throws InterruptedException {
        history.add(new Tried(name, channel, id));
        socket.publish(channel, id);
        for (var heard = socket.hear(); heard.isPresent(); heard = socket.hear()) {
            var answer = heard.get();
            if (!id.equals(answer.getString("id", null))) {
                continue;
            }
            if (answer.getString("event").equals("ack")) {
                history.add(new Acked(name, channel, id, Position.of(answer), answer.getBoolean("duplicate")));
                return true;
            }
            if (!isPassing(answer)) {
                history.add(new Refused(name, channel, id, answer.getString("code")));
                return true;
            }
            pause();
            socket.publish(channel, id);
        }
        return false;
    }
}
