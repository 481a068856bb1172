/** Serves the Admin UI of Socket.IO ({@code @socket.io/admin-ui}): its namespace, its password, what it shows and what it asks for. */
@NullMarked
package dev.herald.admin;

import org.jspecify.annotations.NullMarked;
