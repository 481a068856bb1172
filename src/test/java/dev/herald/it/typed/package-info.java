/** An application whose events are all handled by typed methods. */
package dev.herald.it.typed;
