/** The wiring: configuration, producers, and the bridge between the hub and CDI. Nothing imports it. */
@NullMarked
package dev.herald;

import org.jspecify.annotations.NullMarked;
