package dev.herald.api;

/**
 * A message is in its channel's log (or, in a volatile channel, on its way). There is no event for a repeat.
 *
 * <pre>{@code
 * void archive(@Observes Published published) {
 *     if (published.message().event().equals("created")) {
 *         System.out.println(published.message().position() + ": " + published.message().data());
 *     }
 * }
 * }</pre>
 */
public record Published(Envelope message) implements HeraldEvent {}
