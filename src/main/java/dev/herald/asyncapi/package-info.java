/** Describes the application's events for other programs, in the format AsyncAPI 3.0. */
@NullMarked
package dev.herald.asyncapi;

import org.jspecify.annotations.NullMarked;
