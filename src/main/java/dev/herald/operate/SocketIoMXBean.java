package dev.herald.operate;

import java.util.Map;

/** What JMX shows of Socket.IO, as {@code dev.herald:type=SocketIo}. */
public interface SocketIoMXBean {

    /** How many Engine.IO sessions there are, those that wait for their client's last poll included. */
    int getSessions();

    /**
     * How often clients came back and went on where they were ({@code recovered}), and how often they could not, by the reason:
     * {@code unknown} (the window was over, or there was no such client), {@code gap} (messages are missing), {@code malformed},
     * {@code foreign}.
     */
    Map<String, Long> getRecoveries();
}
