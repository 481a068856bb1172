/** An application whose users sign in by the container or by tokens, and whose handlers are for some of them only. */
package dev.herald.it.identity;
