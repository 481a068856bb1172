package dev.herald.cluster;

import dev.herald.random.RandomIds;
import java.util.List;

/** A node that is alone. Any thread may call. */
final class NoOtherNodes implements Nodes {

    private final String me = RandomIds.ofBytes(9);

    @Override
    public void start(Listener listener) {
        listener.alive(me);
    }

    @Override
    public String me() {
        return me;
    }

    @Override
    public boolean isAlive() {
        return true;
    }

    @Override
    public boolean isHousekeeper() {
        return true;
    }

    @Override
    public List<Node> others() {
        return List.of();
    }

    @Override
    public String beginAnew() {
        throw new IllegalStateException("the life of a node that is alone is not over before its end");
    }

    @Override
    public void close() {
        // Nobody is to be told.
    }
}
