/** The edge towards HTTP: whom a request is from, whether its origin may make it, and how the server is. */
@NullMarked
package dev.herald.web;

import org.jspecify.annotations.NullMarked;
