package dev.herald.hub;

import dev.herald.api.Envelope;
import java.util.function.Consumer;

/**
 * One who is told of each message of some channels once for all nodes.
 *
 * @param name of the place where it is
 * @param channels whose messages it gets
 * @param fromBeginning whether it also gets what is in the log when it is first known
 * @param call tells it of a message, and returns when it has seen it; may wait, and may throw
 */
public record DurableObserver(String name, NamePattern channels, boolean fromBeginning, Consumer<Envelope> call) {}
