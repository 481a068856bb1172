/** What other beans use of Herald: the facade, the events to fire and to observe, and the values in them. */
@NullMarked
package dev.herald.api;

import org.jspecify.annotations.NullMarked;
