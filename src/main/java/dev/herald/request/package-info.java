/** What clients may ask of Herald, whatever protocol they speak: reading it, permission for it, doing it, and the reply. */
@NullMarked
package dev.herald.request;

import org.jspecify.annotations.NullMarked;
