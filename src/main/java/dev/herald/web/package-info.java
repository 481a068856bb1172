/** The edge towards HTTP: whom a request is from, whether its origin may make it, where Socket.IO is, and how the server is. */
@NullMarked
package dev.herald.web;

import org.jspecify.annotations.NullMarked;
