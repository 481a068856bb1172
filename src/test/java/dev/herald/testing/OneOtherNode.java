package dev.herald.testing;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import dev.herald.hub.Hub;
import dev.herald.hub.Neighbours;
import dev.herald.hub.NodeAnswer;
import dev.herald.hub.NodeCall;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Another node in this process, which answers calls at once on the thread that calls, and hears nothing else. */
public final class OneOtherNode implements Neighbours {

    private final Hub hub;
    private volatile @Nullable String failure;

    /** The node with this hub. */
    public OneOtherNode(Hub hub) {
        this.hub = hub;
    }

    /** From now on it does not answer. */
    public void fail(String why) {
        failure = why;
    }

    @Override
    public CompletionStage<List<NodeAnswer>> call(NodeCall call) {
        var why = failure;
        return why != null
                ? Neighbours.NONE.call(call).thenApply(none -> List.of(NodeAnswer.none("other", why)))
                : hub.peers().answer(call.what()).thenApply(answer -> List.of(NodeAnswer.of("other", answer)));
    }

    @Override
    public void tell(Envelope message) {
        // It hears nothing.
    }

    @Override
    public void listen(ChannelName channel) {
        // It says nothing.
    }

    @Override
    public void ignore(ChannelName channel) {
        // It says nothing.
    }

    @Override
    public void changed(String place, String personId) {
        // It does not count.
    }

    @Override
    public void command(String name, List<String> arguments) {
        // It hears nothing.
    }
}
