/** The server is killed under load, and a checker looks for what went wrong in all that was heard of it. */
package dev.herald.kill;
