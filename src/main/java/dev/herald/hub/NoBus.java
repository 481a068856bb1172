package dev.herald.hub;

/** The bus of a node that is alone. Any thread may call; nothing is done. */
final class NoBus implements Bus {

    static final NoBus ALONE = new NoBus();

    private static final State STATE = new State(true, 0, 0, 0, 0);

    private NoBus() {}

    @Override
    public void start(Listener listener) {
        // Nobody speaks.
    }

    @Override
    public void tell(String topic, String text) {
        // Nobody is there to hear it.
    }

    @Override
    public void listen(String topic) {
        // Nobody speaks.
    }

    @Override
    public void ignore(String topic) {
        // Nobody speaks.
    }

    @Override
    public int maxBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public State state() {
        return STATE;
    }

    @Override
    public void close() {
        // Nothing is open, and others may use it.
    }
}
