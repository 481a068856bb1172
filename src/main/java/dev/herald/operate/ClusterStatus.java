package dev.herald.operate;

import dev.herald.cluster.Cluster;
import dev.herald.hub.Bus;
import java.util.List;

/** Shows operators the nodes and the bus between them by JMX. Any thread may ask; it takes no lock. */
public final class ClusterStatus implements ClusterMXBean, AutoCloseable {

    private static final Bus.State NONE = new Bus.State(false, 0, 0, 0, 0);

    private final Cluster cluster;

    private final ManagedBean shown;

    /** @param application the path of the application on its server */
    public ClusterStatus(String application, Cluster cluster) {
        this.shown = new ManagedBean("Cluster", application, this);
        this.cluster = cluster;
    }

    public void open() {
        shown.open();
    }

    @Override
    public String getNode() {
        return cluster.nodes().me();
    }

    @Override
    public List<String> getOthers() {
        return cluster.nodes().others().stream()
                .map(node -> node.id() + " " + node.url() + " " + node.version())
                .toList();
    }

    @Override
    public boolean isHousekeeper() {
        return cluster.nodes().isHousekeeper();
    }

    private Bus.State bus() {
        return cluster.bus().orElse(NONE);
    }

    @Override
    public boolean isHearing() {
        return bus().hearing();
    }

    @Override
    public int getWaiting() {
        return bus().waiting();
    }

    @Override
    public long getTold() {
        return bus().told();
    }

    @Override
    public long getHeard() {
        return bus().heard();
    }

    @Override
    public long getLagMedianMillis() {
        return cluster.lag().median();
    }

    @Override
    public long getLagP99Millis() {
        return cluster.lag().p99();
    }

    @Override
    public long getLagMaxMillis() {
        return cluster.lag().max();
    }

    @Override
    public long getDropped() {
        return bus().dropped();
    }

    @Override
    public void close() {
        shown.close();
    }
}
