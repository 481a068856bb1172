package dev.herald.hub;

import dev.herald.api.Envelope;

/**
 * The answer of a log to an append.
 *
 * @param message as it stands in the log
 * @param duplicate whether it stood there before
 */
public record Appended(Envelope message, boolean duplicate) {}
