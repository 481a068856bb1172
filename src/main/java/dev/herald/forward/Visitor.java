package dev.herald.forward;

import java.util.Optional;

/**
 * Who sends a request, as this node knows.
 *
 * @param person the id of the person as whom the client has signed in here, by the container or by a token; empty for guests, and
 *     for those whom this node does not know
 * @param showsCredentials whether the request's cookies and {@code Authorization} count; not for pages that may not act in the
 *     name of their visitor
 */
public record Visitor(Optional<String> person, boolean showsCredentials) {}
