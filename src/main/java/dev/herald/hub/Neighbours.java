package dev.herald.hub;

import dev.herald.api.ChannelName;
import dev.herald.api.Envelope;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The other nodes, as the hub sees them. What they are told may be lost, late, doubled or out of order: a node that misses a message
 * of the log reads it there.
 *
 * <p>Any thread may call any method, with any lock held: they only queue.
 */
public interface Neighbours {

    /** There are none. */
    Neighbours NONE = new Neighbours() {

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
            // Nobody is there to do it.
        }

        @Override
        public CompletionStage<List<NodeAnswer>> call(NodeCall call) {
            return CompletableFuture.completedStage(List.of());
        }
    };

    /**
     * Tells them of a message that was published here: one of a log, after its commit, or one that is in no log.
     */
    void tell(Envelope message);

    /** Somebody here is subscribed to a channel, so what the others publish in it is wanted. */
    void listen(ChannelName channel);

    /** Nobody here is subscribed to the channel any more. */
    void ignore(ChannelName channel);

    /** A person has come to a place here, has gone, or has another name: {@link Presence#here(String, java.util.Collection)} says what holds. */
    void changed(String place, String personId);

    /** Wants something done by all of them that live now: what {@link RemoteMessages#on} says. Each does it once, soon. */
    void command(String name, List<String> arguments);

    /**
     * Asks all of them, which answer as {@link RemotePeers#answer} says, each at most once.
     *
     * @return completes on a borrowed thread, with one answer for each of those that live now, or fewer when one of them is enough;
     *     exceptionally never
     */
    CompletionStage<List<NodeAnswer>> call(NodeCall call);
}
