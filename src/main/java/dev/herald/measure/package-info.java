/** Figures of what Herald does, cheap enough to be taken of each message. Imports nothing of Herald. */
@NullMarked
package dev.herald.measure;

import org.jspecify.annotations.NullMarked;
