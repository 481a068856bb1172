/** Random ids, in plain Java: this package imports nothing of Herald, and every package may use it. */
@NullMarked
package dev.herald.random;

import org.jspecify.annotations.NullMarked;
