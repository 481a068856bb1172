/** Servlets and filters: who a visitor is, which origins are allowed, Socket.IO's path and files, and history by HTTP. */
@NullMarked
package dev.herald.web;

import org.jspecify.annotations.NullMarked;
