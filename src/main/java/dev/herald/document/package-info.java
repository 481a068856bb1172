/** Shared documents: JSON values that many people and beans change, each a durable channel of the hub. Plain Java. */
@NullMarked
package dev.herald.document;

import org.jspecify.annotations.NullMarked;
