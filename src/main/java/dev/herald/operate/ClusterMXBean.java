package dev.herald.operate;

import java.util.List;

/** What JMX shows of the nodes. */
public interface ClusterMXBean {

    /** The id of this life of this node. */
    String getNode();

    /** The other nodes that live, each as its id, its address and its version. */
    List<String> getOthers();

    /** Whether this node does what is done once for all nodes: it lives longest, or is alone. */
    boolean isHousekeeper();

    /** Whether this node hears the bus; false as well when it is alone by its settings. */
    boolean isHearing();

    /** How many messages wait to be told to the other nodes. */
    int getWaiting();

    /** How many messages were told to the other nodes. */
    long getTold();

    /** How many messages of other nodes were heard. */
    long getHeard();

    /**
     * How late messages of other nodes are heard: half of the last 1,000 were as quick. From just before the commit until it is heard here, in
     * milliseconds by both servers' clocks.
     */
    long getLagMedianMillis();

    /** Likewise, 99 of 100. */
    long getLagP99Millis();

    /** Likewise, the latest. */
    long getLagMaxMillis();

    /** How many messages were dropped instead of being told; those of the log are found there. */
    long getDropped();
}
