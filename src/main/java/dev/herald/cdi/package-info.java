/** The bridge between the hub and the application's beans: what they observe, fire and inject. */
@NullMarked
package dev.herald.cdi;

import org.jspecify.annotations.NullMarked;
