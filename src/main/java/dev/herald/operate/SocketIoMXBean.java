package dev.herald.operate;

import java.util.Map;

/** What JMX shows of Socket.IO, as {@code dev.herald:type=SocketIo}. */
public interface SocketIoMXBean {

    /** How many Engine.IO sessions there are, including closed ones that wait for their client's last poll. */
    int getSessions();

    /**
     * How often clients came back and recovered ({@code recovered}), and how often they could not, by reason: {@code unknown}
     * (the window was over, or there was no such client), {@code gap} (messages are missing), {@code malformed}, {@code
     * foreign}.
     */
    Map<String, Long> getRecoveries();
}
