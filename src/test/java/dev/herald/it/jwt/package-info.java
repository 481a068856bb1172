/** An application whose users sign in by MicroProfile JWT, which the container checks. */
package dev.herald.it.jwt;
