/** An application with events of its own for Socket.IO clients. docs/beans.md shows some of its classes. */
package dev.herald.it.shop;
