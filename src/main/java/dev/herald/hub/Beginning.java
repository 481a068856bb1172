package dev.herald.hub;

import dev.herald.api.Position;

/**
 * Where a subscription begins.
 *
 * @param position the place before the first message that it gets
 * @param outcome what its client is told
 */
record Beginning(Position position, Subscription.Outcome outcome) {}
