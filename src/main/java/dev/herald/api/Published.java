package dev.herald.api;

/** A message is in its channel's log (or, in a volatile channel, on its way). There is no event for a repeat. */
public record Published(Envelope message) implements HeraldEvent {}
