package dev.herald.hub;

/**
 * How a connection is served at this moment, for operators.
 *
 * @param transport {@code websocket} or {@code polling} of Socket.IO, {@code feed}, {@code sse}; empty when it is not told
 * @param waitingBytes that wait for its client, as far as they are counted: what was just written is not
 */
public record Link(String transport, long waitingBytes) {}
