/** Web Push, in plain Java: a message is encrypted for one browser, signed, and given to that browser's push service. */
@NullMarked
package dev.herald.push;

import org.jspecify.annotations.NullMarked;
