/** An application whose nodes find each other by a file. */
package dev.herald.it.forward;
