/** An application with events of its own for Socket.IO clients. The README shows some of its classes. */
package dev.herald.it.shop;
