package dev.herald.cdi;

import java.util.Map;
import java.util.TreeMap;

/** JSON does not fit the type that it is to be read as: a mistake of whoever sent it. */
@SuppressWarnings("serial") // never serialised
final class UnfitJsonException extends IllegalArgumentException {

    /** The path of the value itself. */
    static final String ITSELF = "";

    private final Map<String, String> misfits;

    /**
     * Names what does not fit.
     *
     * @param misfits by their paths within the value, for example {@code lines[2].count}, or {@link #ITSELF}: a sentence without its
     *     subject, for example {@code must be an integer}
     */
    UnfitJsonException(Map<String, String> misfits) {
        super("the JSON does not fit: " + misfits);
        this.misfits = new TreeMap<>(misfits);
    }

    UnfitJsonException(String misfit) {
        this(Map.of(ITSELF, misfit));
    }

    /** The mistake is the sender's: where it is noticed says nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    /** What does not fit, sorted by paths. */
    Map<String, String> misfits() {
        return misfits;
    }
}
