/** Requests of sessions that live on another node: they are handed on to it, and its answers back. */
@NullMarked
package dev.herald.forward;

import org.jspecify.annotations.NullMarked;
