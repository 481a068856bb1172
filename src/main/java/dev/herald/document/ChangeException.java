package dev.herald.document;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A change is not made, for a reason that concerns it alone. The message is a sentence for who asked for it. There is no stack trace, as
 * the mistake is the asker's.
 */
@SuppressWarnings("serial") // never serialised
public final class ChangeException extends RuntimeException {

    /** Why. */
    public enum Reason {
        /** It can be made to no value, or does not fit the one that its author has seen. */
        INVALID,
        /** Others have changed the document meanwhile, and it does not fit any more. */
        CONFLICT,
        /** The application does not want it. */
        REFUSED,
        /** The document would become too large. */
        TOO_LARGE
    }

    private final Reason reason;
    private final String code;
    private final int index;
    private final transient @Nullable DocumentState head;

    private ChangeException(Reason reason, String code, int index, String sentence) {
        this(reason, code, index, sentence, null);
    }

    private ChangeException(Reason reason, String code, int index, String sentence, @Nullable DocumentState head) {
        super(sentence, null, false, false);
        this.reason = reason;
        this.code = code;
        this.index = index;
        this.head = head;
    }

    static ChangeException invalid(String sentence) {
        return new ChangeException(Reason.INVALID, "invalid", -1, sentence);
    }

    /** @param index of the operation, from 0 */
    static ChangeException invalid(int index, String sentence) {
        return new ChangeException(Reason.INVALID, "invalid", index, "operation " + index + ": " + sentence);
    }

    static ChangeException tooDeep() {
        return invalid("a document is nested no deeper than " + DocumentState.MAX_DEPTH);
    }

    static ChangeException tooLarge(int size) {
        return new ChangeException(
                Reason.TOO_LARGE, "too-large", -1, "the document would have more than " + size + " characters");
    }

    /**
     * The application does not want a change.
     *
     * @param code the application's own word for it
     */
    public static ChangeException refused(String code, String sentence) {
        return new ChangeException(Reason.REFUSED, code, -1, sentence);
    }

    /** The document is ahead of the author. */
    static ChangeException conflict(String sentence) {
        return new ChangeException(Reason.CONFLICT, "conflict", -1, sentence);
    }

    /** The same, for an author who has not seen the document as it is. */
    ChangeException asConflict() {
        return new ChangeException(Reason.CONFLICT, "conflict", index, String.valueOf(getMessage()));
    }

    /** The same, with what the document is instead. */
    ChangeException at(DocumentState instead) {
        return new ChangeException(reason, code, index, String.valueOf(getMessage()), instead);
    }

    /** What the document is instead; empty when the change could be made to no document. */
    public Optional<DocumentState> head() {
        return Optional.ofNullable(head);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** What the client is told: {@code invalid}, {@code conflict}, {@code too-large}, or the application's word. */
    public String code() {
        return code;
    }

    /** Which operation of a patch it is, from 0. */
    public OptionalInt index() {
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
    }
}
