/** Small tools for work on several threads, in plain Java: they import nothing of ours, and every package may use them. */
@NullMarked
package dev.herald.concurrent;

import org.jspecify.annotations.NullMarked;
