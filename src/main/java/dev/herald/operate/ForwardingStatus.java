package dev.herald.operate;

import dev.herald.forward.Forwarder;

/** Shows operators the requests that are handed on to other nodes, by JMX. Any thread may ask; it takes no lock. */
public final class ForwardingStatus implements ForwardingMXBean, AutoCloseable {

    private final Forwarder forwarder;

    private final ManagedBean shown;

    /** @param application the path of the application on its server */
    public ForwardingStatus(String application, Forwarder forwarder) {
        this.shown = new ManagedBean("Forwarding", application, this);
        this.forwarder = forwarder;
    }

    public void open() {
        shown.open();
    }

    @Override
    public long getForwarded() {
        return forwarder.forwarded();
    }

    @Override
    public long getFailed() {
        return forwarder.failed();
    }

    @Override
    public int getUnderWay() {
        return forwarder.underWay();
    }

    @Override
    public void close() {
        shown.close();
    }
}
