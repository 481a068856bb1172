/** An application that cannot be deployed, as its handlers are wrong. */
package dev.herald.it.wrong;
