/** Plain JSON over WebSocket: the feed ({@code docs/feed.md}) and the relay. */
@NullMarked
package dev.herald.feed;

import org.jspecify.annotations.NullMarked;
