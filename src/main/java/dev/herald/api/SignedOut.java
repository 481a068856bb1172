package dev.herald.api;

/**
 * A bean has signed somebody out everywhere, by {@link Herald#signOut}. It is a CDI event of its own, as somebody who has no connection
 * can be signed out, too: observe it to forget what else lets this person in, or tells the person anything. It is observed on the
 * node and by the thread that signs out, before {@code signOut} returns.
 *
 * <pre>{@code
 * private final Map<String, String> tokens = new ConcurrentHashMap<>();
 *
 * void forget(@Observes SignedOut gone) {
 *     tokens.remove(gone.personId());
 * }
 * }</pre>
 *
 * @param personId whose connections end
 */
public record SignedOut(String personId) {}
