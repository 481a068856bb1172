package dev.herald.document;

import dev.herald.api.Person;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A change that somebody asks for, until it is answered. Used by one thread at a time.
 *
 * @param by who asks; {@code null} for the application itself
 * @param id the asker's own id of the change, by which a repeat is recognised; {@code null} when it has none
 * @param tries how often others were faster
 */
record Proposal(@Nullable Person by, @Nullable String id, Edit edit, CompletableFuture<Changed> answer, int tries) {

    Proposal(@Nullable Person by, @Nullable String id, Edit edit) {
        this(by, id, edit, new CompletableFuture<>(), 0);
    }

    /** Finds out what is to be changed once it is known what the document is. May be asked again, for a later value. */
    @FunctionalInterface
    interface Edit {

        /**
         * The change of this value; {@code null} for none.
         *
         * @throws ChangeException when it is not to be made
         */
        @Nullable
        Change of(DocumentState head);
    }

    Proposal triedAgain() {
        return new Proposal(by, id, edit, answer, tries + 1);
    }

    void fail(Throwable why) {
        answer.completeExceptionally(why);
    }
}
