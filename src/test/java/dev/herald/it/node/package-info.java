/**
 * An application that says what a server for Node.js says. Above each piece of code stands, in a comment, the row of
 * docs/from-socketio.md that shows it; {@code from-socketio.mjs} has a test for each.
 */
package dev.herald.it.node;
