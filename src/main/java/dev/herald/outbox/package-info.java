/** What waits for clients: a bounded queue for each of them, and one bound for all of them together. Plain Java. */
@NullMarked
package dev.herald.outbox;

import org.jspecify.annotations.NullMarked;
