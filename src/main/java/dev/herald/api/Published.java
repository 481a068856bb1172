package dev.herald.api;

/** A message is in its channel's log (or, in a volatile channel, on its way). Repeats are not told again. */
public record Published(Envelope message) implements HeraldEvent {}
