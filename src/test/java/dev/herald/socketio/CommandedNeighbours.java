package dev.herald.socketio;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.hub.Neighbours;
import dev.herald.hub.NodeAnswer;
import dev.herald.hub.NodeCall;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Other nodes that are not there; notes what they were to do. */
final class CommandedNeighbours implements Neighbours {

    final Queue<String> commands = new ConcurrentLinkedQueue<>();

    @Override
    public void tell(Envelope message) {
        // Nobody is there to hear it.
    }

    @Override
    public void listen(ChannelName channel) {
        // Nobody is there to be heard.
    }

    @Override
    public void ignore(ChannelName channel) {
        // Nobody is there to be heard.
    }

    @Override
    public void changed(String place, String personId) {
        // Nobody is there to be interested.
    }

    @Override
    public void command(String name, List<String> arguments) {
        commands.add(name + " " + arguments);
    }

    @Override
    public CompletionStage<List<NodeAnswer>> call(NodeCall call) {
        return CompletableFuture.completedStage(List.of()); // Nobody is there to answer.
    }
}
