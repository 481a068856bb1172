/** The wiring: settings, and the producers that put the parts together. Nothing imports it. */
@NullMarked
package dev.herald;

import org.jspecify.annotations.NullMarked;
