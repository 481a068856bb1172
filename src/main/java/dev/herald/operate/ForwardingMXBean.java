package dev.herald.operate;

/** What JMX shows of the requests that this node hands on to others, because they have the sessions. */
public interface ForwardingMXBean {

    /** How many requests and WebSockets were handed on. */
    long getForwarded();

    /** How many of them another node has not answered. */
    long getFailed();

    /** How many are on their way now: polls that wait, and WebSockets. */
    int getUnderWay();
}
