package dev.herald.api;

import jakarta.ejb.ApplicationException;
import java.util.regex.Pattern;

/**
 * Refuses an event of a client. Thrown by a handler ({@link OnEvent}), it becomes the error acknowledgement {@code {"error": {"code":
 * code, "message": sentence}}}, and no line of the log above DEBUG. As with any unchecked exception, a transaction that it leaves is rolled
 * back.
 *
 * <p>It may be subclassed, so that a service can throw what its callers know: {@code class SoldOut extends EventException}.
 *
 * <pre>{@code
 * @OnEvent("order")
 * OrderAccepted order(NewOrder order) {
 *     if (order.count() > inStock(order.article())) {
 *         throw new EventException("sold-out", "there is no more " + order.article());
 *     }
 *     return accept(order);
 * }
 * }</pre>
 */
@ApplicationException(rollback = true) // so enterprise beans let it through as it is
@SuppressWarnings("serial") // never serialised
public class EventException extends RuntimeException {

    /** The longest code, in characters. */
    public static final int MAX_CODE = 64;

    /** As much of a sentence as a client is told, in characters. */
    public static final int MAX_SENTENCE = 300;

    private static final Pattern CODE = Pattern.compile("[a-z0-9-]{1," + MAX_CODE + "}");

    private final String code;

    /**
     * Refuses with a code and a sentence.
     *
     * @param code for programs, for example {@code sold-out}: 1 to {@value #MAX_CODE} lower-case letters, digits and hyphens
     * @param sentence for people; longer than {@value #MAX_SENTENCE} characters, it is cut
     * @throws IllegalArgumentException when there can be no such code
     */
    public EventException(String code, String sentence) {
        super(sentence);
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException(
                    "an error's code is 1 to " + MAX_CODE + " lower-case letters, digits and hyphens: " + code);
        }
        this.code = code;
    }

    /** For programs. */
    public String code() {
        return code;
    }
}
