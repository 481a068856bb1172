package dev.herald.document;

import dev.herald.api.Position;

/**
 * A change is made, or there was nothing to change.
 *
 * @param position of the change in the document's channel; its offset is the version that it led to
 * @param duplicate whether it was made before: this was a repeat
 */
public record Changed(Position position, boolean duplicate) {}
